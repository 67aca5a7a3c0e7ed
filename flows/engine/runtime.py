"""What one process needs to execute runs, opened once and shared by all of them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from assets.fetch import GuardedFetcher
from assets.store import AssetStore, open_store
from db.postgres.engine import make_engine
from db.postgres.notify import Notifier
from db.postgres.roles import Role
from flows.compute.compute import Compute, open_compute
from flows.compute.process_pool import ChildProcessPool
from flows.engine.leases import LEASE_SECONDS
from flows.engine.live_output import LiveOutput
from flows.limits.concurrency import ConcurrencyLimiter
from flows.limits.rate_limiter import RateLimiter
from schemas.settings import Settings
from tasks.node_type.definition import Fetcher, NodeType, Provider
from tasks.providers.gemini.client import Gemini
from tasks.registry import node_types

CONNECTION_POOL_SIZE: Final = 10
"""To PostgreSQL that an executor keeps, beside one that listens and one for its leases."""


@dataclass(frozen=True)
class Runtime:
    """The warm parts of an executor."""

    settings: Settings
    engine: AsyncEngine
    autocommit_engine: AsyncEngine
    """The same connections, each statement a transaction of its own: one round trip."""
    sessions: async_sessionmaker[AsyncSession]
    store: AssetStore
    children: ChildProcessPool
    compute: Compute
    """Where whole nodes are worked on; `children` look at what is not in the store yet."""
    fetcher: Fetcher
    provider: Provider
    node_types: Mapping[str, NodeType]
    live_output: LiveOutput
    rate_limiter: RateLimiter
    concurrency_limiter: ConcurrencyLimiter


@asynccontextmanager
async def open_runtime(
    settings: Settings, database_url: str, application_name: str
) -> AsyncGenerator[Runtime]:
    """Open everything on this database, and close it all again."""
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
    children = ChildProcessPool()
    provider = Gemini(
        api_key=settings.gemini_api_key.get_secret_value() if settings.gemini_api_key else None,
        base_url=settings.gemini_base_url,
        demo=settings.demo_model,
    )
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    rate_limiter = RateLimiter(settings, sessions, provider)
    concurrency_limiter = ConcurrencyLimiter(sessions)
    notifier = Notifier(database_url)
    live_output = LiveOutput(notifier.send)
    background_tasks = [
        asyncio.create_task(live_output.run(), name="live text"),
        asyncio.create_task(concurrency_limiter.run(), name="limits by tag"),
    ]
    try:
        async with open_compute(settings, children) as compute:
            yield Runtime(
                settings=settings,
                engine=engine,
                autocommit_engine=engine.execution_options(isolation_level="AUTOCOMMIT"),
                sessions=sessions,
                store=open_store(settings),
                children=children,
                compute=compute,
                fetcher=GuardedFetcher(),
                provider=provider,
                node_types=node_types(),
                live_output=live_output,
                rate_limiter=rate_limiter,
                concurrency_limiter=concurrency_limiter,
            )
    finally:
        for task in background_tasks:
            task.cancel()
        await asyncio.wait(background_tasks)
        await notifier.close()
        await rate_limiter.close()
        await concurrency_limiter.close()
        children.stop()
        await provider.close()
        await engine.dispose()
