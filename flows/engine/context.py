"""What one process needs to execute runs, opened once and shared by all of them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from assets.fetch import GuardedFetcher
from assets.store import Assets, open_store
from db.postgres.engine import make_engine
from db.postgres.notify import Notifier
from db.postgres.roles import Role
from flows.compute.compute import Compute, open_compute
from flows.compute.process_pool import Children
from flows.engine.live_output import LiveText
from flows.limits.concurrency import Places
from flows.limits.rate_limiter import ProviderTurns
from flows.process.leases import LEASE_SECONDS
from schemas.settings import Settings
from tasks.node import Fetcher, NodeType, Remote
from tasks.providers.gemini.client import Gemini
from tasks.registry import node_types

CONNECTIONS: Final = 10
"""To PostgreSQL that an executor keeps, beside one that listens and one for its leases."""


@dataclass(frozen=True)
class Runtime:
    """The warm parts of an executor."""

    settings: Settings
    engine: AsyncEngine
    at_once: AsyncEngine
    """The same connections, each statement a transaction of its own: one round trip."""
    sessions: async_sessionmaker[AsyncSession]
    store: Assets
    children: Children
    compute: Compute
    """Where whole nodes are worked on; `children` look at what is not in the store yet."""
    fetcher: Fetcher
    remote: Remote
    node_types: Mapping[str, NodeType]
    live_text: LiveText
    turns: ProviderTurns
    places: Places


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
        pool_size=CONNECTIONS,
        max_overflow=5,
        # An executor that is stopped inside a transaction must not keep the locks on its runs
        # for longer than the leases.
        idle_timeout=LEASE_SECONDS,
        role=Role.ENGINE,
    )
    children = Children()
    remote = Gemini(
        api_key=settings.gemini_api_key.get_secret_value() if settings.gemini_api_key else None,
        base_url=settings.gemini_base_url,
        demo=settings.demo_model,
    )
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    turns = ProviderTurns(settings, sessions, remote)
    places = Places(sessions)
    notifier = Notifier(database_url)
    live_text = LiveText(notifier.send)
    working = [
        asyncio.create_task(live_text.run(), name="live text"),
        asyncio.create_task(places.run(), name="limits by tag"),
    ]
    try:
        async with open_compute(settings, children) as compute:
            yield Runtime(
                settings=settings,
                engine=engine,
                at_once=engine.execution_options(isolation_level="AUTOCOMMIT"),
                sessions=sessions,
                store=open_store(settings),
                children=children,
                compute=compute,
                fetcher=GuardedFetcher(),
                remote=remote,
                node_types=node_types(),
                live_text=live_text,
                turns=turns,
                places=places,
            )
    finally:
        for task in working:
            task.cancel()
        await asyncio.wait(working)
        await notifier.close()
        await turns.close()
        await places.close()
        children.stop()
        await remote.close()
        await engine.dispose()
