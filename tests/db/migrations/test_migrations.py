"""Migrations: up, down and up again, with and without rows, on every kind of database."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import db.postgres.migrate
from db.assets import add_asset, add_draft
from db.limits.concurrency import SlotRequest, acquire_slots, replace_concurrency_limits
from db.limits.leader import acquire_leadership
from db.limits.rate_limits import PendingCall, RateLimit, acquire_calls, start_cooldown
from db.postgres.engine import make_sync_engine, sqlalchemy_url
from db.postgres.migrate import (
    DatabaseTooNewError,
    current_revision,
    downgrade,
    head_revision,
    migrate,
)
from db.postgres.roles import Role
from db.queue.claims import finish_run
from db.queue.leases import release_lease
from db.queue.node_states import NodeChange, apply_changes
from db.queue.pauses import request_pause
from db.tables import User
from db.tables.base import Base
from local.postgres.server import EmbeddedPostgres
from schemas.errors import InvalidInputError, UnavailableError
from schemas.values import ImageValue, MediaInfo, media_value
from schemas.wire.run import NodeStatus, RunStatus
from support.database.rows import complete_nodes, make_claimed
from support.database.statements import CLAIM

SHAPE = """
    select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace and contype <> 't'
    union all
    select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
    union all
    select 'column', attrelid::regclass::text, attname,
      concat_ws(' ', format_type(atttypid, atttypmod), attnotnull::text, pg_get_expr(adbin, adrelid))
    from pg_attribute join pg_class c on c.oid = attrelid left join pg_attrdef on
      adrelid = attrelid and adnum = attnum
    where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0
    union all
    select 'options', relname, '', reloptions::text from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
"""
OBJECTS = """
    select relname from pg_class where relnamespace = 'public'::regnamespace
    union all select proname from pg_proc where pronamespace = 'public'::regnamespace
