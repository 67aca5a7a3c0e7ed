"""Runs as Prefect's dashboard is to show them: what it has to be told after the fact."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Text,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from db.tables import NodeExecution, Workflow, WorkflowRun, WorkflowVersion
from db.tables.base import NOW, Json
from schemas.wire.run import NodeStatus, RunStatus

BATCH: Final = literal_column("'batch'", Text)  # as its index has it
"""The trigger of runs that are rows of a batch: Prefect is told nothing of each."""
_QUEUED: Final = (WorkflowRun.status == RunStatus.PENDING) & (
    (WorkflowRun.epoch == 0) | WorkflowRun.resumed_at.is_not(None)
)


@dataclass(frozen=True)
class MirroredRun:
    """What our row says about a run; `ended_seconds_ago` is how long ago it ended, if it did."""

    id: UUID
    owner_id: str
    workflow_id: int
    workflow_name: str
    status: RunStatus
    epoch: int
    executor_id: str | None
    flow_run_id: UUID | None
    """Prefect's record of the newest claim that it was told of."""
    error: Json | None
    started_at: datetime | None
    finished_at: datetime | None
    ended_seconds_ago: float
    queued: bool = False
    """It waits for its first claim, or was resumed."""
    newer_id: UUID | None = None
    """The run that its flow run shows by now, where it has ended and was repeated there."""


def newer_shown() -> ScalarSelect[UUID]:
    """Select the newest run that was started in the flow run of one which has ended."""
    newer = aliased(WorkflowRun)
    return (
        select(newer.id)
        .where(
            WorkflowRun.finished_at.is_not(None),
            newer.workflow_id == WorkflowRun.workflow_id,
            newer.created_at > WorkflowRun.created_at,
            newer.prefect_flow_run_id == WorkflowRun.prefect_flow_run_id,
        )
        .order_by(newer.created_at.desc())
        .limit(1)
        .correlate(WorkflowRun)
        .scalar_subquery()
    )


def find_mirrored(session: Session, run_ids: Collection[UUID]) -> dict[UUID, MirroredRun]:
    """Give those of these runs that are ours."""
    rows = session.execute(_select_runs().where(WorkflowRun.id.in_(run_ids)))
    return {row.id: row for row in (MirroredRun(*each) for each in rows)}


def find_unmirrored(
    session: Session, limit: int, *, days: float, ended_seconds_ago: float
) -> list[MirroredRun]:
    """Give runs that were executed and ended, and of which Prefect was told nothing.

    The oldest first, of the last `days`; those that ended within `ended_seconds_ago` may still be
    on their way.
    """
    rows = session.execute(
        _select_runs()
        .where(
            WorkflowRun.prefect_flow_run_id.is_(None),
            WorkflowRun.finished_at.is_not(None),
            WorkflowRun.finished_at > NOW - timedelta(days=days),
            WorkflowRun.finished_at < NOW - timedelta(seconds=ended_seconds_ago),
            WorkflowRun.epoch > 0,
            WorkflowRun.trigger != BATCH,
        )
        .order_by(WorkflowRun.finished_at)
        .limit(limit)
    )
    return [MirroredRun(*each) for each in rows]


@dataclass(frozen=True)
class OpenMirroredRun:
    """A run that has not ended, and the flow run that shows it.

    `pausing`: it is to be paused. `queued`: it waits for its first claim, or was resumed.
    """

    id: UUID
    owner_id: str
    flow_run_id: UUID
    status: RunStatus
    pausing: bool
    queued: bool


def find_running_mirrored(session: Session, limit: int) -> list[OpenMirroredRun]:
    """Give runs that are executed and that Prefect shows; not those that somebody cancelled."""
    return _find_open(session, limit, WorkflowRun.status == RunStatus.RUNNING)


def find_waiting_mirrored(
    session: Session, after: UUID | None, limit: int
) -> list[OpenMirroredRun]:
    """Give runs that nobody executes and that Prefect shows, in the order of their ids."""
    waiting = or_(  # not `in`: each state has a partial index of its own
        WorkflowRun.status == RunStatus.PENDING, WorkflowRun.status == RunStatus.WAITING
    )
    return _find_open(session, limit, waiting, true() if after is None else WorkflowRun.id > after)


