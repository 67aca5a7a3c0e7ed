"""What somebody asks for in Prefect, and the run that comes of it. No Prefect here.

A flow run of `run-workflow` names a workflow, of which a run is made, or a run that is waiting.
One that has shown a run before and is to begin again, which is what Prefect's *Retry* does, asks
for that run to be repeated.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from db.ownership import run_not_found
from db.queue.claims import assign_flow_run
from db.queue.pauses import request_resume
from db.runs import IdempotentRequest
from db.tables import WorkflowRun
from db.workflows import get_owner_id
from flows.prefect.host.run_parameters import RunParameters
from flows.prefect.names import parse_run_tags
from flows.runs.start import StartRequest, run_not_ended, start_run
from flows.schedules.ticks import NoRun, TickRequest, resolve_tick
from schemas.wire.run import (
    Reuse,
    RunCreate,
    RunStatus,
    Scope,
    ScopeAll,
    ScopeFailed,
    scope_adapter,
)


@dataclass(frozen=True)
class RunRequest:
    """A flow run that is to begin. A run that it names goes before a schedule, and that before a workflow."""

    flow_run_id: UUID
    key: str
    """Names this beginning: the same request, resolved twice, makes one run."""
    parameters: RunParameters
    tags: tuple[str, ...] = ()
    is_retry: bool = False
    """Whether the flow run has begun before."""
    lost_schedule: bool = False
    """Whether it was planned for a schedule of ours that had lost its parameters in Prefect."""
    due_at: datetime | None = None
    """The tick that Prefect brings; None: somebody started the schedule's deployment by hand."""


def resolve_request(session: Session, request: RunRequest) -> UUID | NoRun:
    """Give the run that is to be executed and shown in this flow run, made if need be.

    What is given may have ended: then somebody resolved the same request before, or the flow run
    names a run that waits no longer.

    Raises:
        NotFoundError: there is no such workflow, revision or run.
        ConflictError: `run_not_ended`: what is to be repeated goes on.
        InvalidGraphError: there is nothing to run, or it has problems.
    """
    if request.lost_schedule:  # Prefect drops them where its command line pauses and resumes
        return NoRun(None, "Its schedule was being changed in Prefect: a worker takes this tick.")
    known = _mirrored_run(session, request.flow_run_id, request.tags) or _requested_run(
        session, request
    )
    parameters = request.parameters
    if parameters.schedule_id is not None and not (known and request.is_retry):
        # Who has a tick without a run begin again wants one now, whatever was decided then.
        due_at = None if request.is_retry else request.due_at
        tick_request = TickRequest(due_at, request.flow_run_id, _idempotency(request))
        return resolve_tick(session, parameters.schedule_id, tick_request)
    if known is None:
        workflow_id = parameters.workflow_id or 0
        owner_id = get_owner_id(session, workflow_id)
        return _start(session, request, owner_id, workflow_id, parameters.run_create())
    if known.pause_requested_at is not None and not known.status.terminal:
        # *Resume*, or somebody wants it to go on in this flow run
        return request_resume(session, known.owner_id, known.id, request.flow_run_id).id
    if known.idempotency_key != _idempotency(request).key:
        if request.is_retry or known.prefect_flow_run_id == request.flow_run_id:
            return _rerun(session, request, known)
        assign_flow_run(session, known.id, request.flow_run_id)
    return known.id


def shows_open_run(session: Session, flow_run_id: UUID, tags: Collection[str]) -> bool:
    """Whether a flow run shows a run that has not ended."""
    found = _mirrored_run(session, flow_run_id, tags)
    return found is not None and not found.status.terminal


def _mirrored_run(session: Session, flow_run_id: UUID, tags: Collection[str]) -> WorkflowRun | None:
    """Give the run that this flow run has shown: its tags say so, and our row agrees.

    Tags alone would not do, since they can be copied to another flow run.
    """
    run_id, _ = parse_run_tags(tags)
    found = session.get(WorkflowRun, run_id) if run_id else None
    return found if found and found.prefect_flow_run_id == flow_run_id else None


def _requested_run(session: Session, request: RunRequest) -> WorkflowRun | None:
    run_id = request.parameters.run_id
    if run_id is None:
        return None
    found = session.get(WorkflowRun, run_id)
    if found is None:
        raise run_not_found(run_id)
    return found


def _rerun(session: Session, request: RunRequest, known: WorkflowRun) -> UUID:
    """Run what did not complete; all of it again if nothing failed."""
    if not known.status.terminal:
        raise run_not_ended(known.id)
    creation = RunCreate(
        scope=_rerun_scope(known), reuse=_rerun_reuse(known), inputs=known.input_values or {}
    )
    return _start(session, request, known.owner_id, known.workflow_id, creation)


def _rerun_scope(known: WorkflowRun) -> Scope:
    if known.status is not RunStatus.COMPLETED:
        return ScopeFailed(kind="failed", run_id=known.id)
    scope = scope_adapter.validate_python(known.scope)
    return ScopeAll(kind="all") if isinstance(scope, ScopeFailed) else scope


def _rerun_reuse(known: WorkflowRun) -> Reuse:
    return cast("Reuse", known.reuse) if known.status is RunStatus.COMPLETED else "auto"


def _start(
    session: Session, request: RunRequest, owner_id: str, workflow_id: int, creation: RunCreate
) -> UUID:
    """Start a run in the name of the workflow's owner: whoever may use Prefect is an operator."""
    return start_run(
        session,
        StartRequest(
            owner_id=owner_id,
            workflow_id=workflow_id,
            trigger="prefect",
            run=creation,
            idempotency=_idempotency(request),
            flow_run_id=request.flow_run_id,
            revision=request.parameters.revision,
        ),
    )


def _idempotency(request: RunRequest) -> IdempotentRequest:
    return IdempotentRequest(
        f"prefect {request.flow_run_id} {request.key}",
        hashlib.sha256(request.key.encode()).digest(),
    )
