"""Rows that tests about the database begin with."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db.queue.claims import ClaimedRun, claim_run
from db.queue.node_states import NodeChange, apply_changes
from db.runs import NewNodeExecution, NewRun, create_run, get_executions, get_run
from db.tables import NodeExecution, RunEvent, Workflow
from db.users import ensure_user
from db.workflows import create_workflow
from schemas.wire.run import NodeStatus, RunError

TEXT: dict[str, Any] = {"kind": "text", "text": "hello"}
BROKEN = RunError(code="internal_error", message="It broke.")


def graph(*node_ids: str) -> dict[str, Any]:
    return {
        "name": "A workflow",
        "nodes": [
            {"id": id, "type": "text", "position": {"x": 0, "y": 0}, "data": {"text": id}}
            for id in node_ids
        ],
        "edges": [],
        "viewport": {"x": 0, "y": 0, "zoom": 1},
    }


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def make_workflow(session: Session, owner: str = "ann", nodes: Iterable[str] = "ab") -> Workflow:
    """A workflow of a user, who is made if need be."""
    ensure_user(session, owner, f"{owner}@example.org")
    return create_workflow(session, owner, "A workflow", graph(*nodes), digest("".join(nodes)))


def move_nodes(session: Session, owner: str, id: int, positions: dict[str, Any]) -> None:
    """Move nodes of a workflow, as the editor does, in this session's transaction."""
    move = text("select move_nodes(:owner, :id, cast(:moved as jsonb))")
    session.execute(move, {"owner": owner, "id": id, "moved": json.dumps(positions)})


def make_run(
    session: Session,
    workflow: Workflow | None = None,
    nodes: Iterable[str] = "ab",
    **more: Any,  # fields of `NewRun`
) -> UUID:
    """A PENDING run with these nodes."""
    workflow = workflow or make_workflow(session, nodes=nodes)
    executions = [
        NewNodeExecution(uuid4(), id, "text", f"Node {id}", place) for place, id in enumerate(nodes)
    ]
    options: dict[str, Any] = {
        "scope": {"kind": "all"},
        "reuse": "auto",
        "trigger": "api",
        "executions": executions,
    } | more
    run = NewRun(
        owner_id=workflow.user_id,
        workflow_id=workflow.id,
        revision=workflow.revision,
        version_id=workflow.version_id,
        **options,
    )
    return create_run(session, run)


def make_claimed(session: Session, nodes: Iterable[str] = "ab", seconds: float = 15) -> ClaimedRun:
    """A RUNNING run, committed."""
    run_id = make_run(session, nodes=nodes)
    session.commit()
    claimed = claim_run(session, run_id, "executor-1", seconds)
    assert claimed is not None
    session.commit()
    return claimed


def claim_again(session: Session, run_id: UUID) -> ClaimedRun:
    """The next claim of a run that waits again, by another executor; committed."""
    claimed = claim_run(session, run_id, "executor-2", 15)
    assert claimed is not None
    session.commit()
    return claimed


def expire_leases(raw: psycopg.Connection) -> None:
    """Have every lease run out, as if executors had been silent for long."""
    raw.execute(
        "update workflow_runs set lease_until = clock_timestamp() - interval '1 s'"
        " where status = 'RUNNING'"
    )


def events_after(
    session: Session, owner_id: str, run_id: UUID, seq: int, limit: int = 500
) -> list[RunEvent]:
    """The events of a run after number `seq`; a foreign or unknown run has none."""
    return list(
        session.scalars(
            select(RunEvent)
            .where(RunEvent.run_id == run_id, RunEvent.owner_id == owner_id, RunEvent.seq > seq)
            .order_by(RunEvent.seq)
            .limit(limit)
        )
    )


def running(node_id: str, attempt: int = 1, **more: Any) -> NodeChange:
    return NodeChange(node_id, NodeStatus.RUNNING, attempt, **more)


def completed(node_id: str, output: dict[str, Any] = TEXT, **more: Any) -> NodeChange:
    return NodeChange(node_id, NodeStatus.COMPLETED, output=output, **more)


def failed(node_id: str) -> NodeChange:
    error = {"code": "blocked", "message": "No answer was given."}
    return NodeChange(node_id, NodeStatus.FAILED, error=error)


def complete_nodes(session: Session, claimed: ClaimedRun, nodes: Iterable[str] = "ab") -> None:
    changes = [change for id in nodes for change in (running(id), completed(id))]
    apply_changes(session, claimed.id, claimed.epoch, changes)


def executions_by_node(session: Session, run_id: UUID) -> dict[str, NodeExecution]:
    """Give the nodes of one of ann's runs as they are stored."""
    return {row.node_id: row for row in get_executions(session, "ann", run_id)}


def history(session: Session, run_id: UUID) -> list[str]:
    """Give the events as short texts; fails if their numbers have a gap."""
    events = events_after(session, "ann", run_id, 0)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert get_run(session, "ann", run_id).seq == len(events)
    return [
        f"{one.body.get('nodeId', 'run')} {one.body['status']} {one.body.get('attempt', '')}".strip()
        for one in events
    ]