def find_open_mirrored(session: Session, id: UUID) -> list[OpenMirroredRun]:
    """Give this run, if Prefect shows it and it has not ended, nor was cancelled."""
    return _find_open(session, 1, WorkflowRun.id == id, WorkflowRun.finished_at.is_(None))


def _find_open(
    session: Session, limit: int, *conditions: ColumnElement[bool]
) -> list[OpenMirroredRun]:
    rows = session.execute(
        select(
            WorkflowRun.id,
            WorkflowRun.owner_id,
            WorkflowRun.prefect_flow_run_id,
            WorkflowRun.status,
            WorkflowRun.pause_requested_at.is_not(None),
            _QUEUED,
        )
        .where(
            *conditions,
            WorkflowRun.prefect_flow_run_id.is_not(None),
            WorkflowRun.cancel_requested_at.is_(None),
        )
        .order_by(WorkflowRun.id)
        .limit(limit)
    )
    return [OpenMirroredRun(*row) for row in rows]


def find_open_flow_runs(session: Session, limit: int) -> set[UUID]:
    """Give the flow runs that show runs which wait for an executor, or have one; the newest."""
    query = (
        select(WorkflowRun.prefect_flow_run_id)
        .where(
            or_(WorkflowRun.status == RunStatus.RUNNING, WorkflowRun.status == RunStatus.PENDING),
            WorkflowRun.prefect_flow_run_id.is_not(None),
        )
        .order_by(func.greatest(WorkflowRun.created_at, WorkflowRun.resumed_at).desc())
        .limit(limit)
    )
    return {id for id in session.scalars(query) if id is not None}


def find_open_shown(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Give those of these flow runs that a run names which has not ended."""
    going_on = (RunStatus.RUNNING, RunStatus.PENDING, RunStatus.WAITING)
    query = select(WorkflowRun.prefect_flow_run_id).where(
        # not `in`: each state has a partial index of its own
        or_(*(WorkflowRun.status == status for status in going_on)),
        WorkflowRun.prefect_flow_run_id.in_(ids),
    )
    return {id for id in session.scalars(query) if id is not None}


@dataclass(frozen=True)
class EndedNode:
    """A node that has ended, and whose work had begun, in one claim of its run."""

    run_id: UUID
    id: UUID
    status: NodeStatus
    epoch: int
    run_epoch: int


def find_ended_nodes(session: Session, run_ids: Collection[UUID]) -> list[EndedNode]:
    """Give the nodes of these runs that have an end to be shown."""
    rows = session.execute(
        select(
            NodeExecution.run_id,
            NodeExecution.id,
            NodeExecution.status,
            NodeExecution.epoch,
            WorkflowRun.epoch,
        )
        .join(WorkflowRun, WorkflowRun.id == NodeExecution.run_id)
        .where(
            NodeExecution.run_id.in_(run_ids),
            NodeExecution.finished_at.is_not(None),
            NodeExecution.started_at.is_not(None) | NodeExecution.reused,
        )
    )
    return [
        EndedNode(run_id, id, NodeStatus(status), *epochs) for run_id, id, status, *epochs in rows
    ]


def get_executed_version(
    session: Session, run_id: UUID
) -> tuple[WorkflowVersion, list[NodeExecution]]:
    """Give the version that a run executed, and its nodes in their order."""
    version = session.scalars(
        select(WorkflowVersion)
        .join(WorkflowRun, WorkflowRun.version_id == WorkflowVersion.id)
        .where(WorkflowRun.id == run_id)
    ).one()
    rows = session.scalars(
        select(NodeExecution)
        .where(NodeExecution.run_id == run_id)
        .order_by(NodeExecution.ordinal, NodeExecution.node_id)
        .execution_options(populate_existing=True)
    )
    return version, list(rows)


def _select_runs() -> Any:
    return select(
        WorkflowRun.id,
        WorkflowRun.owner_id,
        WorkflowRun.workflow_id,
        Workflow.name,
        WorkflowRun.status,
        WorkflowRun.epoch,
        WorkflowRun.executor_id,
        WorkflowRun.prefect_flow_run_id,
        WorkflowRun.error,
        WorkflowRun.started_at,
        WorkflowRun.finished_at,
        func.coalesce(func.extract("epoch", NOW - WorkflowRun.finished_at), 0),
        _QUEUED,
        newer_shown(),
    ).join(Workflow, Workflow.id == WorkflowRun.workflow_id)
