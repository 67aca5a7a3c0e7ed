"""Every row of the database as PostgreSQL's COPY text: read in one snapshot, loaded in one transaction.

`pg_dump` would need a user whom row-level security does not concern, which the owner of the tables
is not. Here each table is read in the role that may see all of it, and written by its owner while
nobody else is there; the schema comes from the migrations, so any server version will do.
"""

import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, LiteralString, Self

import psycopg
from psycopg import sql
from psycopg.rows import scalar_row

from db.postgres.deadline import close_socket
from db.postgres.engine import driver_url
from db.postgres.errors import translate
from schemas.errors import UnavailableError

_TABLES: Final = """
    select c.relname, c.relrowsecurity, c.relforcerowsecurity,
      array(select attname::text from pg_attribute
        where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
        order by attnum),
      (select r.rolname from pg_policies p join pg_roles r on r.rolname = any(p.roles)
        where p.schemaname = 'public' and p.tablename = c.relname and p.qual = 'true'
          and p.cmd in ('ALL', 'SELECT') and has_table_privilege(r.oid, c.oid, 'select')
        order by r.rolname limit 1)
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and c.relname <> 'alembic_version'
    order by c.relname
"""
_BYPASSES: Final = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
_SEQUENCES: Final = """
    select sequencename, last_value from pg_sequences
    where schemaname = 'public' and last_value is not null order by sequencename
"""
_FOREIGN_KEYS: Final = """
    select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
"""
_OWNED_TABLES: Final = """
    select table_name from information_schema.columns
    where table_schema = 'public' and column_name in ('owner_id', 'user_id') order by table_name
"""
_FOREIGN_TABLES: Final = """
    select count(*) from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
"""


@dataclass(frozen=True)
class Table:
    """A table and its columns; `role` sees all of its rows, None: the connected user."""

    name: str
    columns: Sequence[str]
    role: str | None = None


READ_TIMEOUT_SECONDS: Final = 120.0
"""So long a database may say nothing while it is read; then the connection is shut."""


class Snapshot:
    """The database as it was at one moment, however long it is read, unless it hangs."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Take a connection whose transaction has begun."""
        self._connection = connection
        self._answered_at = time.monotonic()

    @contextmanager
    def bounded(self) -> Generator[Self]:
        """Shut the connection, within this block, once the database says nothing for too long."""
        done = threading.Event()

        def check() -> None:
            while not done.wait(min(1.0, READ_TIMEOUT_SECONDS)):
                if time.monotonic() - self._answered_at > READ_TIMEOUT_SECONDS:
                    close_socket(self._connection)
                    return

        threading.Thread(target=check, name="snapshot", daemon=True).start()
        try:
            yield self
        finally:
            done.set()

    def revision(self) -> str | None:
        """Give the schema's revision; None: there is none."""
        if self._connection.execute("select to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = self._connection.execute("select version_num from alembic_version").fetchone()
        return row[0] if row else None

    def tables(self) -> list[Table]:
        """Give the tables. Raises UnavailableError `database_not_readable`."""
        bypasses = self._connection.execute(_BYPASSES).fetchone() == (True,)
        tables: list[Table] = []
        for name, secured, _forced, columns, role in self._connection.execute(_TABLES).fetchall():
            if secured and not bypasses and role is None:
                raise UnavailableError(
                    "database_not_readable",
                    f"The user in DATABASE_URL may not read all of the table {name}: use the one"
                    " that owns the database and ran `nodeloom migrate`.",
                )
            tables.append(Table(name, columns, role if secured and not bypasses else None))
        return tables

    def read(self, table: Table) -> Iterator[bytes]:
        """Give the rows as COPY's text, piece by piece."""
        yield from self._copy(
            sql.SQL("copy {} ({}) to stdout").format(
                sql.Identifier(table.name), _columns(table.columns)
            ),
            table.role,
        )

    def read_assets(self, assets: Table) -> Iterator[bytes]:
        """Give SHA-256 and size of each asset's bytes, a line each; previews are left out."""
        previews = sql.SQL("where draft_of is null" if "draft_of" in assets.columns else "")
        yield from self._copy(
            sql.SQL(
                "copy (select sha256, max(bytes) from assets {} group by sha256 order by sha256)"
                " to stdout"
            ).format(previews),
            assets.role,
        )

    def find_assets(self, names: Sequence[str], assets: Table) -> list[str]:
        """Give those of these SHA-256 that belong to an asset."""
        with self._as(assets.role):
            rows = self._connection.execute(
                "select distinct sha256 from assets where sha256 = any(%s)",
                (list(names),),
            )
            return [row[0] for row in rows]

    def sequences(self) -> dict[str, int]:
        """Give the last value of each sequence that was ever used."""
        return dict(self._connection.execute(_SEQUENCES).fetchall())

    def _copy(self, statement: sql.Composed, role: str | None) -> Iterator[bytes]:
        with self._as(role), self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for piece in copy:
                yield bytes(piece)
                self._answered_at = time.monotonic()

    @contextmanager
    def _as(self, role: str | None) -> Generator[None]:
        self._answered_at = time.monotonic()
        if role:
            self._connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        yield
        if role:
            self._connection.execute("reset role")


class Loader:
    """Loads rows into the tables of an empty, migrated database; all of them or none."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Take the connection of a transaction that `loading` prepared."""
        self._connection = connection

    def load(self, table: Table, pieces: Iterable[bytes]) -> int:
        """Load a table's rows; give how many."""
        statement = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier(table.name), _columns(table.columns)
        )
        with self._connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for piece in pieces:
                    copy.write(piece)
            return cursor.rowcount

    def set_sequences(self, values: dict[str, int]) -> None:
        """Have the sequences go on after their last values."""
        for name, value in values.items():
            self._connection.execute("select setval(quote_ident(%s)::regclass, %s)", (name, value))


