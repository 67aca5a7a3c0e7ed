"""Sets Prefect's dashboard up for operators: saved views of runs, and automations that notify.

Everything has a name of ours and is brought up to date when it is there already.
"""

from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import PrefectClient, get_client
from prefect.events.actions import CallWebhook, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.types import SecretDict
from pydantic import SecretStr

from flows.limits.tags import MODEL_TAG_PREFIX
from flows.prefect.names import NODELOOM_TAG, WORK_POOL, clean_name
from flows.prefect.states import WORKER_STOPPED
from schemas.errors import InvalidInputError

NAME_PREFIX: Final = "Nodeloom: "
WEBHOOK_BLOCK: Final = "nodeloom-notify"
"""The webhook block that `--webhook` makes."""
DAY_SECONDS: Final = 86_400
LATE_INTERVAL: Final = timedelta(minutes=15)
"""A schedule of each minute would tell of each minute's flow run."""
_RUN_MESSAGE: Final = (
    "{{ automation.name }}: {{ flow_run.name }} is {{ flow_run.state.name }}."
    " {{ flow_run.state.message }} {{ flow_run|ui_url }}"
)
_LATE_MESSAGE: Final = (
    "{{ automation.name }}: {{ deployment.name or flow_run.name }} was due at"
    " {{ flow_run.expected_start_time }} and nobody has begun it. {{ flow_run|ui_url }}"
)
_POOL_MESSAGE: Final = (
    "{{ automation.name }}: nobody serves the work pool {{ work_pool.name }}."
    " {{ work_pool|ui_url }}"
)


@dataclass(frozen=True)
class Alert:
    """When somebody is to be told of what."""

    name: str
    description: str
    trigger: EventTrigger
    message: str = _RUN_MESSAGE


def _flow_run_trigger(
    *, of: Mapping[str, str] = {}, for_each: str = "prefect.resource.id", **more: Any
) -> EventTrigger:
    """Give a trigger of flow runs that show a run of ours; `of` says which by their labels."""
    return EventTrigger(
        match={"prefect.resource.id": "prefect.flow-run.*", **of},
        match_related={
            "prefect.resource.role": "tag",
            "prefect.resource.id": f"prefect.tag.{NODELOOM_TAG}",
        },
        for_each={for_each},
        **more,
    )


def alerts(max_wait_seconds: int) -> tuple[Alert, ...]:
    """Give what is told of; a run that waits once it has waited for so long."""
    return (
        Alert(
            "a run failed",
            "A run ended as failed, or its worker was lost for good.",
            _flow_run_trigger(
                of={
                    "prefect.state-message": f"!{WORKER_STOPPED}*"
                },  # another worker goes on with it
                posture=Posture.Reactive,
                expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed"},
            ),
        ),
        Alert(
            "a scheduled run is late",
            "A run was due and nobody has begun it.",
            _flow_run_trigger(
                posture=Posture.Reactive,
                expect={"prefect.flow-run.Late"},
                for_each="related:deployment:prefect.resource.id",
                within=LATE_INTERVAL,
            ),
            _LATE_MESSAGE,
        ),
        Alert(
            "a run waits",
            f"A run has waited for {max_wait_seconds} seconds: the workers are full, stuck or gone.",
            _flow_run_trigger(
                posture=Posture.Proactive,
                after={"prefect.flow-run.Pending"},
                expect={
                    f"prefect.flow-run.{state}"
                    for state in ("Running", "Completed", "Failed", "Crashed", "Cancelled")
                },
                within=timedelta(seconds=max_wait_seconds),
            ),
        ),
        Alert(
            "no worker",
            "No worker has been heard of for about half a minute.",
            EventTrigger(
                posture=Posture.Reactive,
                match={
                    "prefect.resource.id": "prefect.work-pool.*",
                    "prefect.resource.name": WORK_POOL,
                },
                expect={"prefect.work-pool.not-ready"},
                for_each={"prefect.resource.id"},
            ),
            _POOL_MESSAGE,
        ),
    )


