"""Webhooks: addresses of the user's that are told of ended runs, and what they were told."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from schemas.base import FrozenModel, StrictModel
from schemas.graph import DECLARED_NAME
from schemas.wire.run import RunError, RunStatus
from schemas.wire.value import Value

WebhookEventType = Literal["run.completed", "run.failed", "run.cancelled"]
WEBHOOK_EVENTS: Final[tuple[WebhookEventType, ...]] = (
    "run.completed",
    "run.failed",
    "run.cancelled",
)


DisabledReason = TypeAliasType("DisabledReason", Literal["gone", "failing", "owner"])
"""The receiver answered 410, failed for days, or the owner disabled it."""


class WebhookCreate(StrictModel):
    """A webhook to be made; without a filter it is told of every run of yours."""

    title: str = Field(min_length=1, max_length=100, pattern=r"\S")
    url: str = Field(min_length=1, max_length=2048)
    """A public http or https address, without a user name or password in it."""
    events: list[WebhookEventType] = Field(list(WEBHOOK_EVENTS), min_length=1, max_length=3)
    workflow_id: int | None = Field(None, ge=1, le=2_147_483_647)
    """Only runs of this workflow."""
    function_name: str | None = Field(None, pattern=DECLARED_NAME)
    """Only calls of the function of this name, also of one that is published later."""
    on_request: bool = False
    """Only calls of functions that name it: `Nodeloom-Webhook: {id}`."""


class WebhookUpdate(StrictModel):
    """What is to change of a webhook; what is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=100, pattern=r"\S")
    url: str | None = Field(None, min_length=1, max_length=2048)
    events: list[WebhookEventType] | None = Field(None, min_length=1, max_length=3)
    enabled: bool | None = None
    """Enabled again, it is told what was still to be told when it was disabled."""


class WebhookRead(FrozenModel):
    """A webhook, without its secret."""

    id: UUID
    title: str
    url: str
    events: list[WebhookEventType]
    workflow_id: int | None
    function_name: str | None
    on_request: bool
    created_at: datetime
    failing_since: datetime | None
    """When the first of the failures began that no success came after."""
    disabled_at: datetime | None
    disabled_reason: DisabledReason | None
    """`gone`: it answered 410; `failing`: nothing came through for three days; `owner`: by you."""


class WebhookMade(WebhookRead):
    """A webhook with a new secret, and the only time that it is told."""

    secret: str
    """`whsec_…`, for libraries of Standard Webhooks."""


class WebhookPage(FrozenModel):
    """All webhooks, the newest first; one page."""

    items: list[WebhookRead]
    next_cursor: str | None = None


class WebhookDeliveryRead(FrozenModel):
    """What a webhook was, or is to be, told, and how the last attempt went."""

    id: UUID
    """The `webhook-id` of every attempt."""
    run_id: UUID
    event: WebhookEventType
    status: Literal["pending", "delivered", "failed"]
    attempt_count: int
    created_at: datetime
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    """While it is being sent: when that is given up."""
    response_status: int | None
    response: str | None
    """How the answer began."""
    error: str | None
    """Why there was no answer."""
    duration_ms: int | None


class WebhookDeliveryPage(FrozenModel):
    """A page of deliveries, the newest first."""

    items: list[WebhookDeliveryRead]
    next_cursor: str | None


class WebhookEventData(FrozenModel):
    """How a run ended."""

    run_id: UUID
    workflow_id: int | None
    function_name: str | None
    """Of a call: the function's name."""
    status: RunStatus
    outputs: dict[str, Value | None]
    """Results by name, with addresses of files on this server."""
    outputs_omitted: bool
    """Whether they were too long, or the run was deleted before they were sent: read the run."""
    error: RunError | None


class WebhookEvent(FrozenModel):
    """The body that is sent to a webhook."""

    type: WebhookEventType
    timestamp: datetime
    data: WebhookEventData
