"""Tells webhooks of ended runs: takes what is due, sends it signed, writes down how that went.

Every executor does it, beside its runs; what one of them has taken and died with, another one sends
again under the same id. Signatures are those of Standard Webhooks (https://www.standardwebhooks.com).
"""

import asyncio
import base64
import logging
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Signer

from assets.post import POST_SECONDS, GuardedSender
from assets.ssrf import AddressError
from db.lists.functions import get_result_executions
from db.postgres.background import Background
from db.queue.deliveries import (
    MAX_PER_WEBHOOK,
    AttemptResult,
    ClaimedDelivery,
    claim_deliveries,
    find_ended_run,
    record_attempt,
    set_body,
)
from flows.engine.runtime import Runtime
from flows.functions.results import present_declared_outputs, present_error, with_file_urls
from schemas.errors import ProviderError
from schemas.settings import Settings
from schemas.wire.functions.webhook import WebhookEvent, WebhookEventData
from schemas.wire.run import RunStatus

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 5.0
"""Between two looks for what is to be sent again; a notification tells of what is new."""
MAX_SENDING: Final = 20
"""Deliveries that one process sends at a time."""
MAX_BODY_BYTES: Final = 262_144
"""Of what is sent; results that are longer are left out."""
STOP_SECONDS: Final = 3.0
"""How long a process that ends waits for what it is sending."""


def make_sender(settings: Settings) -> GuardedSender:
    """Give what posts to webhooks, within what the settings allow."""
    return GuardedSender(
        total_seconds=POST_SECONDS, allow_private=settings.webhooks_to_private_addresses
    )


class WebhookDeliverer:
    """Sends what is due, a few at a time."""

    def __init__(self, runtime: Runtime) -> None:
        """Prepare; nothing is sent before `start`."""
        self._runtime = runtime
        self._sender = make_sender(runtime.settings)
        self._sending: Counter[UUID] = Counter()
        self.wake = asyncio.Event()
        self._background = Background("webhooks")

    def start(self, background: Background) -> None:
        """Look for what is due, again and again."""
        background.every(POLL_SECONDS, self._send_due, name="webhooks", wake=self.wake)

    async def stop(self) -> None:
        """Wait a little for what is being sent; another process sends the rest again."""
        await self._background.wait(STOP_SECONDS)
        await self._background.close()

    async def _send_due(self) -> float:
        """Take what is due and begin to send it; give the seconds until there may be more."""
        room = MAX_SENDING - len(self._background)
        if room <= 0:
            return 1.0
        busy = [id for id, count in self._sending.items() if count >= MAX_PER_WEBHOOK]
        claim = partial(claim_deliveries, limit=room, busy=busy)
        claimed = await self._runtime.run_in_transaction(claim)
        for delivery in claimed:
            self._sending[delivery.webhook_id] += 1
            self._background.spawn(self._send(delivery))
        return 0.1 if claimed else POLL_SECONDS

    async def _send(self, delivery: ClaimedDelivery) -> None:
        try:
            body = delivery.body
            if body is None:
                address = self._runtime.settings.public_url or ""
                make = partial(make_body, delivery=delivery, address=address)
                body = await self._runtime.run_in_transaction(make)
            result = await self._post(delivery, body)
            await self._runtime.run_in_transaction(
                partial(record_attempt, delivery=delivery, result=result)
            )
        finally:
            self._sending[delivery.webhook_id] -= 1
            self._sending += Counter()  # forgets those that are at 0

    async def _post(self, delivery: ClaimedDelivery, body: str) -> AttemptResult:
        began = perf_counter()
        status, response, error = None, None, None
        try:
            answer = await self._sender.post(delivery.url, body.encode(), sign(delivery, body))
            status, response = answer.status, answer.beginning
        except AddressError as refused:
            error = f"The address cannot be used: {refused.reason}."
        except ProviderError as failed:
            error = failed.message[:1000]
        milliseconds = round((perf_counter() - began) * 1000)
        logger.info("webhook %s: delivery %s: %s", delivery.webhook_id, delivery.id, status)
        return AttemptResult(status, response, error, milliseconds)


def make_body(session: Session, delivery: ClaimedDelivery, address: str) -> str:
    """Write what a webhook is told, and keep it for the next attempts; files are at `address`."""
    event = _read_event(session, delivery, address.rstrip("/"))
    body = event.model_dump_json()
    if len(body.encode()) > MAX_BODY_BYTES:
        shorter = event.data.model_copy(update={"outputs": {}, "outputs_omitted": True})
        body = event.model_copy(update={"data": shorter}).model_dump_json()
    set_body(session, delivery.id, body)
    return body


def _read_event(session: Session, delivery: ClaimedDelivery, address: str) -> WebhookEvent:
    found = find_ended_run(session, delivery.owner_id, delivery.run_id)
    run = found and found.run
    outputs = {}
    if run is not None:
        executions = get_result_executions(session, run)
        read = present_declared_outputs(run.declared_outputs or {}, executions)
        outputs = {
            name: with_file_urls(value, lambda file: f"{address}{file.url}")
            for name, value in read.items()
        }
    return WebhookEvent(
        type=delivery.event,  # pyright: ignore[reportArgumentType] - a trigger writes these only
        timestamp=delivery.occurred_at.astimezone(UTC),
        data=WebhookEventData(
            run_id=delivery.run_id,
            workflow_id=run and run.workflow_id,
            function_name=found and found.function_name,
            status=RunStatus(delivery.event.removeprefix("run.").upper()),
            outputs=outputs,
            outputs_omitted=run is None,
            error=present_error(run and run.error),
        ),
    )


def sign(delivery: ClaimedDelivery, body: str) -> dict[str, str]:
    """Give the headers of an attempt: its id, its time, and a signature by each secret that is good."""
    now, id = datetime.now(UTC), str(delivery.id)
    secrets = [each for each in (delivery.secret, delivery.previous_secret) if each]
    signatures = [Signer(base64.b64encode(each).decode()).sign(id, now, body) for each in secrets]
    return {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
