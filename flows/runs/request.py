"""What somebody asked for in Prefect, and the run that comes of it. No Prefect here.

A flow run of `run-workflow` names a workflow, of which a run is made, or a run that is waiting.
One that has shown a run before and is to begin again, which is what Prefect's *Retry* does, asks
for that run to be repeated.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy.orm import Session

from db.ownership import run_not_found
from db.queue.claims import wait_for_flow_run
from db.tables.workflow import WorkflowRun
from db.workflows import owner_of
from flows.prefect.names import read_tags
from flows.runs.start import run_not_ended, start_run
from flows.schedules.ticks import Asked, NoRun, take_tick
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
class Wish:
    """A flow run that is to begin; exactly one of workflow, run and schedule is given."""

    flow_run_id: UUID
    key: str
    """Names this beginning: the same wish, granted twice, makes one run."""
    tags: tuple[str, ...]
    workflow_id: int | None
    run_id: UUID | None
    again: bool
    """Whether the flow run has begun before."""
    schedule_id: UUID | None = None
    due_at: datetime | None = None
    """The tick that Prefect brings; None: somebody started the schedule's deployment by hand."""


def grant(session: Session, wish: Wish) -> UUID | NoRun:
    """Give the run that is to be executed and shown in this flow run, made if need be.

    What is given may have ended: then somebody granted the same wish before, or the flow run
    names a run that waits no longer.

    Raises:
        NotFoundError: there is no such workflow, or no such run.
        ConflictError: `run_not_ended`: what is to be repeated goes on.
        InvalidGraphError: there is nothing to run, or it has problems.
    """
    known = _shown_before(session, wish) or _named(session, wish)
    if wish.schedule_id is not None and not (known and wish.again):
        # Who has a tick without a run begin again wants one now, whatever was decided then.
        due_at = None if wish.again else wish.due_at
        asked = Asked(due_at, wish.flow_run_id, _key(wish), _sha256(wish))
        return take_tick(session, wish.schedule_id, asked)
    if known is None:
        workflow_id = wish.workflow_id or 0
        return _start(session, wish, owner_of(session, workflow_id), workflow_id, RunCreate())
    if known.idempotency_key == _key(wish):
        return known.id
    if wish.again or known.prefect_flow_run_id == wish.flow_run_id:
        return _repeat(session, wish, known)
    wait_for_flow_run(session, known.id, wish.flow_run_id)
    return known.id


def _shown_before(session: Session, wish: Wish) -> WorkflowRun | None:
    """Give the run that this flow run has shown: its tags say so, and our row agrees.

    Tags alone would not do, since they can be copied to another flow run.
    """
    run_id, _ = read_tags(wish.tags)
    found = session.get(WorkflowRun, run_id) if run_id else None
    return found if found and found.prefect_flow_run_id == wish.flow_run_id else None


def _named(session: Session, wish: Wish) -> WorkflowRun | None:
    if wish.run_id is None:
        return None
    found = session.get(WorkflowRun, wish.run_id)
    if found is None:
        raise run_not_found(wish.run_id)
    return found


def _repeat(session: Session, wish: Wish, known: WorkflowRun) -> UUID:
    """Run what did not complete; all of it again if nothing failed."""
    if not known.status.terminal:
        raise run_not_ended(known.id)
    request = RunCreate(scope=_scope_again(known), reuse=_reuse_again(known))
    return _start(session, wish, known.owner_id, known.workflow_id, request)


def _scope_again(known: WorkflowRun) -> Scope:
    if known.status is not RunStatus.COMPLETED:
        return ScopeFailed(kind="failed", run_id=known.id)
    scope = scope_adapter.validate_python(known.scope)
    return ScopeAll(kind="all") if isinstance(scope, ScopeFailed) else scope


def _reuse_again(known: WorkflowRun) -> Reuse:
    return cast("Reuse", known.reuse) if known.status is RunStatus.COMPLETED else "auto"


def _start(
    session: Session, wish: Wish, owner_id: str, workflow_id: int, request: RunCreate
) -> UUID:
    """Start a run in the name of the workflow's owner: whoever may use Prefect is an operator."""
    return start_run(
        session,
        owner_id=owner_id,
        workflow_id=workflow_id,
        request=request,
        trigger="prefect",
        idempotency_key=_key(wish),
        request_sha256=_sha256(wish),
        flow_run_id=wish.flow_run_id,
    )


def _key(wish: Wish) -> str:
    return f"prefect {wish.flow_run_id} {wish.key}"


def _sha256(wish: Wish) -> bytes:
    return hashlib.sha256(wish.key.encode()).digest()


def is_clear(workflow_id: object, run_id: object, schedule_id: object) -> bool:
    """Whether exactly one of them is given."""
    return [workflow_id, run_id, schedule_id].count(None) == 2


UNCLEAR: Final = "Give either a workflow id, the id of a waiting run, or that of a schedule."


def without_run(tags: Iterable[str]) -> set[str]:
    """Give the tags of a flow run without those that name the run that it showed before."""
    return {tag for tag in tags if not tag.startswith(("run:", "claim:", "workflow:", "model:"))}