"""


def shape(engine: Engine) -> set[tuple[str, ...]]:
    with engine.connect() as connection:
        rows = {tuple(row) for row in connection.execute(text(SHAPE))}
    return {row for row in rows if "alembic_version" not in row[1]}


def test_models_and_migrations_agree(sync_engine: Engine) -> None:
    with sync_engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_server_default": True, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_tables_made_from_the_models_are_the_migrated_ones_to_the_last_constraint(
    sync_engine: Engine, empty_database_url: str, cluster: EmbeddedPostgres
) -> None:
    cluster.ensure_database(empty_database_url.rsplit("/", 1)[1])
    from_models = make_sync_engine(empty_database_url)
    User.metadata.create_all(from_models)
    assert shape(from_models) == shape(sync_engine)
    from_models.dispose()


def test_every_migration_goes_down_and_up_again(empty_database_url: str) -> None:
    migrate(empty_database_url)
    engine = make_sync_engine(empty_database_url)
    before = shape(engine)
    downgrade(empty_database_url, "base")
    with engine.connect() as connection:
        left = set(connection.scalars(text(OBJECTS)))
    assert left == {"alembic_version", "alembic_version_pkc"}
    assert migrate(empty_database_url) == head_revision()
    assert shape(engine) == before
    engine.dispose()


def test_runs_survive_the_renames_up_and_down(session: Session, database_url: str) -> None:
    """Also a run with a node that nothing was sent to, of which older versions know nothing."""
    run = make_claimed(session)
    complete_nodes(session, run, "a")
    skipped = NodeChange("b", NodeStatus.SKIPPED, skip_reason="not_taken")
    apply_changes(session, run.id, run.epoch, [skipped])
    finish_run(session, run.id, run.epoch, RunStatus.COMPLETED)
    acquire_leadership(session, "prefect", 60)
    replace_concurrency_limits(session, {"llm": 2})
    acquire_slots(session, "llm", "one", [SlotRequest(uuid4(), "ann", holds=False)])
    acquire_calls(session, "key", "one", [PendingCall(uuid4(), "ann", 5)], RateLimit(1, None))
    start_cooldown(session, "key", 60)
    session.commit()
    before = rows(database_url)
    try:
        downgrade(database_url, "0011_node_places")
        old = rows(database_url)
        assert old["node_limits"] == [{"tag": "llm", "places": 2}]
        assert [row["pool"] for row in old["provider_turns"]] == ["key"]
        skipped_row = next(row for row in old["node_executions"] if row["node_id"] == "b")
        assert skipped_row["error"]["code"] == "not_taken"
    finally:
        migrate(database_url)
    after = rows(database_url)
    assert {table: len(found) for table, found in after.items()} == {
        table: len(found) for table, found in before.items()
    }
    unchanged = before.keys() - {"node_executions"}
    assert {table: after[table] for table in unchanged} == {
        table: before[table] for table in unchanged
    }


def test_of_two_users_with_one_address_the_one_told_of_last_has_it(
    empty_database_url: str,
) -> None:
    migrate(empty_database_url)
    downgrade(empty_database_url, "0017_statement_guards")
    told = [
        ("early", "Ann@example.org", "2026-01-01"),
        ("late", "ann@example.org", "2026-03-01"),
        ("never", "ANN@example.org", None),
        ("bob", "bob@example.org", None),
        ("nobody", None, None),
    ]
    with psycopg.connect(empty_database_url) as connection:
        for user in told:
            connection.execute("insert into users (id, email, synced_at) values (%s, %s, %s)", user)
    migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        found = dict(connection.execute("select id, email from users").fetchall())
        assert found == {
            "early": None,
            "late": "ann@example.org",
            "never": None,
            "bob": "bob@example.org",
            "nobody": None,
        }
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("update users set email = 'bob@example.org' where id = 'late'")
    downgrade(empty_database_url, "0017_statement_guards")


def test_a_key_for_functions_goes_where_a_version_would_take_it_for_one_for_everything(
    empty_database_url: str,
) -> None:
    add = "insert into api_keys (owner_id, name, secret_sha256, hint, scopes{}) values ('ann', 'a', {}, 'abcd', '{{run}}'{})"
    of_functions = ", functions", "sha256('b')", ", '{posts,slogans}'"
    migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("insert into users (id) values ('ann')")
        for column, secret, names in (("", "sha256('a')", ""), of_functions):
            connection.execute(add.format(column, secret, names).encode())
        for wrong in ("'{}'", "'{Posts}'", "'{posts,\" x\"}'", "'{posts,null}'", "'{null}'"):
            values = ", functions", "sha256('c')", f", {wrong}"
            with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
                connection.execute(add.format(*values).encode())
    downgrade(empty_database_url, "0029_functions")
    with psycopg.connect(empty_database_url) as connection:
        kept = connection.execute("select secret_sha256 = sha256('a') from api_keys").fetchall()
    assert kept == [(True,)]
    migrate(empty_database_url)


def test_a_paused_run_goes_on_where_a_version_knows_no_pause(
    session: Session, raw: psycopg.Connection, database_url: str
) -> None:
    run = make_claimed(session)
    request_pause(session, "ann", run.id)
    release_lease(session, run.id, run.epoch)
    session.commit()
    try:
        downgrade(database_url, "0019_failed_answers")
        old = rows(database_url)
        (old_run,) = old["workflow_runs"]
        assert (old_run["status"], "pause_requested_at" in old_run) == ("PENDING", False)
        told = sorted((event["seq"], event["body"]["status"]) for event in old["run_events"])
        states = ["PENDING", "RUNNING", "RUNNING", "PENDING"]  # the third: it was asked to pause
        assert told == list(enumerate(states, 1))
        claim = CLAIM.replace("= clock_timestamp() where", "= started_at where")
        claim += " returning status"
        assert raw.execute(claim, {"run": run.id}).fetchone() == ("RUNNING",)
        waiting = "update workflow_runs set status = 'WAITING'"
        with pytest.raises(psycopg.Error, match="cannot go from RUNNING to WAITING"):
            raw.execute(waiting)
    finally:
        migrate(database_url)


def policies_of_new_table(database_url: str, function: str) -> set[str]:
    with psycopg.connect(database_url) as connection:
        connection.execute("create table fresh (owner_id text)")
        statement = sql.SQL("select {}('fresh', 'owner_id')").format(sql.Identifier(function))
        connection.execute(statement)
        found = connection.execute("select policyname from pg_policies where tablename = 'fresh'")
        names = {name for (name,) in found}
        connection.rollback()
        return names


def test_a_new_table_gets_the_policies_that_the_others_have(empty_database_url: str) -> None:
    migrate(empty_database_url)
    assert policies_of_new_table(empty_database_url, "isolate_owners") == {"owner", "engine"}
    downgrade(empty_database_url, "0011_node_places")
    assert policies_of_new_table(empty_database_url, "own_rows") == {"own", "work"}


@pytest.mark.parametrize("patient", [True, False])
def test_a_table_that_others_work_on_is_migrated_when_they_are_done(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch, patient: bool
) -> None:
    migrate(empty_database_url)
    downgrade(empty_database_url, "0013_outputs_by_handle")
    pauses: list[float] = []
    monkeypatch.setattr(db.postgres.migrate, "LOCK_SECONDS", 0.1)
    with psycopg.connect(empty_database_url) as worker:
        worker.execute("select count(*) from workflow_runs")

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if patient:
                worker.rollback()

        monkeypatch.setattr(db.postgres.migrate.time, "sleep", pause)
        if patient:
            assert migrate(empty_database_url) == head_revision()
        else:
            with pytest.raises(UnavailableError) as busy:
                migrate(empty_database_url)
            assert busy.value.code == "database_busy"
    assert len(pauses) == (1 if patient else 2)


def rows(database_url: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, in any order but the same each time."""
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
        ).fetchall()
        return {
            table: [
                row
                for (row,) in connection.execute(
                    sql.SQL("select to_jsonb(r) from {} r order by r::text").format(
                        sql.Identifier(table)
                    )
                )
            ]
            for (table,) in tables
        }


