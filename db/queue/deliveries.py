"""Deliveries to webhooks: taken by whoever sends them, and how each attempt went.

A delivery is taken for `LEASE_SECONDS`, as its next attempt is put off for so long: who dies while it
sends delays it by that, and it is sent again under the same id.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, case, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from db.tables import FunctionCall, Webhook, WebhookDelivery, WorkflowRun
from db.tables.base import NOW

LEASE_SECONDS: Final = 45.0
"""Longer than an attempt may take."""
MAX_PER_WEBHOOK: Final = 4
"""Deliveries to one webhook that are taken at a time: one that hangs keeps nobody else's."""
RETRY_SECONDS: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 21_600)
"""After each failed attempt until the next one: eight attempts within a day."""
MAX_FAILING_DAYS: Final = 3
"""After so many days without a success a webhook is disabled with its next failure."""
_CLAIM: Final = text("""
    with due as (
      select d.id, d.webhook_id, d.next_attempt_at from webhook_deliveries d
      where d.status = 'pending' and d.next_attempt_at <= clock_timestamp()
        and d.webhook_id <> all(:busy)
        and exists (select from webhooks w where w.id = d.webhook_id and w.disabled_at is null)
      order by d.next_attempt_at limit 500
    ), placed as (
      select id, next_attempt_at,
        row_number() over (partition by webhook_id order by next_attempt_at) as place
      from due
    ), picked as materialized (
      select d.id from webhook_deliveries d
      where d.id in (select id from placed where place <= :most_of_one
          order by next_attempt_at limit :limit)
        and d.status = 'pending' and d.next_attempt_at <= clock_timestamp()
      for update skip locked
    )
    update webhook_deliveries d
    set next_attempt_at = clock_timestamp() + make_interval(secs => :lease),
      attempt_count = d.attempt_count + 1, last_attempt_at = clock_timestamp(),
      response_status = null, response = null, error = null, duration_ms = null
    from picked, webhooks w
    where d.id = picked.id and w.id = d.webhook_id
    returning d.id, d.owner_id, d.webhook_id, d.run_id, d.event, d.occurred_at, d.body,
      d.attempt_count, w.url, w.secret,
      case when w.previous_until > clock_timestamp() then w.previous_secret end as previous_secret
""").bindparams(bindparam("busy", type_=ARRAY(Uuid)))
_DELETE_OLD: Final = text("""
    delete from webhook_deliveries where id in (
      select id from webhook_deliveries
      where created_at < clock_timestamp() - make_interval(days => :days) limit :limit)
    returning id
""")


@dataclass(frozen=True)
class ClaimedDelivery:
    """A delivery that is ours to send for `LEASE_SECONDS`, and where to."""

    id: UUID
    owner_id: str
    webhook_id: UUID
    run_id: UUID
    event: str
    occurred_at: datetime
    body: str | None
    """None: nothing was sent yet."""
    attempt_count: int
    """This attempt among them."""
    url: str
    secret: bytes
    previous_secret: bytes | None


@dataclass(frozen=True)
class EndedRun:
    """What a webhook is told of a run."""

    run: WorkflowRun
    function_name: str | None


@dataclass(frozen=True)
class AttemptResult:
    """How an attempt went: an answer, or why there was none."""

    status: int | None
    response: str | None
    error: str | None
    duration_ms: int

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300


def claim_deliveries(session: Session, limit: int, busy: Collection[UUID]) -> list[ClaimedDelivery]:
    """Take deliveries that are due, those that wait longest first; none of the `busy` webhooks'.

    How the attempt before went is forgotten: nobody takes its answer for that of this one.
    """
    values = {"limit": limit, "busy": list(busy), "lease": LEASE_SECONDS}
    rows = session.execute(_CLAIM, values | {"most_of_one": MAX_PER_WEBHOOK})
    return [ClaimedDelivery(**row) for row in rows.mappings()]


def find_ended_run(session: Session, owner_id: str, run_id: UUID) -> EndedRun | None:
    """Give a run that has ended; None where it was deleted since."""
    row = session.execute(
        select(WorkflowRun, FunctionCall.function_name)
        .outerjoin(FunctionCall, FunctionCall.run_id == WorkflowRun.id)
        .where(WorkflowRun.id == run_id, WorkflowRun.owner_id == owner_id)
    ).one_or_none()
    return None if row is None else EndedRun(row[0], row[1])


def set_body(session: Session, id: UUID, body: str) -> None:
    """Keep what is sent, so that every attempt sends the same."""
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == id, WebhookDelivery.body.is_(None))
        .values(body=body)
    )


def record_attempt(session: Session, delivery: ClaimedDelivery, result: AttemptResult) -> None:
    """Write down how an attempt went: it is done, tried again, or given up; and disable what is gone.

    What another sender has done about it since, after our time for it was over, stays.
    """
    delay = next(iter(RETRY_SECONDS[delivery.attempt_count - 1 :]), None)
    retries = delay is not None and not result.succeeded and result.status != 410
    after = text("clock_timestamp() + make_interval(secs => :delay)").bindparams(delay=delay or 0)
    session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == delivery.id,
            WebhookDelivery.status == "pending",
            WebhookDelivery.attempt_count == delivery.attempt_count,
        )
        .values(
            status="delivered" if result.succeeded else "pending" if retries else "failed",
            next_attempt_at=after if retries else None,
            response_status=result.status,
            response=result.response,
            error=result.error,
            duration_ms=result.duration_ms,
        )
    )
    _record_health(session, delivery.webhook_id, result)


def _record_health(session: Session, webhook_id: UUID, result: AttemptResult) -> None:
    if result.succeeded:
        session.execute(
            update(Webhook)
            .where(Webhook.id == webhook_id, Webhook.failing_since.is_not(None))
            .values(failing_since=None)
        )
        return
    failing = Webhook.failing_since < NOW - text(f"interval '{MAX_FAILING_DAYS} days'")
    gone = result.status == 410
    reason = "gone" if gone else case((failing, "failing"), else_=None)
    session.execute(
        update(Webhook)
        .where(Webhook.id == webhook_id, Webhook.disabled_at.is_(None))
        .values(
            failing_since=func.coalesce(Webhook.failing_since, NOW),
            disabled_at=NOW if gone else case((failing, NOW), else_=None),
            disabled_reason=reason,
        )
    )


def delete_old_deliveries(session: Session, days: int, limit: int) -> int:
    """Forget what webhooks were told so many days ago; what is still to be sent then is given up, too."""
    return len(session.execute(_DELETE_OLD, {"days": days, "limit": limit}).all())