@contextmanager
def open_snapshot(database_url: str) -> Generator[Snapshot]:
    """Open the database for reading while others go on writing.

    Raises:
        AppError: it cannot be reached or read, or says nothing for two minutes.
    """
    with _translated(), _connect(database_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with Snapshot(connection).bounded() as snapshot:
            yield snapshot


@contextmanager
def loading(database_url: str) -> Generator[Loader]:
    """Open a migrated database for loading; commits at the end of the block.

    Rules that judge writes (triggers, foreign keys, row-level security) rest meanwhile, for the rows
    come from a database where they held; foreign keys are judged again at the end.

    Raises:
        AppError: it cannot be reached, or others work on it.
    """
    with _translated(), _connect(database_url) as connection:
        _execute(connection, "set local lock_timeout = '10s'")
        tables = connection.execute(_TABLES).fetchall()
        keys = connection.execute(_FOREIGN_KEYS).fetchall()
        for table, name, _definition in keys:
            _execute(connection, f"alter table {table} drop constraint {name}")
        for name, _secured, forced, *_ in tables:
            _alter(connection, name, "disable trigger user")
            if forced:
                _alter(connection, name, "no force row level security")
        for name, *_ in tables:
            connection.execute(sql.SQL("truncate {}").format(sql.Identifier(name)))
        yield Loader(connection)
        for table, name, definition in keys:
            _execute(connection, f"alter table {table} add constraint {name} {definition}")
        for name, _secured, forced, *_ in tables:
            _alter(connection, name, "enable trigger user")
            if forced:
                _alter(connection, name, "force row level security")


def find_owned_rows(database_url: str, *, migrated: bool) -> str | None:
    """Give the name of a table that holds what belongs to somebody; None: the database is empty.

    In one that was never migrated any table is somebody's.
    """
    with _translated(), _connect(database_url) as connection:
        if not migrated:
            count = connection.cursor(row_factory=scalar_row).execute(_FOREIGN_TABLES).fetchone()
            return "of another program" if count else None
        _execute(connection, "set local lock_timeout = '10s'")
        names = [row[0] for row in connection.execute(_OWNED_TABLES).fetchall()]
        for name in names:
            _alter(connection, name, "no force row level security")  # undone with the transaction
            found = connection.execute(
                sql.SQL("select exists (select from {})").format(sql.Identifier(name))
            ).fetchone()
            if found == (True,):
                connection.rollback()
                return name
        connection.rollback()
        return None


def _columns(names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _alter(connection: psycopg.Connection, table: str, what: LiteralString) -> None:
    connection.execute(sql.SQL("alter table {} {}").format(sql.Identifier(table), sql.SQL(what)))


def _execute(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(statement.encode())


def _connect(database_url: str) -> psycopg.Connection:
    return psycopg.connect(
        driver_url(database_url),
        connect_timeout=5,
        application_name="nodeloom-backup",
        options="-c statement_timeout=0 -c idle_in_transaction_session_timeout=0",
    )


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except psycopg.Error as error:
        ours = translate(error)
        if ours is None:
            raise
        raise ours from error
