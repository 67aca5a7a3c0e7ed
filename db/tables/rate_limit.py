"""The tables of calls of model providers, which are limited."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import QUEUE_STORAGE, Base, QueuedMixin, text_length


class ProviderCall(QueuedMixin, Base):
    """A call that waits (`granted_at` is null) or was made; `tokens` is estimated, then known."""

    __tablename__ = "provider_calls"
    __table_args__ = (
        text_length("rate_limit_key", 200),
        CheckConstraint("tokens >= 0", name="tokens_range"),
        Index("provider_calls_rate_limit_key_idx", "rate_limit_key"),
        QUEUE_STORAGE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rate_limit_key: Mapped[str]
    tokens: Mapped[int]


class ProviderCooldown(Base):
    """Until when a provider asked everybody with this key to leave this model alone."""

    __tablename__ = "provider_cooldowns"
    __table_args__ = (text_length("rate_limit_key", 200),)

    rate_limit_key: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
