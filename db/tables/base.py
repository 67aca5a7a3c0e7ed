"""What all tables share: names of constraints, times, words with a fixed meaning."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKeyConstraint,
    MetaData,
    Text,
    Uuid,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

Json = dict[str, Any]
"""A JSON object."""

MAX_OUTPUT_BYTES: Final = 2_097_152
"""Of what a node gives, as PostgreSQL's text."""

NOW: Final = func.clock_timestamp()
"""The database's time: workers' clocks never decide anything."""

EMPTY_OBJECT: Final = text("'{}'::jsonb")
IDS: Final = bindparam("ids", type_=ARRAY(Uuid))
"""Many ids, as an array of PostgreSQL's."""

Word = TypeVar("Word", bound=StrEnum)


class Words(TypeDecorator[Word], Generic[Word]):
    """Text in the database, a member of an enum in Python; a CHECK names the allowed words."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[Word]) -> None:
        """Read values as members of `words`."""
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Word | str | None, dialect: Dialect) -> str | None:
        """Write the plain word."""
        return None if value is None else str(self.words(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Word | None:
        """Read the member."""
        return None if value is None else self.words(value)


class Base(DeclarativeBase):
    """Base of the tables."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way
        str: Text,
        datetime: TIMESTAMP(timezone=True),
        Json: JSONB(none_as_null=True),
        UUID: Uuid,
    }


def database_time(session: Session) -> datetime:
    """Give the time that decides: the database's."""
    return session.execute(select(NOW)).scalar_one()


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """Allow only these words in a column."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} in ({listed})", name=f"{column}_known")


def at_most(column: str, size: int) -> CheckConstraint:
    """Limit the size of a JSON column, in bytes of its text."""
    return CheckConstraint(f"octet_length({column}::text) <= {size}", name=f"{column}_size")


def is_object(column: str) -> CheckConstraint:
    """Allow only JSON objects in a column."""
    return CheckConstraint(f"jsonb_typeof({column}) = 'object'", name=f"{column}_object")


def length(column: str, most: int) -> CheckConstraint:
    """Limit a text to 1 to so many characters."""
    return CheckConstraint(f"char_length({column}) between 1 and {most}", name=f"{column}_length")


def of_workflow() -> ForeignKeyConstraint:
    """Tie a row to a workflow of the same owner, with which it goes."""
    return ForeignKeyConstraint(
        ["workflow_id", "owner_id"], ["workflows.id", "workflows.user_id"], ondelete="CASCADE"
    )


def of_version(name: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Tie a row to a version of the same workflow and owner."""
    return ForeignKeyConstraint(
        ["version_id", "workflow_id", "owner_id"],
        ["workflow_versions.id", "workflow_versions.workflow_id", "workflow_versions.owner_id"],
        name=name,
        ondelete=ondelete,
    )


def of_run() -> ForeignKeyConstraint:
    """Tie a row to a run of the same owner, with which it goes."""
    return ForeignKeyConstraint(
        ["run_id", "owner_id"], ["workflow_runs.id", "workflow_runs.owner_id"], ondelete="CASCADE"
    )
