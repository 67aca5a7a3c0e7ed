"""Users are kept apart by PostgreSQL itself, and the product needs no superuser for it."""

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Engine, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from db.postgres.engine import OWNER_OPTION, make_engine, make_sync_engine
from db.postgres.functions import FunctionPool
from db.postgres.migrate import migrate
from db.postgres.roles import Role
from db.queue.claims import claim_run
from db.queue.events import get_events_after, get_run_state
from db.queue.leases import renew_leases
from db.queue.recovery import request_cancel
from db.runs import NewNodeExecution, NewRun, create_run_at_revision
from db.tables import (
    ApiKey,
    Asset,
    DeletedRun,
    DeletedUser,
    NodeExecution,
    RunEvent,
    User,
    WebhookMessage,
    Workflow,
    WorkflowRun,
    WorkflowVersion,
)
from db.tables.base import Base
from db.users import delete_user, ensure_user
from db.workflows import create_workflow, move_nodes
from local.postgres.server import EmbeddedPostgres
from schemas.errors import InvalidInputError, NotFoundError, SignInError, UnavailableError
from schemas.wire.run import RunStatus
from support.database.rows import complete_nodes, digest, graph, make_run, make_workflow

OWNER_CONDITION = re.compile(r"and (\w+\.)?(owner_id|user_id) = of_owner")
NO_OWNER = {"alembic_version", "installation", "concurrency_limits", "provider_cooldowns"}
"""Tables in which nothing belongs to anybody; a new one is added here or is secured."""
OWNED = (Workflow, WorkflowVersion, WorkflowRun, NodeExecution, RunEvent)


