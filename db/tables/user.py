"""The tables of people: users, and what their identity provider told of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import NOW, Base, text_length


class User(Base):
    """Somebody who owns things; the id is the identity provider's.

    `email`, in lower case, is one user's at most: the one of whom it was told last. It and `name`
    are for people to read, and may be unknown.
    `synced_at` is the provider's time of what is known here.
    """

    __tablename__ = "users"
    __table_args__ = (
        text_length("id", 255),
        CheckConstraint("char_length(email) between 3 and 320", name="email_length"),
        text_length("name", 320),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    name: Mapped[str | None]
    synced_at: Mapped[datetime | None]


class DeletedUser(Base):
    """A user who was deleted, so that nobody makes them again; nothing but the id is kept."""

    __tablename__ = "deleted_users"
    __table_args__ = (text_length("id", 255),)

    id: Mapped[str] = mapped_column(primary_key=True)
    deleted_at: Mapped[datetime] = mapped_column(server_default=NOW)


class WebhookMessage(Base):
    """A message of the identity provider that was taken; the same one again has no effect."""

    __tablename__ = "webhook_messages"
    __table_args__ = (
        text_length("id", 255),
        text_length("type", 100),
        Index("webhook_messages_received_idx", "received_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=NOW)
