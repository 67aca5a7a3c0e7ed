"""The tables of calls of model providers, which are limited."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import QUEUE_STORAGE, Base, QueuedMixin, text_length


class ProviderCall(QueuedMixin, Base):
    """A call that waits (`granted_at` is null) or was made; `tokens` is estimated, then known."""

    __tablename__ = "provider_turns"
    __table_args__ = (
        text_length("pool", 200),
        CheckConstraint("tokens >= 0", name="tokens_range"),
        Index("provider_turns_pool_idx", "pool"),
        QUEUE_STORAGE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool: Mapped[str]
    tokens: Mapped[int]


class ProviderCooldown(Base):
    """Until when a provider asked everybody with this key to leave this model alone."""

    __tablename__ = "provider_pauses"
    __table_args__ = (text_length("pool", 200),)

    pool: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
