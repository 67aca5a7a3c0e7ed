"""Events of task runs, in the form that Prefect's engine has for them: its server makes task runs from these."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from prefect.client.schemas import FlowRun, TaskRun
from prefect.client.schemas.objects import State

Event = dict[str, Any]
"""An event as JSON."""
Resource = dict[str, str]

MAX_TAGS: Final = 80
"""Of one event: Prefect takes no event with more than 100 related resources."""
_FOLLOWS: Final = timedelta(minutes=5)
"""Prefect waits for what an event follows, if that was not longer ago."""
_TASK_RUN_FIELDS: Final = {
    "name",
    "task_key",
    "dynamic_key",
    "empirical_policy",
    "tags",
    "task_inputs",
    "expected_start_time",
    "start_time",
    "end_time",
    "total_run_time",
    "run_count",
    "flow_run_run_count",
}
_STATE_DETAILS: Final = {"scheduled_time"}


def flow_run_resources(flow_run: FlowRun) -> list[Resource]:
    """Give what automations find the events of a flow run's tasks by, beside tags."""
    found = [
        _resource("flow-run", flow_run.id, flow_run.name),
        _resource("flow", flow_run.flow_id),
    ]
    if flow_run.deployment_id is not None:
        found.append(_resource("deployment", flow_run.deployment_id))
    return found


def task_run_event(
    task_run: TaskRun, before: State[Any] | None, resources: Iterable[Resource]
) -> Event:
    """Say that a task run is in the state that it has now, after another one."""
    state = task_run.state
    assert state is not None
    occurred = state.timestamp.isoformat()
    event: Event = {
        "id": str(state.id),
        "occurred": occurred,
        "event": f"prefect.task-run.{state.name}",
        "payload": {
            "intended": {"from": before and before.type.value, "to": state.type.value},
            "initial_state": before and _state(before),
            "validated_state": _state(state) | {"data": None},
            "task_run": task_run.model_dump(
                mode="json", include=_TASK_RUN_FIELDS, exclude_none=True
            ),
        },
        "resource": {
            "prefect.resource.id": f"prefect.task-run.{task_run.id}",
            "prefect.resource.name": task_run.name,
            "prefect.run-count": str(task_run.run_count),
            "prefect.state-message": state.message or "",
            "prefect.state-name": state.name or "",
            "prefect.state-timestamp": occurred,
            "prefect.state-type": state.type.value,
            "prefect.orchestration": "client",
        },
        "related": [
            *resources,
            *(
                {"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"}
                for tag in sorted(task_run.tags)[:MAX_TAGS]
            ),
        ],
    }
    if before is not None and state.timestamp - before.timestamp < _FOLLOWS:
        event["follows"] = str(before.id)
    return event


def _state(state: State[Any]) -> dict[str, Any]:
    details = state.state_details.model_dump(mode="json", include=_STATE_DETAILS, exclude_none=True)
    return {
        "type": state.type.value,
        "name": state.name,
        "message": state.message,
        "state_details": details,
    }


def _resource(kind: str, id: UUID, name: str = "") -> Resource:
    return {
        "prefect.resource.id": f"prefect.{kind}.{id}",
        "prefect.resource.name": name,
        "prefect.resource.role": kind,
    }
