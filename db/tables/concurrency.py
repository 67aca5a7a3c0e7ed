"""The tables of how many nodes with one tag may work at the same time."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import QUEUE_STORAGE, Base, QueuedMixin, text_length


class ConcurrencyLimit(Base):
    """How many nodes with this tag may work at once; 0: none begins."""

    __tablename__ = "node_limits"
    __table_args__ = (
        text_length("tag", 200),
        CheckConstraint("places >= 0", name="places_range"),
    )

    tag: Mapped[str] = mapped_column(primary_key=True)
    places: Mapped[int]


class ConcurrencySlot(QueuedMixin, Base):
    """A node that waits for a place (`granted_at` is null) or has one."""

    __tablename__ = "node_places"
    __table_args__ = (text_length("tag", 200), QUEUE_STORAGE)

    tag: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
