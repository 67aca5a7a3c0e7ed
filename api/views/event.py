"""Events of runs as the outside sees them."""

from typing import Any

from api.views.times import utc
from api.views.value import present_outputs
from db.queue.events import EventWithOutput
from flows.functions.results import present_error, present_value
from schemas.values import ImageValue
from schemas.wire.event import NodeEventRead, RunEventRead


def present_live(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Present what a node shows while it works."""
    if kind == "preview":
        value = present_value(ImageValue.model_validate(data["value"]))
        return data | {"value": value.model_dump(mode="json")}
    return data


def present_event(row: EventWithOutput) -> RunEventRead | NodeEventRead:
    """Present what happened to a run or to one of its nodes."""
    body = row.body
    if row.kind == "run":
        return RunEventRead(
            run_id=row.run_id,
            status=body["status"],
            pausing=body.get("pausing", False),
            error=present_error(body.get("error")),
            at=utc(row.at),
        )
    return NodeEventRead(
        run_id=row.run_id,
        execution_id=body["executionId"],
        node_id=body["nodeId"],
        status=body["status"],
        attempt=body["attempt"],
        reused=body["reused"],
        **present_outputs(row),
        error=present_error(body.get("error")),
        skip_reason=body.get("skipReason"),
        at=utc(row.at),
    )
