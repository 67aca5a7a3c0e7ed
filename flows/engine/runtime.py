"""What one process needs to execute runs, opened once and shared by all of them."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from assets.fetch import GuardedFetcher
from assets.store import AssetStore, open_store
from db.postgres.background import Background
from db.postgres.engine import make_engine, make_sessions
from db.postgres.functions import FunctionPool
from db.postgres.notify import Notifier
from db.postgres.outage import run_in_transaction
from db.postgres.roles import Role
from flows.compute.compute import Compute, LoadModule, open_compute
from flows.compute.malloc import release_free_memory
from flows.compute.process_pool import ChildProcessPool
from flows.engine.leases import LEASE_SECONDS
from flows.engine.live_output import Drafts, LiveOutput
from flows.limits.concurrency import ConcurrencyLimiter
from flows.limits.memory import MemoryLimiter
from flows.limits.rate_limiter import RateLimiter
from schemas.settings import Settings
from tasks.node_type.definition import Fetcher, NodeType
from tasks.providers.registry import Providers
from tasks.registry import node_types

CONNECTION_POOL_SIZE: Final = 5
"""To PostgreSQL that an executor keeps for each of two kinds of work, beside one that listens and one
for its leases."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Runtime:
    """The warm parts of an executor."""

    settings: Settings
    engine: AsyncEngine
    autocommit_engine: AsyncEngine
    """The same connections, each statement a transaction of its own: one round trip."""
    sessions: async_sessionmaker[AsyncSession]
    autocommit_sessions: async_sessionmaker[AsyncSession]
    functions: FunctionPool
    """Connections of its own, for what every run writes."""
    store: AssetStore
    children: ChildProcessPool
    compute: Compute
    """Where whole nodes are worked on; `children` look at what is not in the store yet."""
    fetcher: Fetcher
    node_types: Mapping[str, NodeType]
    live_output: LiveOutput
    rate_limiter: RateLimiter
    concurrency_limiter: ConcurrencyLimiter
    memory: MemoryLimiter

    async def run_in_transaction(self, work: Callable[[Session], Result]) -> Result:
        """Do work in one transaction of its own. Raises `OUTAGE_ERRORS`, among others."""
        return await run_in_transaction(self.sessions, work)


@asynccontextmanager
async def open_runtime(
    settings: Settings, database_url: str, application_name: str, load: LoadModule
) -> AsyncGenerator[Runtime]:
    """Open everything on this database, and close it all again.

    `load` imports what brings Prefect along, where the settings name a Dask cluster.
    """
    engine = make_engine(
        database_url,
        application_name=application_name,
        # Each run writes at the ends of its nodes. A connection that the pool does not keep is
        # made for one transaction, which costs more than the transaction.
        pool_size=CONNECTION_POOL_SIZE,
        max_overflow=5,
        # An executor that is stopped inside a transaction must not keep the locks on its runs
        # for longer than the leases.
        idle_timeout=LEASE_SECONDS,
        role=Role.ENGINE,
    )
    functions = FunctionPool(
        database_url,
        application_name=application_name,
        statement_timeout=30,
        lock_timeout=5,
        role=Role.ENGINE,
        max_connections=CONNECTION_POOL_SIZE,
    )
    children = ChildProcessPool()
    providers = Providers(settings)
    sessions = make_sessions(engine)
    autocommit_engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    rate_limiter = RateLimiter(settings, sessions, providers)
    concurrency_limiter = ConcurrencyLimiter(sessions)
    notifier = Notifier(database_url)
    store = open_store(settings)
    live_output = LiveOutput(notifier.send, Drafts(sessions, store))
    background = Background("live output")
    live_output.start(background)
    try:
        async with open_compute(settings, children, load) as compute:
            yield Runtime(
                settings=settings,
                engine=engine,
                autocommit_engine=autocommit_engine,
                sessions=sessions,
                autocommit_sessions=make_sessions(autocommit_engine),
                functions=functions,
                store=store,
                children=children,
                compute=compute,
                fetcher=GuardedFetcher(),
                node_types=node_types(),
                live_output=live_output,
                rate_limiter=rate_limiter,
                concurrency_limiter=concurrency_limiter,
                memory=MemoryLimiter(settings.memory_limit_bytes, release_free_memory),
            )
    finally:
        await background.close()
        await live_output.close()
        await notifier.close()
        await rate_limiter.close()
        await concurrency_limiter.close()
        children.stop()
        await providers.close()
        await functions.close()
        await engine.dispose()
