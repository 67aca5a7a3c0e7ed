"""Who executes which run: claims and the end; see `db.queue.leases` and `db.queue.recovery`.

A claim takes the next `epoch`, which every later write about the run must carry. Writers of a run lock its row first,
then its node rows.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, defer

from db.postgres.errors import StaleEpochError
from db.postgres.functions import FunctionPool
from db.run_inputs import get_run_inputs
from db.tables import NodeExecution, WorkflowRun
from db.tables.base import NOW, Json
from schemas.wire.run import NodeStatus, RunError, RunStatus

SUSPECT_RECOVERIES: Final = 2
"""A run with which so many executors died may be what killed them, unless all nodes at work were new: it is claimed apart."""
MAX_RECOVERIES: Final = 5
"""So often a run whose executor died is given to another one; the last time, it is alone there."""

# A claim and all that its executor needs to begin, in one statement. What has never run has only
# nodes that wait; of what was recovered, outputs may be large, and are read like other rows.
_CLAIM_PICKED: Final = """
    , claimed as (
      update workflow_runs r
      set status = 'RUNNING', epoch = r.epoch + 1, executor_id = %(executor_id)s,
        lease_until = clock_timestamp() + make_interval(secs => %(seconds)s), resumed_at = null,
        started_at = coalesce(r.started_at, clock_timestamp()),
        prefect_flow_run_id = case when r.epoch = 0 or r.resumed_at is not null
          then r.prefect_flow_run_id end
      from picked where r.id = picked.id
      returning r.*
    )
    select r.id, r.owner_id, r.workflow_id, w.name as workflow_name, r.revision, v.id as version_id, v.graph,
      r.scope, r.recoveries, r.id in (select id from suspect) as is_suspect, r.catalogue_digest,
      r.reuse, r.trigger, r.epoch, r.traceparent, r.prefect_flow_run_id as flow_run_id,
      case when r.epoch = 1 then (
        select json_agg(json_build_array(n.id, n.node_id) order by n.ordinal, n.node_id)
        from node_executions n where n.run_id = r.id
      ) end as waiting, clock_timestamp() as database_time
    from claimed r
    join workflows w on w.id = r.workflow_id
    join workflow_versions v on v.id = r.version_id
    order by r.created_at, r.id
"""

# What kills executors is at work each time: a node that is begun for the second time, or one that kills
# before it is written that it begins. Who has come on to other nodes meanwhile was there by accident.
_SUSPECTED: Final = """(r.recoveries > %(suspected)s or r.recoveries = %(suspected)s and (
      r.resumed_at is not null or (
        select coalesce(max(n.attempt), 0) <> 1 from node_executions n
        where n.run_id = r.id and n.status = 'PENDING' and n.attempt > 0)))"""

_CLAIM_ONE: Final = f"""
    with picked as materialized (
      select id from workflow_runs where id = %(id)s and status = 'PENDING'
      for no key update skip locked
    ), suspect as (select id from picked where false)
    {_CLAIM_PICKED}
"""  # noqa: S608 - nothing of it comes from outside

# Oldest first, but an owner's second run counts as late as everyone's second: the queue is
# ordered by how many runs of the same owner come before, running ones included; among equals
# it is the turn of who was served longest ago, or one with 5,000 short runs would always be
# first where only one slot becomes free at a time. Owners are
# found by skipping through the index, so thousands of waiting runs of one cost nothing.
# Runs whose executor is gone come before all others: they have begun and had their turn; suspects
# after them, one by one, without a new run. Those that were paused wait like new ones, in the place
# among their owner's runs that their creation gives them.
_CLAIM: Final = f"""
    with recursive owners as (
      (select owner_id from workflow_runs where status = 'PENDING' order by owner_id limit 1)
      union all
      select (
        select r.owner_id from workflow_runs r
        where r.status = 'PENDING' and r.owner_id > owners.owner_id order by r.owner_id limit 1)
      from owners where owners.owner_id is not null
    ), busy as (
      select owner_id, count(*) as runs from workflow_runs where status = 'RUNNING' group by owner_id
    ), queue as (
      select first.id, first.created_at, first.turn + coalesce(busy.runs, 0) as turn, served.at
      from owners
      left join busy using (owner_id)
      left join lateral (
        select r.started_at as at from workflow_runs r
        where r.owner_id = owners.owner_id and r.started_at is not null
        order by r.started_at desc limit 1
      ) as served on true
      cross join lateral (
        select r.id, r.created_at, row_number() over (order by r.created_at, r.id) as turn
        from workflow_runs r
        where r.status = 'PENDING' and (r.epoch = 0 or r.resumed_at is not null)
          and r.recoveries < %(suspected)s and r.owner_id = owners.owner_id
        order by r.created_at, r.id limit %(limit)s + 50
      ) as first
    ), next as materialized (
      select * from queue order by turn, at nulls first, created_at limit %(limit)s + 50
    ), recovered as materialized (
      select id from workflow_runs r
      where status = 'PENDING' and epoch > 0 and resumed_at is null and recoveries <= %(suspected)s
        and not {_SUSPECTED}
      order by created_at limit %(limit)s + %(reserve)s for no key update skip locked
    ), suspect as materialized (
      select id from workflow_runs r
      where status = 'PENDING' and epoch > 0 and recoveries between %(suspected)s and %(recoveries_limit)s
        and {_SUSPECTED} and not exists (select from recovered)
      order by recoveries, created_at limit 1 for no key update skip locked
    ), fresh as materialized (
      select r.id from workflow_runs r join next using (id)
      where r.status = 'PENDING' and (r.epoch = 0 or r.resumed_at is not null)
      order by next.turn, next.at nulls first, next.created_at
      limit (
        select case when exists (select from suspect) then 0 else greatest(%(limit)s - count(*), 0) end
        from recovered)
      for no key update of r skip locked
    ), picked as (
      select id from recovered union all select id from suspect union all select id from fresh
    ){_CLAIM_PICKED}
