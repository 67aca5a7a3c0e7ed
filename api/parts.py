"""What handlers work with: the database, the asset store, child processes, news of runs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from api.news import News
from assets.store import AssetStore
from db.engine import make_engine, sessions
from flows.execution.children import Children
from schemas.errors import UnavailableError
from schemas.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

CHILD_PROCESSES = 2
"""For uploads and thumbnails; they start with the first one."""
UPLOADS = 4
"""In memory at the same time; further ones wait on disk."""


def database_url(settings: Settings) -> str:
    """Give `DATABASE_URL`. Raises UnavailableError where it is not set."""
    if settings.database_url is None:
        raise UnavailableError(
            "database_not_configured",
            "DATABASE_URL is not set: set it to postgresql://user:password@host:port/name and"
            " restart, or use `nodeloom up`, which brings its own PostgreSQL.",
        )
    return settings.database_url.get_secret_value()


class Database:
    """Runs query functions, each call in one transaction of its own."""

    def __init__(self, settings: Settings) -> None:
        """Connect only when first used."""
        self._settings = settings

    @cached_property
    def engine(self) -> AsyncEngine:
        """The connection pool. Raises UnavailableError without `DATABASE_URL`."""
        return make_engine(
            database_url(self._settings),
            application_name="nodeloom-api",
            pool_size=10,
            statement_timeout=5,
            lock_timeout=2,
            idle_timeout=10,
        )

    @cached_property
    def _sessions(self) -> async_sessionmaker[AsyncSession]:
        return sessions(self.engine)

    async def run(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `function` with a session; when this returns, its changes are committed."""
        async with self._sessions.begin() as session:
            return await session.run_sync(function, *args, **kwargs)

    @cached_property
    def _looks(self) -> async_sessionmaker[AsyncSession]:
        return sessions(self.engine.execution_options(isolation_level="AUTOCOMMIT"))

    async def look(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `function`, which reads with a single statement: one round trip instead of three."""
        async with self._looks() as session:
            return await session.run_sync(function, *args, **kwargs)

    async def close(self) -> None:
        """Give the connections back."""
        if "engine" in self.__dict__:
            await self.engine.dispose()


@dataclass
class Parts:
    """Everything of one API process that outlives a request."""

    settings: Settings
    database: Database
    store: AssetStore
    children: Children
    news: News = field(default_factory=News)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process wants to end; streams then end by themselves."""
    uploads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UPLOADS))
    """Held while an upload is in memory."""
    users_known: set[str] = field(default_factory=set[str])

    async def store_bytes(self, data: bytes) -> str:
        """Store bytes and give their SHA-256. Raises ProviderError."""
        return await asyncio.to_thread(self.store.put, data)

    def stop(self) -> None:
        """Ask streams to end."""
        self.stopping.set()
        self.news.wake_all()


def make_parts(settings: Settings) -> Parts:
    """Put the parts together; nothing is opened yet."""
    return Parts(
        settings=settings,
        database=Database(settings),
        store=AssetStore(settings.assets_folder),
        children=Children(CHILD_PROCESSES),
    )
