"""What all tables share: names of constraints, times, words with a fixed meaning."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Dialect, MetaData, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

Json = dict[str, Any]
"""A JSON object."""

MAX_OUTPUT_BYTES: Final = 2_097_152
"""Of what a node gives, as PostgreSQL's text."""

NOW: Final = func.clock_timestamp()
"""The database's time: workers' clocks never decide anything."""

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


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Allow only these words in a column."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} in ({listed})", name=f"{column}_known")


def at_most(column: str, size: int) -> CheckConstraint:
    """Limit the size of a JSON column, in bytes of its text."""
    return CheckConstraint(f"octet_length({column}::text) <= {size}", name=f"{column}_size")