def test_migrate_creates_the_database_and_does_nothing_the_second_time(
    empty_database_url: str,
) -> None:
    with pytest.raises(UnavailableError, match="nodeloom migrate") as missing:
        current_revision(empty_database_url)
    assert missing.value.code == "database_missing"
    migrate(empty_database_url)
    assert current_revision(empty_database_url) == head_revision()
    assert migrate(empty_database_url) == head_revision()


def test_a_database_of_a_newer_version_is_refused(empty_database_url: str) -> None:
    migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(DatabaseTooNewError, match="9999"):
        migrate(empty_database_url)


def test_a_server_that_is_not_there_is_said_to_be_unavailable(cluster: EmbeddedPostgres) -> None:
    nobody_there = "postgresql://nodeloom@127.0.0.1:1/nodeloom"
    with pytest.raises(UnavailableError) as error:
        migrate(nobody_there)
    assert error.value.code == "database_unavailable"


def test_a_wrong_password_is_named(database_url: str) -> None:
    head, tail = database_url.split("@")
    with pytest.raises(UnavailableError) as error:
        migrate(head + "x@" + tail)
    assert error.value.code == "database_login_failed"


@pytest.mark.parametrize(
    "given", ["postgres://u:p@h:1/d", "postgresql://u:p@h:1/d", "postgresql+psycopg://u:p@h:1/d"]
)
def test_addresses_are_taken_in_every_common_form(given: str) -> None:
    assert sqlalchemy_url(given) == "postgresql+psycopg://u:p@h:1/d"


@pytest.mark.parametrize("given", ["", "mysql://h/d", "postgresql://h", "x", "postgresql://h:y/d"])
def test_what_is_no_address_of_a_database_is_refused(given: str) -> None:
    with pytest.raises(InvalidInputError, match="should look like"):
        sqlalchemy_url(given)


def test_a_database_without_tables_is_told_to_migrate(
    empty_database_url: str, cluster: EmbeddedPostgres
) -> None:
    cluster.ensure_database(empty_database_url.rsplit("/", 1)[1])
    engine = make_sync_engine(empty_database_url)
    with engine.connect() as connection, pytest.raises(UnavailableError, match="nodeloom migrate"):
        connection.execute(text("select * from users"))
    engine.dispose()


def test_previews_end_where_an_older_version_would_take_them_for_assets(
    session: Session, database_url: str
) -> None:
    claimed = make_claimed(session)
    stored = add_asset(
        session, "ann", media_value("ann", "d" * 64, 9, MediaInfo("image/png", 1, 1))
    )
    assert isinstance(stored, ImageValue)
    for _ in range(2):
        preview = stored.model_copy(update={"asset_id": uuid4()})
        add_draft(session, "ann", claimed.executions[0].id, preview)
    session.commit()
    assert len(rows(database_url)["assets"]) == 3
    try:
        downgrade(database_url, "0015_draft_assets")
        assert [row["id"] for row in rows(database_url)["assets"]] == [str(stored.asset_id)]
    finally:
        migrate(database_url)
    assert [row["id"] for row in rows(database_url)["assets"]] == [str(stored.asset_id)]


def test_an_owner_who_is_no_superuser_migrates_down_and_up_with_rows(
    empty_database_url: str, cluster: EmbeddedPostgres
) -> None:
    """As docs/deploy.md has it: policies hold for such an owner, too."""
    name = empty_database_url.rsplit("/", 1)[1]
    database, role = sql.Identifier(name), sql.Identifier(f"{name}_owner")
    roles = sql.SQL(", ").join(map(sql.Identifier, Role))
    migrate(empty_database_url)  # makes the roles that keep users apart, once for the server
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(database))
        for statement in (
            sql.SQL("create role {} login password 'secret'").format(role),
            sql.SQL("grant {} to {} with inherit false, set true").format(roles, role),
            sql.SQL("create database {} owner {}").format(database, role),
        ):
            connection.execute(statement)
    owner = make_url(empty_database_url).set(username=f"{name}_owner", password="secret")
    url = owner.render_as_string(hide_password=False)
    try:
        migrate(url)
        engine = make_sync_engine(empty_database_url)
        with Session(engine) as session:
            claimed = make_claimed(session)
            info = MediaInfo("image/png", 1, 1)
            stored = add_asset(session, "ann", media_value("ann", "d" * 64, 9, info))
            assert isinstance(stored, ImageValue)
            preview = stored.model_copy(update={"asset_id": uuid4()})
            add_draft(session, "ann", claimed.executions[0].id, preview)
            session.commit()
        engine.dispose()
        downgrade(url, "0014_checked_runs")
        assert [row["id"] for row in rows(empty_database_url)["assets"]] == [str(stored.asset_id)]
        migrate(url)
    finally:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(database))
            connection.execute(sql.SQL("drop role {}").format(role))