@pytest.fixture(scope="module")
def server_without_roles() -> Iterator[EmbeddedPostgres]:
    """A server on which nobody has made Nodeloom's roles yet."""
    folder = Path(tempfile.mkdtemp(prefix="nodeloom-test-"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "home") as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def database_of(server: EmbeddedPostgres, user: str, rights: str = "") -> str:
    """Make a user and a database that is theirs."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create role {user} login {rights} password 'secret'".encode())
        connection.execute(f"create database {user} owner {user}".encode())
    return f"postgresql://{user}:secret@127.0.0.1:{server.port}/{user}"


@pytest.fixture(scope="module")
def unprivileged_url(server_without_roles: EmbeddedPostgres) -> str:
    """A database whose user is no superuser but may make roles, migrated by that user."""
    url = database_of(server_without_roles, "unprivileged_url", "createrole")
    migrate(url)
    return url


@pytest.fixture
async def app(unprivileged_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(unprivileged_url, role=Role.APP, pool_size=1, max_overflow=0)
    yield engine
    await engine.dispose()


@pytest.fixture
async def functions(unprivileged_url: str) -> AsyncIterator[FunctionPool]:
    pool = FunctionPool(unprivileged_url)
    yield pool
    await pool.close()


@pytest.fixture
def executor(unprivileged_url: str) -> Iterator[Engine]:
    engine = make_sync_engine(unprivileged_url, role=Role.ENGINE)
    yield engine
    engine.dispose()


@pytest.fixture
def identity(unprivileged_url: str) -> Iterator[Engine]:
    engine = make_sync_engine(unprivileged_url, role=Role.IDENTITY)
    yield engine
    engine.dispose()


@pytest.fixture
def two_users(identity: Engine) -> tuple[str, str]:
    """Two users of their own for each test."""
    tag = uuid4().hex[:8]
    ids = (f"ann-{tag}", f"bob-{tag}")
    with Session(identity) as session, session.begin():
        for id in ids:
            ensure_user(session, id)
    return ids


def session_of(engine: AsyncEngine, owner: str | None) -> AsyncSession:
    return AsyncSession(engine, expire_on_commit=False, execution_options={OWNER_OPTION: owner})


async def stored(app: AsyncEngine, owner: str) -> tuple[int, UUID]:
    """A workflow of this user with a waiting run."""

    def make(session: Session) -> tuple[int, UUID]:
        workflow = create_workflow(session, owner, "A workflow", graph("a"), digest("a"))
        return workflow.id, make_run(session, workflow, nodes="a")

    async with session_of(app, owner) as session, session.begin():
        return await session.run_sync(make)


def test_every_table_is_secured_or_known_to_belong_to_nobody(raw: psycopg.Connection) -> None:
    rows = raw.execute(
        "select relname, relrowsecurity and relforcerowsecurity from pg_class"
        " where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
    ).fetchall()
    assert {name for name, forced in rows if not forced} == NO_OWNER
    assert {name for name, _ in rows} == Base.metadata.tables.keys() | {"alembic_version"}


def test_every_foreign_key_between_owned_tables_carries_the_owner() -> None:
    owners = {"owner_id", "user_id"}
    for table in Base.metadata.tables.values():
        for key in table.foreign_key_constraints:
            if key.referred_table.name == "users":
                assert key.ondelete == "CASCADE", f"{key.name}: what is theirs goes with a user"
            elif owners & set(table.columns.keys()):
                assert owners & set(key.column_keys), f"{key.name} may link two owners' rows"


async def test_a_user_sees_and_changes_only_their_own_rows(
    app: AsyncEngine, two_users: tuple[str, str]
) -> None:
    ann, bob = two_users
    workflow_id, run_id = await stored(app, ann)
    async with session_of(app, bob) as session, session.begin():
        for model in OWNED:
            assert not await session.scalar(select(func.count()).select_from(model))
        assert list(await session.scalars(select(User.id))) == [bob]
        for change in (
            update(Workflow).values(name="Mine"),
            update(WorkflowRun).values(cancel_requested_at=func.now()),
            delete(Workflow),
        ):
            found = await session.execute(change)
            assert getattr(found, "rowcount", None) == 0
    for forged in (
        f"insert into assets values (gen_random_uuid(), '{ann}', repeat('a', 64), 'image/png', 'image', 1, 1, 1)",
        f"insert into run_inputs values ('{run_id}', 'x', '{ann}', gen_random_uuid(), '{{}}')",
        f"insert into run_inputs values ('{run_id}', 'x', '{bob}', gen_random_uuid(), '{{}}')",
        f"insert into workflow_versions (workflow_id, owner_id, sha256, graph) values ({workflow_id}, '{bob}', sha256('x'), '{{}}')",
    ):
        with pytest.raises(DBAPIError):
            async with session_of(app, bob) as session, session.begin():
                await session.execute(text(forged))
    async with session_of(app, ann) as session, session.begin():
        assert await session.scalar(select(func.count()).select_from(WorkflowRun)) == 1


async def test_who_names_nobody_gets_nothing(app: AsyncEngine, two_users: tuple[str, str]) -> None:
    ann, _ = two_users
    await stored(app, ann)
    for nobody in (None, ""):
        with pytest.raises(RuntimeError, match="whose rows"):
            async with session_of(app, nobody) as session, session.begin():
                await session.execute(select(Workflow))
    async with app.connect() as connection:  # whoever passes the one place by
        bare = await connection.get_raw_connection()
        driver = bare.driver_connection
        assert driver is not None
        for table in ("workflows", "node_executions", "users", "api_keys"):
            cursor = await driver.execute(f"select count(*) from {table}")
            assert await cursor.fetchone() == (0,)
        for statement in ("select * from webhook_messages", "select * from provider_calls"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await driver.execute(statement)


async def test_a_connection_goes_back_to_the_pool_knowing_nobody(
    app: AsyncEngine, two_users: tuple[str, str]
) -> None:
    ann, bob = two_users
    await stored(app, ann)
    pids: set[int] = set()
    for broken in ("select 1 / 0", "select * from nothing_here", None):
        with suppress(DBAPIError, UnavailableError, KeyError):
            async with session_of(app, ann) as session, session.begin():
                assert await session.scalar(text("select current_owner()")) == ann
                pids.add(await session.scalar(text("select pg_backend_pid()")) or 0)
                if broken is None:
                    raise KeyError
                await session.execute(text(broken))
                pytest.fail("that should not have worked")
        async with app.connect() as connection:
            bare = await connection.get_raw_connection()
            assert bare.driver_connection is not None
            cursor = await bare.driver_connection.execute("select current_owner()")
            assert await cursor.fetchone() == (None,)
        async with session_of(app, bob) as session, session.begin():
            assert not (await session.scalars(select(Workflow.id))).all()
            pids.add(await session.scalar(text("select pg_backend_pid()")) or 0)
    assert len(pids) == 1  # all of it happened on one connection


@pytest.mark.parametrize("owner", ["o'neill", "back\\slash", 'quo"te; drop table users', "ünï%s"])
async def test_an_owner_is_never_read_as_sql(app: AsyncEngine, owner: str) -> None:
    async with session_of(app, owner) as session, session.begin():
        assert await session.scalar(text("select current_owner()")) == owner


async def test_executors_work_for_everybody_but_see_no_keys(
    app: AsyncEngine, executor: Engine, two_users: tuple[str, str]
) -> None:
    ann, _ = two_users
    _, run_id = await stored(app, ann)
    with Session(executor) as session:
        claimed = claim_run(session, run_id, "executor-1", 15)
        assert claimed is not None
        session.commit()
        complete_nodes(session, claimed, "a")
        session.commit()
        for model in (ApiKey, WebhookMessage, DeletedUser):
            with pytest.raises(ProgrammingError, match="permission denied"):
                session.execute(select(model))
            session.rollback()
    async with session_of(app, ann) as session, session.begin():
        found = await session.scalars(select(NodeExecution.status))
        assert list(found) == ["COMPLETED"]


async def test_looking_up_who_asks_sees_nothing_that_users_own(identity: Engine) -> None:
    with Session(identity) as session:
        for model in (*OWNED, Asset):
            with pytest.raises(ProgrammingError, match="permission denied"):
                session.execute(select(model))
            session.rollback()
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(update(ApiKey).values(scopes=["read"]))


async def test_a_deleted_user_takes_everything_along_and_never_comes_back(
    app: AsyncEngine, executor: Engine, identity: Engine, two_users: tuple[str, str]
) -> None:
    ann, bob = two_users
    _, run_id = await stored(app, ann)
    await stored(app, bob)
    with Session(executor) as session, session.begin():
        claimed = claim_run(session, run_id, "executor-1", 15)
        assert claimed is not None
    with Session(identity) as session, session.begin():
        delete_user(session, ann)
    with Session(executor) as session, session.begin():
        held = [(run_id, claimed.epoch)]
        assert renew_leases(session, "executor-1", held, 15) == {}  # the executor lets go
        kept = session.execute(select(DeletedRun).where(DeletedRun.id == run_id)).scalar_one()
        assert (kept.owner_id, kept.idempotency_key) == (None, None)
        for model in OWNED:
            owner: Any = getattr(model, "user_id" if model is Workflow else "owner_id")
            owners = set(session.scalars(select(owner).where(owner.in_([ann, bob]))))
            assert owners == {bob}, model
    with pytest.raises(SignInError), Session(identity) as session, session.begin():
        ensure_user(session, ann)
    with pytest.raises(SignInError):  # a request that was under way
        await stored(app, ann)


async def test_a_cancel_by_the_user_writes_events_under_the_same_rules(
    app: AsyncEngine, two_users: tuple[str, str]
) -> None:
    ann, bob = two_users
    _, run_id = await stored(app, ann)
    with pytest.raises(NotFoundError):
        async with session_of(app, bob) as session, session.begin():
            await session.run_sync(request_cancel, bob, run_id)
    async with session_of(app, ann) as session, session.begin():
        run = await session.run_sync(request_cancel, ann, run_id)
        assert run.status == "CANCELLED"
        events = await session.scalars(select(RunEvent.seq).order_by(RunEvent.seq))
        assert list(events) == [1, 2, 3]


async def test_functions_see_one_owner_and_leave_nothing_behind(
    app: AsyncEngine, functions: FunctionPool, two_users: tuple[str, str]
) -> None:
    ann, bob = two_users
    workflow_id, run_id = await stored(app, ann)
    position = {"a": {"x": 1.0, "y": 2.0}}
    for _ in range(8):  # also with plans that are kept
        with pytest.raises(NotFoundError):
            await move_nodes(functions, bob, workflow_id, position)
        with pytest.raises(NotFoundError):
            await get_run_state(functions, bob, run_id)
        await move_nodes(functions, ann, workflow_id, position)
        assert await get_run_state(functions, ann, run_id) == (RunStatus.PENDING, 1)
        (left,) = await functions.call("select current_setting('app.user_id', true)", [])
        assert left in ((None,), ("",))
    with pytest.raises(InvalidInputError) as caught:
        await move_nodes(functions, ann, workflow_id, {"b" * 600_000: {"x": 0, "y": 0}})
    assert caught.value.code == "too_many_positions"
    async with session_of(app, ann) as session:
        workflow = await session.get_one(Workflow, workflow_id)
        assert workflow.positions == position


async def new_run(app: AsyncEngine, owner: str, workflow_id: int) -> NewRun:
    """What makes a run of a user's workflow as it is."""
    async with session_of(app, owner) as session, session.begin():
        workflow = await session.get_one(Workflow, workflow_id)
    return NewRun(
        owner_id=owner,
        workflow_id=workflow.id,
        revision=workflow.revision,
        version_id=workflow.version_id,
        scope={"kind": "all"},
        reuse="auto",
        trigger="api",
        executions=[NewNodeExecution(uuid4(), "a", "text", "A", 0)],
    )


async def test_functions_that_forget_the_owner_still_see_nothing_of_others(
    app: AsyncEngine,
    functions: FunctionPool,
    two_users: tuple[str, str],
    server_without_roles: EmbeddedPostgres,
    unprivileged_url: str,
) -> None:
    ann, bob = two_users
    workflow_id, run_id = await stored(app, ann)
    database = unprivileged_url.rsplit("/", 1)[1]
    with psycopg.connect(server_without_roles.url(database), autocommit=True) as connection:
        found = connection.execute(
            "select pg_get_functiondef(oid) from pg_proc"
            " where proname in ('move_nodes', 'events_after', 'run_state', 'start_run')"
        ).fetchall()
        try:
            for (definition,) in found:
                careless = OWNER_CONDITION.sub("", definition)
                assert careless != definition
                connection.execute(careless.encode())
            with pytest.raises(NotFoundError):
                await move_nodes(functions, bob, workflow_id, {})
            foreign = await new_run(app, ann, workflow_id)
            assert await create_run_at_revision(functions, bob, foreign) is None
            made_at = await create_run_at_revision(functions, ann, foreign)
            assert made_at is not None
            assert await create_run_at_revision(functions, ann, foreign) == made_at  # sent again
            assert await create_run_at_revision(functions, bob, foreign) is None
            with pytest.raises(NotFoundError):
                await get_run_state(functions, bob, run_id)
            with pytest.raises(NotFoundError):
                await get_events_after(functions, bob, run_id, 0, limit=9, output_bytes=9)
            assert await get_events_after(functions, ann, run_id, 0, limit=9, output_bytes=9)
        finally:
            for (definition,) in found:
                connection.execute(definition)


def test_a_user_who_may_not_make_roles_is_told_what_to_run(
    server_without_roles: EmbeddedPostgres, unprivileged_url: str
) -> None:
    assert unprivileged_url  # the roles are there, as another installation's
    url = database_of(server_without_roles, "poor")
    with pytest.raises(UnavailableError) as refused:
        migrate(url)
    assert refused.value.code == "roles_missing"
    said = refused.value.message
    grant = said[said.index("grant nodeloom_app") : said.index("; then start again")]
    with psycopg.connect(server_without_roles.url("postgres"), autocommit=True) as connection:
        connection.execute(grant.encode())
    migrate(url)
    engine = make_sync_engine(url)
    with pytest.raises(DBAPIError), Session(engine) as session, session.begin():
        make_workflow(session)  # even the owner of the tables is kept out
    engine.dispose()
