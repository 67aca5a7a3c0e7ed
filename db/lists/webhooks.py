"""Webhooks: made, listed, changed, deleted by their owners, and what each was told."""

import base64
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.postgres.notify import WEBHOOKS_CHANNEL
from db.postgres.pagination import Page, paginate_desc, to_page
from db.tables import FunctionCall, Webhook, WebhookDelivery
from db.tables.base import NOW
from db.workflows import get_workflow
from schemas.errors import ConflictError, NotFoundError

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - no secret
MAX_WEBHOOKS: Final = 50
"""Of one user: each is asked for with the end of every run."""
ROTATION: Final = timedelta(hours=24)
"""How long the secret before signs beside the new one."""
_SECRET_BYTES: Final = 32


def create_webhook(session: Session, owner_id: str, **values: Any) -> tuple[Webhook, str]:
    """Make a webhook and give it with its secret, which cannot be had again.

    Raises:
        NotFoundError: the user has no such workflow.
        ConflictError: `too_many_webhooks`.
    """
    if values.get("workflow_id") is not None:
        get_workflow(session, owner_id, values["workflow_id"])
    count = session.scalar(select(func.count()).where(Webhook.owner_id == owner_id)) or 0
    if count >= MAX_WEBHOOKS:
        raise ConflictError(
            "too_many_webhooks",
            f"You may have {MAX_WEBHOOKS} webhooks: delete one that is not needed.",
        )
    webhook = Webhook(owner_id=owner_id, secret=secrets.token_bytes(_SECRET_BYTES), **values)
    session.add(webhook)
    session.flush()
    session.refresh(webhook)
    return webhook, _format_secret(webhook.secret)


def list_webhooks(session: Session, owner_id: str) -> Sequence[Webhook]:
    """Give all webhooks of a user, the newest first."""
    return session.scalars(
        select(Webhook)
        .where(Webhook.owner_id == owner_id)
        .order_by(Webhook.created_at.desc(), Webhook.id)
    ).all()


def get_webhook(session: Session, owner_id: str, id: UUID) -> Webhook:
    """Give a webhook. Raises NotFoundError for a foreign one, too."""
    webhook = session.scalar(
        select(Webhook)
        .where(Webhook.id == id, Webhook.owner_id == owner_id)
        .execution_options(populate_existing=True)
    )
    if webhook is None:
        raise webhook_not_found(id)
    return webhook


def update_webhook(
    session: Session, owner_id: str, id: UUID, *, enabled: bool | None, **values: Any
) -> Webhook:
    """Change a webhook, enable or disable it. Raises NotFoundError."""
    webhook = get_webhook(session, owner_id, id)
    if enabled is not None:
        values |= {
            "failing_since": None if enabled else webhook.failing_since,
            "disabled_at": None if enabled else func.coalesce(Webhook.disabled_at, NOW),
            "disabled_reason": None if enabled else (webhook.disabled_reason or "owner"),
        }
    if values:
        session.execute(update(Webhook).where(Webhook.id == id).values(**values))
        session.refresh(webhook)
    return webhook


def rotate_secret(session: Session, owner_id: str, id: UUID) -> tuple[Webhook, str]:
    """Give a webhook a new secret; the one before signs beside it for a day. Raises NotFoundError."""
    webhook = get_webhook(session, owner_id, id)
    session.execute(
        update(Webhook)
        .where(Webhook.id == id)
        .values(
            previous_secret=webhook.secret,
            previous_until=NOW + ROTATION,
            secret=secrets.token_bytes(_SECRET_BYTES),
        )
    )
    session.refresh(webhook)
    return webhook, _format_secret(webhook.secret)


def delete_webhook(session: Session, owner_id: str, id: UUID) -> None:
    """Delete a webhook with what it was still to be told. Raises NotFoundError."""
    gone = session.scalar(
        delete(Webhook).where(Webhook.id == id, Webhook.owner_id == owner_id).returning(Webhook.id)
    )
    if gone is None:
        raise webhook_not_found(id)


def list_deliveries(
    session: Session, owner_id: str, id: UUID, *, limit: int, cursor: str | None
) -> Page[WebhookDelivery]:
    """Give what a webhook was told, the newest first. Raises NotFoundError, InvalidInputError `bad_cursor`."""
    get_webhook(session, owner_id, id)
    query = paginate_desc(
        select(WebhookDelivery).where(
            WebhookDelivery.webhook_id == id, WebhookDelivery.owner_id == owner_id
        ),
        WebhookDelivery.created_at,
        WebhookDelivery.id,
        limit=limit,
        cursor=cursor,
        read_id=UUID,
    )
    return to_page(session.scalars(query).all(), limit, lambda row: (row.created_at, row.id))


def resend_delivery(
    session: Session, owner_id: str, id: UUID, delivery_id: UUID
) -> WebhookDelivery:
    """Have a delivery that has ended sent again, under the same id, as often as a new one.

    Raises:
        NotFoundError: there is no such webhook or delivery.
        ConflictError: `delivery_pending`: it has not ended; `webhook_disabled`.
    """
    if get_webhook(session, owner_id, id).disabled_at is not None:
        raise ConflictError(
            "webhook_disabled", "The webhook is disabled: enable it, then send this again."
        )
    delivery = session.scalar(
        select(WebhookDelivery)
        .where(
            WebhookDelivery.id == delivery_id,
            WebhookDelivery.webhook_id == id,
            WebhookDelivery.owner_id == owner_id,
        )
        .with_for_update()
    )
    if delivery is None:
        raise NotFoundError("delivery_not_found", f"There is no delivery {delivery_id}.")
    if delivery.status == "pending":
        raise ConflictError(
            "delivery_pending", "This is still being sent: it is tried again by itself."
        )
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id)
        .values(status="pending", next_attempt_at=NOW, attempt_count=0)
    )
    session.execute(select(func.pg_notify(WEBHOOKS_CHANNEL, "")))
    session.refresh(delivery)
    return delivery


def check_webhook(session: Session, owner_id: str, id: UUID) -> None:
    """Refuse a call that asks for a webhook that would not be told.

    Raises:
        NotFoundError: there is no such webhook.
        ConflictError: `webhook_disabled`.
    """
    if get_webhook(session, owner_id, id).disabled_at is not None:
        raise ConflictError(
            "webhook_disabled", "The webhook is disabled: enable it, or leave it out of the call."
        )


def record_function_call(
    session: Session, owner_id: str, run_id: UUID, function_name: str, webhook_id: UUID | None
) -> None:
    """Write down by which name a run was called, and which webhook is to be told of its end."""
    session.execute(
        insert(FunctionCall).values(
            run_id=run_id,
            owner_id=owner_id,
            function_name=function_name,
            webhook_id=webhook_id,
        )
    )


def webhook_not_found(id: UUID) -> NotFoundError:
    """Give the error of a webhook that is not there for this user."""
    return NotFoundError("webhook_not_found", f"There is no webhook {id}.")


def _format_secret(secret: bytes) -> str:
    return SECRET_PREFIX + base64.b64encode(secret).decode()
