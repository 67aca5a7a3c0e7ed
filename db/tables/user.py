"""The tables of people: users, their API keys, and what their identity provider told of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import NOW, Base, length


class User(Base):
    """Somebody who owns things; the id is the identity provider's.

    `email` and `name` are for people to read, and may be unknown or another user's too.
    `synced_at` is the provider's time of what is known here.
    """

    __tablename__ = "users"
    __table_args__ = (
        length("id", 255),
        CheckConstraint("char_length(email) between 3 and 320", name="email_length"),
        length("name", 320),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    name: Mapped[str | None]
    synced_at: Mapped[datetime | None]


class DeletedUser(Base):
    """A user who was deleted, so that nobody makes them again; nothing but the id is kept."""

    __tablename__ = "deleted_users"
    __table_args__ = (length("id", 255),)

    id: Mapped[str] = mapped_column(primary_key=True)
    deleted_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ApiKey(Base):
    """A key with which a program acts for its owner, within `scopes`.

    Only the SHA-256 of the secret is kept. `hint` is the end of the secret, by which people tell
    their keys apart.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("secret_sha256"),
        length("name", 100),
        length("hint", 16),
        CheckConstraint("octet_length(secret_sha256) = 32", name="secret_sha256_length"),
        CheckConstraint(
            "scopes <@ array['read', 'write', 'run'] and cardinality(scopes) between 1 and 3",
            name="scopes_known",
        ),
        Index("api_keys_list_idx", "owner_id", text("created_at desc"), text("id desc")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    hint: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class WebhookMessage(Base):
    """A message of the identity provider that was taken; the same one again has no effect."""

    __tablename__ = "webhook_messages"
    __table_args__ = (
        length("id", 255),
        length("type", 100),
        Index("webhook_messages_received_idx", "received_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=NOW)
