"""The table of pictures and videos."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import BIGINT
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import NOW, Base, allowed_values


class Asset(Base):
    """A stored picture or video; its bytes are in the asset store under `sha256`.

    Width and height are in pixels, `bytes` is the size; `used_at` is when it was last uploaded
    or made, again or for the first time. `draft_of` is the node execution that shows it while it
    works: such a row has an id of its own and ends with the node, and nothing but its address leads
    to it.
    """

    __tablename__ = "assets"
    __table_args__ = (
        Index(
            "assets_content_key",
            *("owner_id", "sha256", "media_type"),
            unique=True,
            postgresql_where=text("draft_of is null"),
        ),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_hex"),
        CheckConstraint("char_length(media_type) between 3 and 100", name="media_type_length"),
        allowed_values("kind", ("image", "video")),
        CheckConstraint("width >= 1 and height >= 1 and bytes >= 0", name="sizes"),
        CheckConstraint(
            "(kind = 'video') = (duration_seconds is not null)", name="duration_iff_video"
        ),
        Index(
            "assets_list_idx",
            *("owner_id", text("created_at desc"), text("id desc")),
            postgresql_where=text("draft_of is null"),
        ),
        Index("assets_used_idx", "used_at"),
        Index("assets_sha256_idx", "sha256"),
        Index("assets_draft_idx", "draft_of", postgresql_where=text("draft_of is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    sha256: Mapped[str]
    media_type: Mapped[str]
    kind: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int] = mapped_column(BIGINT)
    duration_seconds: Mapped[float | None]
    draft_of: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    used_at: Mapped[datetime] = mapped_column(server_default=NOW)
