"""What becomes of flow runs in Prefect whose run was deleted here."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.runs import delete_run
from db.tables import DeletedRun, WorkflowRun
from support.product.backend import OWNER, Backend, eventually, fail_in_deployment


def newest(backend: Backend, workflow_id: int) -> WorkflowRun:
    with Session(backend.engine, expire_on_commit=False) as session:
        wanted = select(WorkflowRun).where(WorkflowRun.workflow_id == workflow_id)
        return (
            session.scalars(wanted.order_by(WorkflowRun.created_at.desc())).first() or WorkflowRun()
        )


def in_state(backend: Backend, flow_run_id: UUID, name: str) -> Any:
    def poll() -> Any:
        found = backend.prefect(f"/flow_runs/{flow_run_id}")
        return found if found["state_name"] == name else None

    return eventually(poll, 120)


def retried(backend: Backend, words: str) -> tuple[UUID, WorkflowRun]:
    """Have a run fail, and *Retry* it in Prefect; give the failed one and that which goes on."""
    ended, flow_run_id = fail_in_deployment(backend, f"speak 1 {words} " + "and so on " * 10)
    failed, workflow_id = ended.run, ended.run.workflow_id
    in_state(backend, flow_run_id, "Failed")
    state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
    backend.prefect(f"/flow_runs/{flow_run_id}/set_state", state=state, force=True)
    eventually(lambda: newest(backend, workflow_id).id != failed.id)
    in_state(backend, flow_run_id, "Running")
    return failed.id, newest(backend, workflow_id)


def test_a_run_that_a_retry_started_goes_on_when_the_one_it_repeats_is_deleted(
    backend: Backend, deployment: Any
) -> None:
    """Whether the flow run names it by its tags, or only our row names the flow run."""
    assert deployment
    untagged, tagged = retried(backend, "untagged"), retried(backend, "tagged")
    backend.send_prefect("PATCH", f"/flow_runs/{untagged[1].prefect_flow_run_id}", tags=["mine"])
    for failed, _ in (untagged, tagged):
        with Session(backend.engine) as session, session.begin():
            delete_run(session, OWNER, failed)

    def shown() -> bool:
        with Session(backend.engine) as session:
            rows = [session.get_one(DeletedRun, failed) for failed, _ in (untagged, tagged)]
            return not any(row.mirrored for row in rows)

    eventually(shown, 60)
    for _, run in (untagged, tagged):
        assert backend.read_run(run.id).run.status == "RUNNING"  # or nothing was tested
        assert backend.end(run.id, 60).run.status == "COMPLETED"
        assert run.prefect_flow_run_id is not None
        in_state(backend, run.prefect_flow_run_id, "Completed")
