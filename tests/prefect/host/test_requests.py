"""What a flow run that is to begin becomes, without Prefect."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from db.queue.claims import claim_run
from db.queue.leases import release_lease
from db.queue.pauses import request_pause, request_resume
from db.queue.recovery import fail_run
from db.tables import WorkflowRun
from flows.prefect.host.run_parameters import RunParameters
from flows.prefect.host.run_request import RunRequest, resolve_request
from flows.prefect.names import run_tags
from schemas.errors import ConflictError, NotFoundError
from schemas.wire.run import RunError
from support.product.backend import Backend, graph, node

GONE = RunError(code="nodes_failed", message="It failed.")


@pytest.fixture
def session(backend_without_worker: Backend) -> Iterator[Session]:
    """A transaction in which runs are made that no worker sees."""
    with Session(backend_without_worker.engine) as session:
        yield session


def run_request(
    flow_run_id: UUID,
    key: str = "1",
    *,
    workflow_id: int | None = None,
    run_id: UUID | None = None,
    tags: tuple[str, ...] = (),
    is_retry: bool = False,
) -> RunRequest:
    parameters = RunParameters(workflow_id=workflow_id, run_id=run_id)
    return RunRequest(flow_run_id, key, parameters, tags, is_retry)


@pytest.fixture
def workflow_id(backend_without_worker: Backend) -> int:
    return backend_without_worker.store(
        graph([node("a", "text", text="a"), node("b", "text", text="b")])
    )


def resolved(session: Session, request: RunRequest) -> UUID:
    run_id = resolve_request(session, request)
    assert isinstance(run_id, UUID)
    return run_id


def failed(session: Session, workflow_id: int, flow_run_id: UUID) -> WorkflowRun:
    """A run that was shown in the flow run, and failed."""
    run_id = resolved(session, run_request(flow_run_id, workflow_id=workflow_id))
    claimed = claim_run(session, run_id, "executor", 30)
    assert claimed is not None
    assert claimed.flow_run_id == flow_run_id
    fail_run(session, run_id, claimed.epoch, GONE)
    session.expire_all()
    return session.get_one(WorkflowRun, run_id)


def test_the_same_beginning_makes_one_run_and_another_one_is_refused_while_it_goes_on(
    session: Session, workflow_id: int
) -> None:
    flow_run_id = uuid4()
    first = resolved(session, run_request(flow_run_id, workflow_id=workflow_id))
    assert resolve_request(session, run_request(flow_run_id, workflow_id=workflow_id)) == first
    tags = tuple(run_tags(workflow_id, first))
    assert (
        resolve_request(session, run_request(flow_run_id, workflow_id=workflow_id, tags=tags))
        == first
    )
    with pytest.raises(ConflictError, match="has not ended yet"):
        resolve_request(session, run_request(flow_run_id, "2", workflow_id=workflow_id, tags=tags))


def test_what_failed_is_repeated_in_the_same_flow_run(session: Session, workflow_id: int) -> None:
    flow_run_id = uuid4()
    run = failed(session, workflow_id, flow_run_id)
    tags = tuple(run_tags(workflow_id, run.id))
    made_id = resolve_request(session, run_request(flow_run_id, "2", run_id=run.id, tags=tags))
    made = session.get_one(WorkflowRun, made_id)
    assert (made.scope, made.parent_run_id) == ({"kind": "failed", "runId": str(run.id)}, run.id)
    assert (made.trigger, made.prefect_flow_run_id) == ("prefect", flow_run_id)


def test_tags_that_were_copied_to_another_flow_run_repeat_nothing(
    session: Session, workflow_id: int
) -> None:
    run = failed(session, workflow_id, uuid4())
    tags = tuple(run_tags(workflow_id, run.id))
    made = resolve_request(session, run_request(uuid4(), workflow_id=workflow_id, tags=tags))
    assert session.get_one(WorkflowRun, made).scope == {"kind": "all"}


def test_a_run_that_has_ended_is_repeated_only_when_asked_to(
    session: Session, workflow_id: int
) -> None:
    run = failed(session, workflow_id, uuid4())
    assert resolve_request(session, run_request(uuid4(), run_id=run.id)) == run.id
    assert resolve_request(session, run_request(uuid4(), run_id=run.id, is_retry=True)) != run.id


def test_what_is_not_there_is_said(session: Session) -> None:
    with pytest.raises(NotFoundError, match="There is no run"):
        resolve_request(session, run_request(uuid4(), run_id=uuid4()))
    with pytest.raises(NotFoundError, match="There is no workflow 7777777"):
        resolve_request(session, run_request(uuid4(), workflow_id=7777777))


def test_a_suspended_run_that_is_resumed_goes_on_in_the_same_flow_run(
    session: Session, workflow_id: int
) -> None:
    flow_run_id = uuid4()
    run_id = resolved(session, run_request(flow_run_id, workflow_id=workflow_id))
    claimed = claim_run(session, run_id, "executor", 30)
    assert claimed is not None
    request_pause(session, claimed.owner_id, run_id)
    release_lease(session, run_id, claimed.epoch)
    session.expire_all()
    assert session.get_one(WorkflowRun, run_id).status == "WAITING"

    tags = tuple(run_tags(workflow_id, run_id))
    again = run_request(flow_run_id, "2", workflow_id=workflow_id, tags=tags, is_retry=True)
    assert resolved(session, again) == run_id
    session.expire_all()
    claimed = claim_run(session, run_id, "executor", 30)
    assert claimed is not None
    assert (claimed.epoch, claimed.flow_run_id) == (2, flow_run_id)


def test_a_run_that_is_resumed_here_goes_on_in_the_same_flow_run(
    session: Session, workflow_id: int
) -> None:
    flow_run_id = uuid4()
    run_id = resolved(session, run_request(flow_run_id, workflow_id=workflow_id))
    claimed = claim_run(session, run_id, "executor", 30)
    assert claimed is not None
    request_pause(session, claimed.owner_id, run_id)
    release_lease(session, run_id, claimed.epoch)
    request_resume(session, claimed.owner_id, run_id)
    session.expire_all()
    claimed = claim_run(session, run_id, "executor", 30)
    assert claimed is not None
    assert (claimed.epoch, claimed.flow_run_id) == (2, flow_run_id)
