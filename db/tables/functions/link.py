"""The tables of share links, of their runs, and of what was uploaded through them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import BIGINT
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import NOW, Base, run_foreign_key, text_length


def _link_foreign_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["link_id", "owner_id"],
        ["function_links.id", "function_links.owner_id"],
        ondelete="CASCADE",
    )


class FunctionLink(Base):
    """An address at which people without an account use a function; it goes with the function.

    Only the SHA-256 of the token is kept. `run_count` never falls: no run is given back.
    """

    __tablename__ = "function_links"
    __table_args__ = (
        UniqueConstraint("id", "owner_id"),
        ForeignKeyConstraint(
            ["owner_id", "function_name"],
            ["functions.owner_id", "functions.name"],
            ondelete="CASCADE",
        ),
        text_length("title", 100),
        CheckConstraint("octet_length(token_sha256) = 32", name="token_sha256_length"),
        CheckConstraint("max_runs between 1 and 10000", name="max_runs_range"),
        CheckConstraint("run_count between 0 and max_runs", name="run_count_range"),
        Index(
            "function_links_list_idx",
            *("owner_id", "function_name", text("created_at desc")),
        ),
        Index("function_links_expires_idx", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    owner_id: Mapped[str]
    function_name: Mapped[str]
    title: Mapped[str]
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    max_runs: Mapped[int]
    run_count: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LinkRun(Base):
    """A run that somebody with a link started: nothing else of its owner is shown there."""

    __tablename__ = "link_runs"
    __table_args__ = (
        _link_foreign_key(),
        run_foreign_key(),
        Index("link_runs_link_idx", "link_id"),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    link_id: Mapped[UUID]
    owner_id: Mapped[str]


class LinkUpload(Base):
    """A file that was uploaded through a link: the only stored files that its runs may be given.

    The row may outlive the file, which goes after a day where no run was given it.
    """

    __tablename__ = "link_uploads"
    __table_args__ = (_link_foreign_key(),)

    link_id: Mapped[UUID] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[str]
    bytes: Mapped[int] = mapped_column(BIGINT)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
