"""The table of the keys with which programs come."""

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

from db.tables.base import NOW, Base, text_length


class ApiKey(Base):
    """A key with which a program acts for its owner, within `scopes`; with `functions`, by calling these only.

    Only the SHA-256 of the secret is kept. `hint` is the end of the secret, by which people tell
    their keys apart.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("secret_sha256"),
        text_length("name", 100),
        text_length("hint", 16),
        CheckConstraint("octet_length(secret_sha256) = 32", name="secret_sha256_length"),
        CheckConstraint(
            "scopes <@ array['read', 'write', 'run'] and cardinality(scopes) between 1 and 3",
            name="scopes_known",
        ),
        CheckConstraint(
            "cardinality(functions) between 1 and 20 and array_to_string(functions, ' ', '')"
            " ~ '^[a-z][a-z0-9_]{0,62}( [a-z][a-z0-9_]{0,62})*$'",
            name="functions_named",
        ),
        CheckConstraint(
            "functions is null or not 'write' = any(scopes)", name="functions_write_nothing"
        ),
        Index("api_keys_list_idx", "owner_id", text("created_at desc"), text("id desc")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    hint: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    functions: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
