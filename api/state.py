"""What handlers work with: the database, the asset store, child processes, news of runs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from api.http.rate_limit import Rates, make_rates
from api.live.subscriptions import News
from api.media.thumbnails import Thumbnails
from api.single_flight import Fresh
from assets.store import Assets, open_store
from db.postgres.engine import OWNER, make_engine
from db.postgres.roles import Role
from flows.compute.process_pool import ChildProcessPool
from schemas.errors import UnavailableError
from schemas.settings import Settings
from schemas.wire.health import PartHealth

P = ParamSpec("P")
T = TypeVar("T")

CHILD_PROCESSES = 2
"""For uploads and thumbnails; they start with the first one."""

READY_SECONDS = 1.0
"""How long an answer about readiness is good for."""


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
    """Runs query functions, each call in one transaction of its own.

    What users own is reached through `run` alone, which always says whose rows it is about:
    PostgreSQL itself keeps all others out (`db.postgres.roles`).
    """

    def __init__(self, settings: Settings) -> None:
        """Connect only when first used."""
        self._settings = settings

    @cached_property
    def engine(self) -> AsyncEngine:
        """The connection pool. Raises UnavailableError without `DATABASE_URL`."""
        return self._engine("nodeloom-api", Role.APP, pool_size=10)

    @cached_property
    def _identity(self) -> AsyncEngine:
        """A small pool of its own: it sees users and keys, and nothing that they own."""
        return self._engine("nodeloom-identity", Role.IDENTITY, pool_size=3)

    def _engine(self, name: str, role: Role, pool_size: int) -> AsyncEngine:
        return make_engine(
            database_url(self._settings),
            application_name=name,
            pool_size=pool_size,
            statement_timeout=5,
            lock_timeout=2,
            idle_timeout=10,
            role=role,
        )

    async def run(
        self,
        function: Callable[Concatenate[Session, str, P], T],
        owner_id: str,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call `function` with a session that sees only what this user owns, and with the user.

        When this returns, its changes are committed.
        """
        async with (
            AsyncSession(
                self.engine, expire_on_commit=False, execution_options={OWNER: owner_id}
            ) as session,
            session.begin(),
        ):
            return await session.run_sync(function, owner_id, *args, **kwargs)

    async def run_at_once(
        self,
        function: Callable[Concatenate[AsyncEngine, str, P], Awaitable[T]],
        owner_id: str,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call a function that needs one statement only (`db.postgres.at_once`)."""
        return await function(self.engine, owner_id, *args, **kwargs)

    async def look_up(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function about who is asking; each of its statements commits by itself."""
        options = {"isolation_level": "AUTOCOMMIT"}
        async with AsyncSession(self._identity, execution_options=options) as session:
            return await session.run_sync(function, *args, **kwargs)

    async def change_people(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function that makes, changes or deletes users, in one transaction."""
        async with AsyncSession(self._identity) as session, session.begin():
            return await session.run_sync(function, *args, **kwargs)

    async def close(self) -> None:
        """Give the connections back."""
        for name in ("engine", "_identity"):
            if name in self.__dict__:
                await self.__dict__[name].dispose()


@dataclass
class Parts:
    """Everything of one API process that outlives a request."""

    settings: Settings
    database: Database
    store: Assets
    children: ChildProcessPool
    thumbnails: Thumbnails
    rates: Rates
    news: News = field(default_factory=News)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process wants to end; streams then end by themselves."""
    readiness: Fresh[list[PartHealth]] = field(default_factory=lambda: Fresh(READY_SECONDS))
    """Anybody may ask, and each look costs a connection: who asks soon after shares the answer."""
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
    children = ChildProcessPool(CHILD_PROCESSES)
    return Parts(
        settings=settings,
        database=Database(settings),
        store=open_store(settings),
        children=children,
        thumbnails=Thumbnails(children),
        rates=make_rates(settings),
    )
