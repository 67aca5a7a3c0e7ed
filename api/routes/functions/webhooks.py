"""Webhooks of users: addresses that are told of ended runs."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import LOCATION, error_responses
from api.openapi.operations import operation_docs
from api.state.app_state import AppState
from api.views.times import optional_utc, utc
from assets.ssrf import AddressError
from db.lists.webhooks import (
    create_webhook,
    delete_webhook,
    list_deliveries,
    list_webhooks,
    resend_delivery,
    rotate_secret,
    update_webhook,
)
from db.tables import Webhook, WebhookDelivery
from flows.functions.webhooks import make_sender
from schemas.errors import InvalidInputError
from schemas.wire.functions.webhook import (
    WebhookCreate,
    WebhookDeliveryPage,
    WebhookDeliveryRead,
    WebhookMade,
    WebhookPage,
    WebhookRead,
    WebhookUpdate,
)

NO_STORE = {"Cache-Control": "no-store"}


class OutgoingWebhookController(Controller):
    """Addresses that are told of ended runs, signed as Standard Webhooks has it."""

    path = "/api/webhooks"
    tags = ("Webhooks",)

    @get(operation_id="listWebhooks", summary="Your webhooks, the newest first")
    async def list_webhooks(
        self, app_state: NamedDependency[AppState], user: NamedDependency[Identity]
    ) -> WebhookPage:
        """List webhooks without their secrets; those that were disabled say why."""
        found = await app_state.database.run(list_webhooks, user.id)
        return WebhookPage(items=[_present(each) for each in found])

    @post(
        operation_id="createWebhook",
        summary="Make a webhook",
        responses=error_responses(404, 409),
        opt=operation_docs(
            {
                "all": (
                    "Told of every run",
                    {"title": "The shop's own system", "url": "https://example.com/hooks/nodeloom"},
                )
            }
        ),
        response_headers=[LOCATION],
    )
    async def create_webhook(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        data: JSONBody[WebhookCreate],
    ) -> Response[WebhookMade]:
        """Have an address told of ended runs. Its secret is in this answer and can never be had again.

        Each message is signed (`webhook-id`, `webhook-timestamp`, `webhook-signature`), sent until an answer
        of 2xx comes, for a day at most, and may come twice under the same id. Answer within 15 seconds;
        redirects are not followed, and 410 disables the webhook.
        """
        await _check_url(app_state, data.url)
        values: dict[str, Any] = dict(data)

        def create(session: Session, owner_id: str) -> WebhookMade:
            webhook, secret = create_webhook(session, owner_id, **values)
            return _present_made(webhook, secret)

        made = await app_state.database.run(create, user.id)
        headers = NO_STORE | {"Location": "/api/webhooks"}
        return Response(made, status_code=201, headers=headers)

    @patch(
        "/{webhook_id:uuid}",
        operation_id="updateWebhook",
        summary="Change, enable or disable a webhook",
        responses=error_responses(404),
        opt=operation_docs({"on": ("Enable it again", {"enabled": True})}),
    )
    async def update_webhook(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        webhook_id: FromPath[UUID],
        data: JSONBody[WebhookUpdate],
    ) -> WebhookRead:
        """Change what is given. Enabled again, it is told what it was still to be told when it was disabled."""
        values = data.model_dump(by_alias=False, exclude_none=True)
        if data.url is not None:
            await _check_url(app_state, data.url)
        enabled = values.pop("enabled", None)

        def change(session: Session, owner_id: str) -> WebhookRead:
            return _present(
                update_webhook(session, owner_id, webhook_id, enabled=enabled, **values)
            )

        return await app_state.database.run(change, user.id)

    @post(
        "/{webhook_id:uuid}/secret",
        operation_id="rotateWebhookSecret",
        summary="Give a webhook a new secret",
        status_code=200,
        responses=error_responses(404),
    )
    async def rotate_webhook_secret(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        webhook_id: FromPath[UUID],
    ) -> Response[WebhookMade]:
        """Make a new secret. For 24 hours messages are signed with the one before, too."""

        def rotate(session: Session, owner_id: str) -> WebhookMade:
            return _present_made(*rotate_secret(session, owner_id, webhook_id))

        made = await app_state.database.run(rotate, user.id)
        return Response(made, status_code=200, headers=NO_STORE)

    @delete(
        "/{webhook_id:uuid}",
        operation_id="deleteWebhook",
        summary="Delete a webhook",
        responses=error_responses(404),
    )
    async def delete_webhook(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        webhook_id: FromPath[UUID],
    ) -> None:
        """Delete a webhook with all that it was, and was still to be, told."""
        await app_state.database.run(delete_webhook, user.id, webhook_id)

    @get(
        "/{webhook_id:uuid}/deliveries",
        operation_id="listWebhookDeliveries",
        summary="What a webhook was told, the newest first",
        responses=error_responses(404),
    )
    async def list_webhook_deliveries(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        webhook_id: FromPath[UUID],
        limit: Limit = PAGE_SIZE,
        *,
        cursor: Cursor = None,
    ) -> WebhookDeliveryPage:
        """List deliveries of the last 30 days, each with how its last attempt went."""
        page = await app_state.database.run(
            list_deliveries, user.id, webhook_id, limit=limit, cursor=cursor
        )
        items = [_present_delivery(each) for each in page.items]
        return WebhookDeliveryPage(items=items, next_cursor=page.next_cursor)

    @post(
        "/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/resend",
        operation_id="resendWebhookDelivery",
        summary="Send a delivery again",
        status_code=202,
        responses=error_responses(404, 409),
    )
    async def resend_webhook_delivery(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        webhook_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
    ) -> Response[WebhookDeliveryRead]:
        """Send what has ended once more: the same body under the same id, with a new time and signature."""

        def resend(session: Session, owner_id: str) -> WebhookDeliveryRead:
            return _present_delivery(resend_delivery(session, owner_id, webhook_id, delivery_id))

        return Response(await app_state.database.run(resend, user.id), status_code=202)


async def _check_url(app_state: AppState, url: str) -> None:
    """Refuse an address that nothing may be sent to. Raises InvalidInputError."""
    try:
        await make_sender(app_state.settings).check(url)
    except AddressError as error:
        raise InvalidInputError(
            "webhook_url_not_allowed",
            f"Nothing can be sent to this address: {error.reason}. Use a public http or https address.",
        ) from error


def _present(webhook: Webhook) -> WebhookRead:
    return WebhookRead(
        id=webhook.id,
        title=webhook.title,
        url=webhook.url,
        events=webhook.events,  # pyright: ignore[reportArgumentType] - a CHECK keeps it to these
        workflow_id=webhook.workflow_id,
        function_name=webhook.function_name,
        on_request=webhook.on_request,
        created_at=utc(webhook.created_at),
        failing_since=optional_utc(webhook.failing_since),
        disabled_at=optional_utc(webhook.disabled_at),
        disabled_reason=webhook.disabled_reason,  # pyright: ignore[reportArgumentType] - likewise
    )


def _present_made(webhook: Webhook, secret: str) -> WebhookMade:
    return WebhookMade(**dict(_present(webhook)), secret=secret)


def _present_delivery(row: WebhookDelivery) -> WebhookDeliveryRead:
    return WebhookDeliveryRead(
        id=row.id,
        run_id=row.run_id,
        event=row.event,  # pyright: ignore[reportArgumentType] - a trigger writes these only
        status=row.status,  # pyright: ignore[reportArgumentType] - a CHECK keeps it to these
        attempt_count=row.attempt_count,
        created_at=utc(row.created_at),
        last_attempt_at=optional_utc(row.last_attempt_at),
        next_attempt_at=optional_utc(row.next_attempt_at),
        response_status=row.response_status,
        response=row.response,
        error=row.error,
        duration_ms=row.duration_ms,
    )
