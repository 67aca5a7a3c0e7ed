"""What all tables share: names of constraints, times, values with a fixed meaning."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKey,
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
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from schemas.node_type import OUTPUT_HANDLE

Json = dict[str, Any]
"""A JSON object."""

MAX_OUTPUT_BYTES: Final = 2_097_152
"""Of what a node gives, as PostgreSQL's text."""
MAX_ERROR_BYTES: Final = 16_384
UPDATE_HEAVY_STORAGE: Final = {
    "postgresql_with": {"fillfactor": 80, "autovacuum_vacuum_scale_factor": 0.02}
}
"""Room on each page, so that the small, frequent updates stay on it and touch no index."""
QUEUE_STORAGE: Final = {
    "postgresql_with": {"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02}
}
"""Rows of queues change all the time and live for seconds."""

NOW: Final = func.clock_timestamp()
"""The database's time: workers' clocks never decide anything."""

EMPTY_OBJECT: Final = text("'{}'::jsonb")
IDS_PARAMETER: Final = bindparam("ids", type_=ARRAY(Uuid))
"""Many ids, as an array of PostgreSQL's."""

Member = TypeVar("Member", bound=StrEnum)


class EnumText(TypeDecorator[Member], Generic[Member]):
    """Text in the database, a member of an enum in Python; a CHECK names the allowed values."""

    impl = Text
    cache_ok = True

    def __init__(self, values: type[Member]) -> None:
        """Read values as members of `values`."""
        super().__init__()
        self.values = values

    def process_bind_param(self, value: Member | str | None, dialect: Dialect) -> str | None:
        """Write the plain word."""
        return None if value is None else str(self.values(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Member | None:
        """Read the member."""
        return None if value is None else self.values(value)


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


class QueuedMixin:
    """Columns of somebody who waits (`granted_at` is null) or whose turn has come."""

    executor_id: Mapped[str]
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    requested_at: Mapped[datetime] = mapped_column(server_default=NOW)
    heartbeat_at: Mapped[datetime] = mapped_column(server_default=NOW)
    granted_at: Mapped[datetime | None]


def database_time(session: Session) -> datetime:
    """Give the time that decides: the database's."""
    return session.execute(select(NOW)).scalar_one()


def allowed_values(column: str, values: Iterable[str]) -> CheckConstraint:
    """Allow only these values in a column."""
    listed = ", ".join(f"'{word}'" for word in values)
    return CheckConstraint(f"{column} in ({listed})", name=f"{column}_known")


def max_bytes(column: str, size: int) -> CheckConstraint:
    """Limit the size of a JSON column, in bytes of its text."""
    return CheckConstraint(f"octet_length({column}::text) <= {size}", name=f"{column}_size")


def json_object(column: str) -> CheckConstraint:
    """Allow only JSON objects in a column."""
    return CheckConstraint(f"jsonb_typeof({column}) = 'object'", name=f"{column}_object")


def text_length(column: str, most: int) -> CheckConstraint:
    """Limit a text to 1 to so many characters."""
    return CheckConstraint(f"char_length({column}) between 1 and {most}", name=f"{column}_length")


def workflow_foreign_key() -> ForeignKeyConstraint:
    """Tie a row to a workflow of the same owner, with which it goes."""
    return ForeignKeyConstraint(
        ["workflow_id", "owner_id"], ["workflows.id", "workflows.user_id"], ondelete="CASCADE"
    )


def version_foreign_key(name: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Tie a row to a version of the same workflow and owner."""
    return ForeignKeyConstraint(
        ["version_id", "workflow_id", "owner_id"],
        ["workflow_versions.id", "workflow_versions.workflow_id", "workflow_versions.owner_id"],
        name=name,
        ondelete=ondelete,
    )


def run_foreign_key() -> ForeignKeyConstraint:
    """Tie a row to a run of the same owner, with which it goes."""
    return ForeignKeyConstraint(
        ["run_id", "owner_id"], ["workflow_runs.id", "workflow_runs.owner_id"], ondelete="CASCADE"
    )


def join_outputs(output: Json | None, other_outputs: Json | None) -> dict[str, Json]:
    """Give what a node gave, by handle, of the two columns that hold it."""
    return ({} if output is None else {OUTPUT_HANDLE: output}) | (other_outputs or {})
