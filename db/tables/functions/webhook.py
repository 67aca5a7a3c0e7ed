"""The tables of webhooks, of what they are told, and of what calls of functions asked for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import (
    NOW,
    UPDATE_HEAVY_STORAGE,
    Base,
    run_foreign_key,
    text_length,
    workflow_foreign_key,
)
from schemas.graph import DECLARED_NAME


def _webhook_foreign_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["webhook_id", "owner_id"], ["webhooks.id", "webhooks.owner_id"], ondelete="CASCADE"
    )


class Webhook(Base):
    """An address that is told of ended runs: all of its owner's, those of a workflow or of a function.

    With `on_request` it is told only of calls that name it. `secret` signs what is sent; `previous_secret`
    too, until `previous_until`. `failing_since` is when the first of the failures began that no success came
    after. While it is disabled nothing is sent, and nothing new is queued.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        UniqueConstraint("id", "owner_id"),
        workflow_foreign_key(),
        text_length("title", 100),
        text_length("url", 2048),
        CheckConstraint(
            "events <@ array['run.completed', 'run.failed', 'run.cancelled']"
            " and cardinality(events) between 1 and 3",
            name="events_known",
        ),
        CheckConstraint(f"function_name ~ '{DECLARED_NAME}'", name="function_name_form"),
        CheckConstraint("num_nonnulls(workflow_id, function_name) <= 1", name="one_filter"),
        CheckConstraint("octet_length(secret) between 24 and 64", name="secret_length"),
        CheckConstraint(
            "(disabled_at is null) = (disabled_reason is null)", name="disabled_has_reason"
        ),
        CheckConstraint(
            "disabled_reason in ('gone', 'failing', 'owner')", name="disabled_reason_known"
        ),
        Index("webhooks_owner_idx", "owner_id"),
        Index("webhooks_workflow_idx", "workflow_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    workflow_id: Mapped[int | None]
    function_name: Mapped[str | None]
    on_request: Mapped[bool] = mapped_column(server_default=text("false"))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    failing_since: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]


class FunctionCall(Base):
    """What a call of a function asked for beside its inputs: by which name, and which webhook to tell."""

    __tablename__ = "function_calls"
    __table_args__ = (run_foreign_key(),)

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[str]
    function_name: Mapped[str]
    webhook_id: Mapped[UUID | None]


class WebhookDelivery(Base):
    """That a run has ended, to be told to a webhook; made by a trigger in the transaction that ends the run.

    The id is the `webhook-id` of each attempt. Until the first attempt there is no `body`; then it stays as it
    is. `next_attempt_at` is when it is due; while somebody sends it, it is when another one may. The row
    outlives its run.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        _webhook_foreign_key(),
        CheckConstraint("status in ('pending', 'delivered', 'failed')", name="status_known"),
        CheckConstraint(
            "(status = 'pending') = (next_attempt_at is not null)", name="pending_is_due"
        ),
        CheckConstraint("octet_length(body) <= 300000", name="body_size"),
        CheckConstraint("octet_length(response) <= 4000", name="response_size"),
        CheckConstraint("char_length(error) <= 1000", name="error_length"),
        Index(
            "webhook_deliveries_due_idx",
            "next_attempt_at",
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "webhook_deliveries_list_idx",
            *("webhook_id", text("created_at desc"), text("id desc")),
        ),
        Index("webhook_deliveries_created_idx", "created_at"),
        UPDATE_HEAVY_STORAGE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    owner_id: Mapped[str]
    webhook_id: Mapped[UUID]
    run_id: Mapped[UUID]
    event: Mapped[str]
    occurred_at: Mapped[datetime]
    body: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="pending")
    attempt_count: Mapped[int] = mapped_column(server_default=text("0"))
    next_attempt_at: Mapped[datetime | None] = mapped_column(server_default=NOW)
    last_attempt_at: Mapped[datetime | None]
    response_status: Mapped[int | None]
    response: Mapped[str | None]
    error: Mapped[str | None]
    duration_ms: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