"""  # noqa: S608 - nothing of it comes from outside


def _seconds_since_boot() -> float:
    """Read a clock that never goes back and, on Linux, counts the time that the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True)
class DatabaseClock:
    """The database's time as of a claim, carried on by this machine's own clock.

    What one claim records is in order by it, however long a write then takes. The clock goes on while
    the machine sleeps.
    """

    database_time: datetime = field(default_factory=lambda: datetime.now(UTC))
    """Never later than it was at the moment `read_at`."""
    read_at: float = field(default_factory=_seconds_since_boot)

    def now(self) -> datetime:
        """Give the time."""
        return self.database_time + timedelta(seconds=_seconds_since_boot() - self.read_at)


class _ClaimedRow(NamedTuple):
    """What a claim gives of a run, in this order."""

    id: UUID
    owner_id: str
    workflow_id: int
    workflow_name: str
    revision: int
    version_id: UUID
    graph: Json
    scope: Json
    recoveries: int
    is_suspect: bool
    catalogue_digest: str | None
    reuse: str
    trigger: str
    epoch: int
    traceparent: str | None
    flow_run_id: UUID | None
    waiting: list[tuple[str, str]] | None
    """The ids of the rows and nodes of a run that has never begun."""
    database_time: datetime


@dataclass(frozen=True)
class ClaimedRun:
    """A run that this executor may write about, as long as it renews the lease.

    `graph` is the version to execute; `executions` are the rows as they were at the claim:
    after a recovery some have ended, and the others have the attempts made before, what went in and
    came out of them left out. `inputs` are the outputs, by node id, that enter from outside of the scope.
    """

    id: UUID
    owner_id: str
    workflow_id: int
    workflow_name: str
    revision: int
    version_id: UUID
    graph: Json
    scope: Json
    reuse: str
    trigger: str
    epoch: int
    executions: Sequence[NodeExecution]
    inputs: Mapping[str, Json] = field(default_factory=dict[str, Json])
    catalogue_digest: str | None = None
    """Of the node types by which the start checked the version: they need no check by the same."""
    traceparent: str | None = None
    """The span to go on from."""
    flow_run_id: UUID | None = None
    """The flow run that the run was asked for with, or was paused in, and is to be shown in."""
    clock: DatabaseClock = field(default_factory=DatabaseClock)
    recoveries: int = 0
    """How many executors have died with it."""
    is_suspect: bool = False
    """Whether it may be what killed them."""


def claim_runs(
    session: Session,
    executor_id: str,
    limit: int,
    lease_seconds: float,
    *,
    reserve: int = 0,
    recoveries_limit: int = MAX_RECOVERIES,
) -> list[ClaimedRun]:
    """Claim up to `limit` waiting runs, fairly between owners; others' claims are no wait.

    Of those whose executor is gone, which come first, up to `reserve` more. A suspect (`SUSPECT_RECOVERIES`) is alone, if it has seen no more than `recoveries_limit`.
    """
    values = _claim_values(executor_id, limit, lease_seconds, reserve, recoveries_limit)
    return _claim(session, _CLAIM, values)


async def claim_runs_at_once(
    functions: FunctionPool,
    session: AsyncSession,
    executor_id: str,
    limit: int,
    lease_seconds: float,
    *,
    reserve: int = 0,
    recoveries_limit: int = MAX_RECOVERIES,
) -> list[ClaimedRun]:
    """Claim as `claim_runs`, in one round trip; `session` is for what runs need that have begun before."""
    values = _claim_values(executor_id, limit, lease_seconds, reserve, recoveries_limit)
    rows = await functions.call(_CLAIM, values)
    read_at = _seconds_since_boot()
    if not rows:
        return []
    return await session.run_sync(_read_claimed, [_ClaimedRow(*row) for row in rows], read_at)


def claim_run(
    session: Session, run_id: UUID, executor_id: str, lease_seconds: float
) -> ClaimedRun | None:
    """Claim this run; None if it is not waiting, or someone is claiming it."""
    values = {"executor_id": executor_id, "seconds": lease_seconds, "id": run_id}
    claimed = _claim(session, _CLAIM_ONE, values)
    return claimed[0] if claimed else None


