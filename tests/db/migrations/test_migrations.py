import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from db.postgres.engine import make_sync_engine, sqlalchemy_url
from db.postgres.migrate import (
    DatabaseTooNewError,
    current_revision,
    downgrade,
    head_revision,
    migrate,
)
from db.tables import User
from db.tables.base import Base
from local.postgres.server import EmbeddedPostgres
from schemas.errors import InvalidInputError, UnavailableError

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
