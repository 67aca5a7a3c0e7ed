"""Runs as the recorder tells Prefect of them: read many at a time, with what happened in each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT
from sqlalchemy.orm import Session, defer
from sqlalchemy.types import Uuid

from db.mirror.mirrored_runs import BATCH, newer_shown
from db.tables import NodeExecution, Workflow, WorkflowRun, WorkflowVersion
from db.tables.base import IDS_PARAMETER, NOW, Json
from schemas.wire.run import NodeStatus, RunStatus

MAX_EVENTS: Final = 100_000
"""Of all runs that are read at once; of more, some attempts are not shown."""

# A node's first attempt and its end are in its row, so where no recovery lost an attempt only
# what lies between is read.
_EVENTS = text("""
    select e.run_id, e.kind, e.body, e.at from run_events e join workflow_runs r on r.id = e.run_id
    where e.run_id = any(:ids)
      and (e.kind = 'run' or r.recoveries > 0 or (e.body ->> 'attempt')::int > 1)
    order by e.run_id, e.seq limit :limit
""").bindparams(IDS_PARAMETER)
_CHANGED_NODES = text("""
    select distinct e.run_id, e.body ->> 'nodeId' as node_id
    from unnest(:ids, :seqs) as wanted (run_id, seq)
    join run_events e on e.run_id = wanted.run_id and e.seq > wanted.seq and e.kind = 'node'
""").bindparams(IDS_PARAMETER, bindparam("seqs", type_=ARRAY(BIGINT)))

_MARK_RECORDED = text("""
    update workflow_runs r set prefect_flow_run_id = named.flow_run_id
    from unnest(:ids, :flow_runs) as named (id, flow_run_id)
    where r.id = named.id and (:anew or r.prefect_flow_run_id is null)
""").bindparams(IDS_PARAMETER, bindparam("flow_runs", type_=ARRAY(Uuid)))


@dataclass(frozen=True)
class RunEventRow:
    """Something that happened in a run; see `db.tables.RunEvent`."""

    kind: str
    body: Json
    at: datetime


@dataclass
class RecordedRun:
    """A run that is executed, or was, outside of Prefect; `seq` numbers its newest event.

    `superseded`: its flow run shows a newer run, as after *Retry* there. `nodes` are those that changed after `after_seq`; `execution_ids` and `ended_nodes`, how many
    have ended, are of all.
    """

    run: WorkflowRun
    workflow_name: str
    graph: Json
    after_seq: int
    seq: int
    status: RunStatus
    superseded: bool = False
    nodes: list[NodeExecution] = field(default_factory=list[NodeExecution])
    execution_ids: dict[str, UUID] = field(default_factory=dict[str, UUID])
    ended_nodes: int = 0
    events: list[RunEventRow] = field(default_factory=list[RunEventRow])


def find_unrecorded(session: Session, limit: int, *, days: float) -> list[UUID]:
    """Give runs that were executed and have ended, and of which Prefect knows nothing.

    Those of the last `days`, the oldest first.
    """
    return list(
        session.scalars(
            select(WorkflowRun.id)
            .where(
                WorkflowRun.prefect_flow_run_id.is_(None),
                WorkflowRun.finished_at > NOW - timedelta(days=days),
                WorkflowRun.epoch > 0,
                WorkflowRun.trigger != BATCH,
            )
            .order_by(WorkflowRun.finished_at)
            .limit(limit)
        )
    )


def get_recorded_runs(session: Session, after_seqs: Mapping[UUID, int]) -> list[RecordedRun]:
    """Read runs that have begun; of those that go on only what changed after an event's number."""
    rows = session.execute(
        select(WorkflowRun, Workflow.name, newer_shown().is_not(None))
        .join(Workflow, Workflow.id == WorkflowRun.workflow_id)
        .where(WorkflowRun.id.in_(after_seqs), WorkflowRun.epoch > 0, WorkflowRun.trigger != BATCH)
        .execution_options(populate_existing=True)
    ).all()
    graphs = dict(
        session.execute(
            select(WorkflowVersion.id, WorkflowVersion.graph).where(
                WorkflowVersion.id.in_({run.version_id for run, *_ in rows})
            )
        ).all()
    )
    # What is read below may be newer than these numbers, never older.
    found = {
        run.id: RecordedRun(
            run,
            name,
            graphs[run.version_id],
            0 if RunStatus(run.status).terminal else after_seqs[run.id],
            run.seq,
            RunStatus(run.status),
            superseded,
        )
        for run, name, superseded in rows
    }
    _add_events(session, found)
    _add_nodes(session, found)
    return list(found.values())


def mark_recorded(
    session: Session, flow_run_ids: Mapping[UUID, UUID], *, anew: bool = False
) -> None:
    """Name the flow runs that show these runs; unless `anew`, one that names one stays as it is."""
    if flow_run_ids:
        named = {"ids": list(flow_run_ids), "flow_runs": list(flow_run_ids.values())}
        session.execute(_MARK_RECORDED, named | {"anew": anew})


def _add_events(session: Session, found: Mapping[UUID, RecordedRun]) -> None:
    events = session.execute(_EVENTS, {"ids": list(found), "limit": MAX_EVENTS})
    for run_id, kind, body, at in events:
        found[run_id].events.append(RunEventRow(kind, body, at))


def _add_nodes(session: Session, found: Mapping[UUID, RecordedRun]) -> None:
    for run_id, node_id, id, status in session.execute(
        select(
            NodeExecution.run_id, NodeExecution.node_id, NodeExecution.id, NodeExecution.status
        ).where(NodeExecution.run_id.in_(found))
    ):
        found[run_id].execution_ids[node_id] = id
        found[run_id].ended_nodes += NodeStatus(status).terminal
    rest = {id: each.after_seq for id, each in found.items() if each.after_seq > 0}
    changed = session.execute(
        _CHANGED_NODES, {"ids": list(rest), "seqs": list(rest.values())}
    ).all()
    ids = [found[run_id].execution_ids[node_id] for run_id, node_id in changed]
    for node in _nodes(session, found.keys() - rest.keys()) + _nodes(session, rest, ids):
        found[node.run_id].nodes.append(node)


def _nodes(
    session: Session, run_ids: Collection[UUID], ids: Collection[UUID] | None = None
) -> list[NodeExecution]:
    if not run_ids:
        return []
    query = select(NodeExecution).where(NodeExecution.run_id.in_(run_ids))
    if ids is not None:
        query = query.where(NodeExecution.id.in_(ids))
    return list(
        session.scalars(
            query.order_by(NodeExecution.run_id, NodeExecution.ordinal, NodeExecution.node_id)
            .options(defer(NodeExecution.input))
            .execution_options(populate_existing=True)
        )
    )
