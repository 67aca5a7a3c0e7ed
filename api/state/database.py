"""The database, as handlers use it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from api.waits import counted_wait
from db.postgres.deadline import database_deadline
from db.postgres.engine import OWNER_OPTION, make_engine
from db.postgres.functions import FunctionPool
from db.postgres.roles import Role
from schemas.errors import UnavailableError
from schemas.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

STATEMENT_SECONDS: Final = 3.5
"""After so long PostgreSQL itself ends a statement, if it can."""
DELETION_SECONDS: Final = 300.0


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

    What users own is reached through `run` and `call` alone, which always say whose rows it is about:
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
    def _functions(self) -> FunctionPool:
        """A small pool of its own, for what is asked all the time."""
        return FunctionPool(
            database_url(self._settings),
            application_name="nodeloom-api",
            statement_timeout=STATEMENT_SECONDS,
        )

    @cached_property
    def _identity(self) -> AsyncEngine:
        """A small pool of its own: it sees users and keys, and nothing that they own."""
        return self._engine("nodeloom-identity", Role.IDENTITY, pool_size=3)

    def _engine(self, name: str, role: Role, pool_size: int) -> AsyncEngine:
        return make_engine(
            database_url(self._settings),
            application_name=name,
            pool_size=pool_size,
            statement_timeout=STATEMENT_SECONDS,
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

        When this returns, its changes are committed. Raises UnavailableError after the deadline.
        """
        async with (
            _deadline(),
            AsyncSession(
                self.engine, expire_on_commit=False, execution_options={OWNER_OPTION: owner_id}
            ) as session,
            session.begin(),
        ):
            return await session.run_sync(function, owner_id, *args, **kwargs)

    async def call(
        self,
        function: Callable[Concatenate[FunctionPool, str, P], Awaitable[T]],
        owner_id: str,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call a function that needs one SQL function only (`db.postgres.functions`)."""
        async with _deadline():
            return await function(self._functions, owner_id, *args, **kwargs)

    async def identity_query(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function about who is asking; each of its statements commits by itself."""
        options = {"isolation_level": "AUTOCOMMIT"}
        async with _deadline(), AsyncSession(self._identity, execution_options=options) as session:
            return await session.run_sync(function, *args, **kwargs)

    async def identity_transaction(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function that makes or changes users, in one transaction."""
        async with _deadline(), AsyncSession(self._identity) as session, session.begin():
            return await session.run_sync(function, *args, **kwargs)

    async def deletion(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function that deletes a user, which may take minutes where they own much."""
        await self.identity_query(_ping)  # a database that is away is not waited for so long
        async with (
            database_deadline(DELETION_SECONDS),
            AsyncSession(self._identity) as session,
            session.begin(),
        ):
            return await session.run_sync(function, *args, **kwargs)

    async def close(self) -> None:
        """Give the connections back."""
        for name in ("engine", "_identity"):
            if name in self.__dict__:
                await self.__dict__[name].dispose()
        if "_functions" in self.__dict__:
            await self._functions.close()


def _ping(session: Session) -> None:
    session.execute(text("select 1"))


@asynccontextmanager
async def _deadline() -> AsyncGenerator[None]:
    """Bound a wait for the database, together with those of the same request just before it."""
    with counted_wait(forgets=True) as seconds:
        async with database_deadline(seconds):
            yield
