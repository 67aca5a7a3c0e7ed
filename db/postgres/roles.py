"""The database roles: who of us may see what, decided by PostgreSQL itself.

Whoever `DATABASE_URL` names owns the tables and migrates them. Everything else takes one of
these roles when it connects, and cannot see more than the role may (`0007_tenants.sql`):

- the API sees the rows of one user at a time, the one named in each transaction;
- executors see every user's graphs and runs, but no API keys and no messages about users;
- looking up who is asking sees users and keys, but nothing that users own.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from schemas.errors import UnavailableError


class Role(StrEnum):
    """A role, by its name in PostgreSQL, where roles belong to the whole server."""

    APP = "nodeloom_app"
    ENGINE = "nodeloom_engine"
    IDENTITY = "nodeloom_identity"


OWNER_SETTING: Final = "app.user_id"
"""What PostgreSQL's policies compare owners with; set for one transaction at a time."""

_MISSING = text("""
    select wanted.name from unnest(cast(:names as text[])) as wanted (name)
    left join pg_roles on rolname = wanted.name where rolname is null
""")
_NOT_GRANTED = text("""
    select rolname from pg_roles where rolname = any(:names) and not pg_has_role(
      current_user, oid,
      case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
""")
_ALREADY_EXISTS: Final = (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation)


def ensure_roles(connection: Connection) -> None:
    """Make the roles that are missing, and let the connected user take each of them.

    Raises:
        UnavailableError: `roles_missing`: the user may not; says what an administrator must run.
    """
    names = [role.value for role in Role]
    for name in connection.scalars(_MISSING, {"names": names}).all():
        _run_in_savepoint(connection, f"create role {name} nologin")
    for name in connection.scalars(_NOT_GRANTED, {"names": names}).all():
        _run_in_savepoint(connection, _grant(connection, [name], "current_user"))


def _grant(connection: Connection, names: Iterable[str], user: str) -> str:
    """Let a user take roles; where PostgreSQL can tell the two apart, without having their rights."""
    version = connection.scalar(text("select current_setting('server_version_num')::int"))
    recent = version is not None and version >= 160_000
    return f"grant {', '.join(names)} to {user}" + (" with inherit false, set true" * recent)


def _run_in_savepoint(connection: Connection, statement: str) -> None:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if isinstance(error.orig, _ALREADY_EXISTS):
            return  # another database of this server was migrated at the same moment
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise _roles_missing(connection) from error
        raise


def _roles_missing(connection: Connection) -> UnavailableError:
    user = connection.scalar(text("select quote_ident(current_user)"))
    made = " ".join(f"create role {role} nologin;" for role in Role)
    return UnavailableError(
        "roles_missing",
        "Nodeloom keeps users apart with database roles, which the user in DATABASE_URL may not"
        " make. Have an administrator of the PostgreSQL server run this once, leaving out the"
        f" roles that are there: {made} {_grant(connection, Role, str(user))}; then start again.",
    )
