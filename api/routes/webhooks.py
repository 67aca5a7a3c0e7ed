"""What Clerk tells of users: signed, each message once, nothing older than what is known."""

import logging
import re
import time
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session
from standardwebhooks import Webhook, WebhookVerificationError

from api.auth.clerk import ClerkConfig
from api.auth.clerk_tokens import is_email_address
from api.http.responses import error_responses
from api.http.strict_json import check_storable, parse_json
from api.state.app_state import AppState
from db.users import UserProfile, delete_user, record_webhook_message, sync_user, was_deleted
from schemas.errors import InvalidInputError, SignInError

logger = logging.getLogger(__name__)

MAX_BYTES: Final = 262_144
"""Of a message; Clerk's have a few thousand."""
MAX_NAME_LENGTH: Final = 320
MAX_AGE_SECONDS: Final = 300
"""Of a signature; the library's own limit."""
HANDLED_TYPES: Final = frozenset({"user.created", "user.updated", "user.deleted"})
"""The messages that mean something here; others are taken and forgotten."""
_HEADERS: Final = ("id", "timestamp", "signature")
_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9_\-]{1,255}")
_LATEST_MS: Final = 253_402_300_799_000
"""The end of the year 9999."""


class _ClerkModel(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Email(_ClerkModel):
    id: str
    email_address: str


class _User(_ClerkModel):
    """The user that a message is about; of a deleted one only the id is told."""

    id: str = Field(pattern=r"^user_[A-Za-z0-9_\-]{1,200}$")
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    primary_email_address_id: str | None = None
    email_addresses: list[_Email] = []
    updated_at: int = Field(default=0, ge=0, le=_LATEST_MS)

    def to_profile(self) -> UserProfile:
        emails = {each.id: each.email_address for each in self.email_addresses}
        email = emails.get(self.primary_email_address_id or "")
        full = " ".join(part for part in (self.first_name, self.last_name) if part)
        name = (full or self.username or "")[:MAX_NAME_LENGTH]
        return UserProfile(
            self.id, email if email and is_email_address(email) else None, name or None
        )


class _UserMessage(_ClerkModel):
    data: _User


class WebhookController(Controller):
    """Messages of the identity provider."""

    path = "/webhooks"
    tags = ("Webhooks",)

    @post(
        "/clerk",
        operation_id="receiveClerkMessage",
        status_code=204,
        summary="For Clerk: users were made, changed or deleted",
        responses=error_responses(400, 401, 404, 413, 422),
        request_max_body_size=MAX_BYTES,
    )
    async def receive_clerk_message(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        clerk: NamedDependency[ClerkConfig | None],
    ) -> None:
        """Take a message that Clerk signed (headers `svix-id`, `-timestamp`, `-signature`).

        The same message again, or one that is older than what is known, changes nothing. A
        deleted user is deleted for ever, with everything that is theirs.
        """
        if clerk is None or clerk.webhook is None:
            raise NotFoundException
        body = await request.body()
        try:
            id = verify_signature(clerk.webhook, request, body)
        except SignatureError as error:
            logger.warning("a message for /webhooks/clerk was refused: %s", error.reason)
            raise
        value = parse_json(body)
        check_storable(value)
        deletes = isinstance(value, dict) and value.get("type") == "user.deleted"
        database = app_state.database
        transaction = database.deletion if deletes else database.identity_transaction
        await transaction(_apply_message, id, value)


class SignatureError(SignInError):
    """A message that is not signed as it must be; `reason` is for the operator's log."""

    def __init__(self, reason: str) -> None:
        """Tell the caller that the signature is wrong, and no more."""
        super().__init__(
            "not_signed_in",
            "The message is not signed with this server's webhook secret, or is too old.",
        )
        self.reason = reason


def verify_signature(webhook: Webhook, request: Request[Any, Any, Any], body: bytes) -> str:
    """Give the id of a message that was signed with our secret less than 5 minutes ago.

    Raises:
        SignatureError: it was not.
    """
    given = {name: request.headers.getall(f"svix-{name}", []) for name in _HEADERS}
    if any(len(values) != 1 for values in given.values()):
        raise SignatureError("it needs each of the headers svix-id, -timestamp and -signature once")
    headers = {f"webhook-{name}": values[0] for name, values in given.items()}
    if not _MESSAGE_ID.fullmatch(headers["webhook-id"]):
        raise SignatureError("its svix-id is no id of a message")
    try:
        webhook.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError) as error:
        raise SignatureError(_refusal_reason(headers["webhook-timestamp"])) from error
    return headers["webhook-id"]


def _refusal_reason(timestamp: str) -> str:
    """Say what is wrong with a message whose signature could not be verified."""
    try:
        age = time.time() - int(timestamp)
    except ValueError:
        return "its svix-timestamp is no time"
    if abs(age) > MAX_AGE_SECONDS:
        return f"it was signed {age:.0f} s ago, by this machine's clock: {MAX_AGE_SECONDS} s are allowed"
    return (
        "its signature does not match CLERK_WEBHOOK_SECRET: copy the signing secret of this"
        " endpoint from the page Webhooks of Clerk's dashboard, and restart"
    )


def _apply_message(session: Session, id: str, value: Any) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or not 1 <= len(kind) <= 100:
        raise InvalidInputError("invalid_request", "The message has no type.")
    if not record_webhook_message(session, id, kind) or kind not in HANDLED_TYPES:
        return
    try:
        message = _UserMessage.model_validate(value)
    except ValidationError as error:
        raise InvalidInputError(
            "invalid_request", "The message is not as Clerk's are: its user cannot be read."
        ) from error
    user = message.data
    if kind == "user.deleted":
        delete_user(session, user.id)
    elif not was_deleted(session, user.id):
        at = datetime.fromtimestamp(user.updated_at / 1000, UTC)
        sync_user(session, user.to_profile(), at)