def set_prefect_flow_run(session: Session, run_id: UUID, epoch: int, flow_run_id: UUID) -> None:
    """Remember Prefect's record of this claim, for links; nothing happens for an older claim."""
    session.execute(
        update(WorkflowRun)
        .where(WorkflowRun.id == run_id, WorkflowRun.epoch == epoch)
        .where(
            (WorkflowRun.status == RunStatus.RUNNING) | WorkflowRun.prefect_flow_run_id.is_(None)
        )
        .values(prefect_flow_run_id=flow_run_id)
        .execution_options(synchronize_session=False)
    )


def assign_flow_run(session: Session, run_id: UUID, flow_run_id: UUID) -> None:
    """Have a run that waits for its first claim, or was resumed, shown in this flow run."""
    session.execute(
        update(WorkflowRun)
        .where(
            WorkflowRun.id == run_id,
            WorkflowRun.status == RunStatus.PENDING,
            (WorkflowRun.epoch == 0) | WorkflowRun.resumed_at.is_not(None),
        )
        .values(prefect_flow_run_id=flow_run_id)
        .execution_options(synchronize_session=False)
    )


def finish_run(
    session: Session, run_id: UUID, epoch: int, status: RunStatus, error: RunError | None = None
) -> None:
    """End a run; every node of it must have ended. Ending it the same way again is no error.

    Raises:
        StaleEpochError: the run is not this claim's any more.
    """
    ended = session.execute(
        update(WorkflowRun)
        .where(
            WorkflowRun.id == run_id,
            WorkflowRun.epoch == epoch,
            WorkflowRun.status == RunStatus.RUNNING,
        )
        .values(
            status=status,
            error=error.model_dump(mode="json") if error else None,
            finished_at=NOW,
            lease_until=None,
        )
        .returning(WorkflowRun.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if ended is None and not has_ended(session, run_id, epoch, status):
        raise StaleEpochError


def has_ended(session: Session, run_id: UUID, epoch: int, status: RunStatus) -> bool:
    """Whether this claim of the run has ended it in just this way."""
    found = session.execute(
        select(WorkflowRun.epoch, WorkflowRun.status).where(WorkflowRun.id == run_id)
    ).one_or_none()
    return found is not None and tuple(found) == (epoch, status)


def _claim_values(
    executor_id: str, limit: int, lease_seconds: float, reserve: int, recoveries_limit: int
) -> dict[str, Any]:
    return {
        "executor_id": executor_id,
        "seconds": lease_seconds,
        "limit": limit,
        "reserve": reserve,
        "recoveries_limit": recoveries_limit,
        "suspected": SUSPECT_RECOVERIES,
    }


def _claim(session: Session, statement: str, values: dict[str, Any]) -> list[ClaimedRun]:
    rows = session.connection().exec_driver_sql(statement, values).all()
    return _read_claimed(session, [_ClaimedRow(*row) for row in rows], _seconds_since_boot())


def _read_claimed(
    session: Session, rows: Sequence[_ClaimedRow], read_at: float
) -> list[ClaimedRun]:
    """Read what else the executor needs of runs that have begun before, or are of a part."""
    recovered = _executions_of(session, [row.id for row in rows if row.waiting is None])
    inputs = get_run_inputs(session, [row.id for row in rows if row.scope.get("kind") != "all"])
    return [
        ClaimedRun(
            id=row.id,
            owner_id=row.owner_id,
            workflow_id=row.workflow_id,
            workflow_name=row.workflow_name,
            revision=row.revision,
            version_id=row.version_id,
            graph=row.graph,
            scope=row.scope,
            reuse=row.reuse,
            trigger=row.trigger,
            epoch=row.epoch,
            executions=recovered[row.id]
            if row.waiting is None
            else _untouched_executions(row.waiting),
            inputs={one.node_id: one.outputs for one in inputs.get(row.id, ())},
            catalogue_digest=row.catalogue_digest,
            traceparent=row.traceparent,
            flow_run_id=row.flow_run_id,
            clock=DatabaseClock(row.database_time, read_at),
            recoveries=row.recoveries,
            is_suspect=row.is_suspect,
        )
        for row in rows
    ]


def _untouched_executions(nodes: Sequence[tuple[str, str]]) -> list[NodeExecution]:
    """Give the rows of nodes that nobody has touched yet."""
    return [
        NodeExecution(id=UUID(id), node_id=node_id, status=NodeStatus.PENDING, attempt=0)
        for id, node_id in nodes
    ]


def _executions_of(session: Session, run_ids: Sequence[UUID]) -> dict[UUID, list[NodeExecution]]:
    found: dict[UUID, list[NodeExecution]] = {id: [] for id in run_ids}
    if run_ids:
        for row in session.scalars(
            select(NodeExecution)
            .where(NodeExecution.run_id.in_(run_ids))
            .order_by(NodeExecution.ordinal, NodeExecution.node_id)
            .options(
                *(
                    defer(column, raiseload=True)
                    for column in (
                        NodeExecution.input,
                        NodeExecution.output,
                        NodeExecution.other_outputs,
                    )
                )
            )
            .execution_options(populate_existing=True)
        ):
            found[row.run_id].append(row)
    return found