def saved_views(models: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Give what is filtered for in each saved view."""
    week = {"range": {"type": "span", "seconds": -7 * DAY_SECONDS}}
    today = {"range": {"type": "span", "seconds": -DAY_SECONDS}}
    failed = {"state": ["Failed", "Crashed", "TimedOut"], "tag": [NODELOOM_TAG]}
    found: dict[str, Mapping[str, Any]] = {
        "failed today": failed | today,
        "LLM calls": {"tag": [NODELOOM_TAG, "llm"]} | week,
        "pictures": {"tag": [NODELOOM_TAG, "image"]} | week,
    }
    for model in models:
        found[f"LLM calls of {clean_name(model)}"] = {
            "tag": [clean_name(f"{MODEL_TAG_PREFIX}{model}")]
        } | week
    return found


async def install_views_and_alerts(
    models: Iterable[str], webhook: str | None, block: str | None, max_wait_seconds: int
) -> list[str]:
    """Make or update the views and, where it is said whom to tell, the automations.

    Args:
        models: Those that get a view of their own.
        webhook: An address that is sent a JSON document `{"text": …}`.
        block: Instead of it a notification block of Prefect's, as `slack-webhook/ops`.
        max_wait_seconds: How long a run waits before somebody is told.

    Returns:
        The names of all that is there now.

    Raises:
        InvalidInputError: `invalid_settings`: there is no such block, or Prefect's server does
            not take the password.
    """
    done: list[str] = []
    async with get_client() as client:
        await _check_password(client)
        for name, filters in saved_views(models).items():
            await _save_view(client, f"{NAME_PREFIX}{name}", filters)
            done.append(f"view {NAME_PREFIX}{name}")
        if webhook is None and block is None:
            return done
        if webhook is not None:
            make_action, block_id = _webhook_action, await _save_webhook(webhook)
        else:
            make_action, block_id = _notification_action, await _find_block(client, block or "")
        for alert in alerts(max_wait_seconds):
            await _save_alert(client, alert, make_action(block_id, alert))
            done.append(f"automation {NAME_PREFIX}{alert.name}")
    return done


async def _check_password(client: PrefectClient) -> None:
    try:
        await client.request("GET", "/admin/version")
    except PrefectHTTPStatusError as error:
        if error.response.status_code not in (401, 403):
            raise
        raise InvalidInputError(
            "invalid_settings",
            f"Prefect at {client.api_url} does not take the password: set PREFECT_API_AUTH_STRING to"
            " user:password as its server has it; that of `nodeloom up` is in prefect.password in"
            " the home folder.",
        ) from None


async def _save_view(client: PrefectClient, name: str, filters: Mapping[str, Any]) -> None:
    """Save a view as Prefect's page of runs does; one of the same name is replaced."""
    body = {
        "name": name,
        "filters": [
            {"object": "flowRun", "property": key, "type": "", "operation": "", "value": value}
            for key, value in filters.items()
        ],
    }
    await client.request("PUT", "/saved_searches/", json=body)


async def _save_alert(
    client: PrefectClient, alert: Alert, action: CallWebhook | SendNotification
) -> None:
    automation = AutomationCore(
        name=f"{NAME_PREFIX}{alert.name}",
        description=alert.description,
        enabled=True,
        trigger=alert.trigger,
        actions=[action],
    )
    known = await client.read_automations_by_name(automation.name)
    if known:
        await client.update_automation(known[0].id, automation)
    else:
        await client.create_automation(automation)


async def _save_webhook(address: str) -> UUID:
    block = Webhook(
        url=SecretStr(address), headers=SecretDict({"Content-Type": "application/json"})
    )
    saving = cast("Awaitable[UUID]", block.save(WEBHOOK_BLOCK, overwrite=True))
    return await saving


async def _find_block(client: PrefectClient, slug: str) -> UUID:
    kind, _, name = slug.partition("/")
    try:
        return (await client.read_block_document_by_name(name, kind)).id
    except ObjectNotFound as error:
        raise InvalidInputError(
            "invalid_settings",
            f"Prefect has no block {slug}: give TYPE/NAME of a notification block, as `prefect"
            " block ls` shows it.",
        ) from error


def _webhook_action(block_id: UUID, alert: Alert) -> CallWebhook:
    payload = f'{{% set said %}}{alert.message}{{% endset %}}{{"text": {{{{ said|tojson }}}}}}'
    return CallWebhook(block_document_id=block_id, payload=payload)


def _notification_action(block_id: UUID, alert: Alert) -> SendNotification:
    return SendNotification(
        block_document_id=block_id, subject="{{ automation.name }}", body=alert.message
    )
