"""Tells Prefect's automations of states that were written into its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect.server.events.messaging import publish
from prefect.server.events.schemas.events import Event, ReceivedEvent

from flows.prefect.records.snapshot import RunRecord, StateRecord


@dataclass(frozen=True)
class Change:
    """A flow run that is in another state than before."""

    flow_run: Any
    """Its row: id, flow_id, flow, deployment_id and deployment, the latter two by name."""
    record: RunRecord
    state: StateRecord


async def publish_changes(changes: Sequence[Change]) -> None:
    """Send the event that Prefect itself sends when a flow run's state is set."""
    if changes:
        await publish([_to_event(each) for each in changes])


def _to_event(change: Change) -> ReceivedEvent:
    flow_run, record, state = change.flow_run, change.record, change.state
    related = [_related("flow", flow_run.flow_id, flow_run.flow)]
    if flow_run.deployment_id is not None:
        related.append(_related("deployment", flow_run.deployment_id, flow_run.deployment))
    related += [
        {"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"}
        for tag in sorted(record.tags)
    ]
    event: Any = {
        "id": state.id,
        "occurred": state.timestamp,
        "event": f"prefect.flow-run.{state.name}",
        "resource": {
            "prefect.resource.id": f"prefect.flow-run.{flow_run.id}",
            "prefect.resource.name": record.name,
            "prefect.run-count": str(sum(each.type == "RUNNING" for each in record.states)),
            "prefect.state-message": state.message or "",
            "prefect.state-name": state.name,
            "prefect.state-timestamp": state.timestamp.isoformat(),
            "prefect.state-type": state.type,
        },
        "related": related,
        "payload": {
            "intended": {"from": None, "to": state.type},
            "initial_state": None,
            "validated_state": {
                "type": state.type,
                "name": state.name,
                "message": state.message or "",
            },
        },
    }
    return Event.model_validate(event).receive()


def _related(kind: str, id: object, name: str) -> dict[str, str]:
    return {
        "prefect.resource.id": f"prefect.{kind}.{id}",
        "prefect.resource.role": kind,
        "prefect.resource.name": name,
    }
