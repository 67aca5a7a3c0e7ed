"""Two installations on one Prefect server, with the standing deployments of `prefect.yaml`."""

import time
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schedule_ticks import installation_id
from db.tables import WorkflowRun
from local.postgres.server import EmbeddedPostgres
from support.product.backend import Backend, eventually, graph, node
from support.product.own_backend import backend_of
from support.product.prefect_server import PrefectServer

RETRY = {"type": "SCHEDULED", "name": "AwaitingRetry"}


def newest(backend: Backend, workflow_id: int) -> WorkflowRun | None:
    with Session(backend.engine, expire_on_commit=False) as session:
        wanted = select(WorkflowRun).where(WorkflowRun.workflow_id == workflow_id)
        return session.scalars(wanted.order_by(WorkflowRun.created_at.desc())).first()


@pytest.mark.parametrize("mode", ["tasks", "record"])
def test_what_one_has_shown_is_retried_by_that_one(
    backend: Backend,
    deployment: Any,
    cluster: EmbeddedPostgres,
    prefect_server: PrefectServer,
    mode: str,
) -> None:
    """`backend` is the other one: it serves the same work pool, and has no such run."""
    assert backend.recorders
    with backend_of(cluster, prefect_server, mode, "retried") as own:
        recorder = own.start_recorder(NODELOOM_PREFECT=mode)
        words = f"fail 1 say it is ours, with {mode}"
        one = node("a", "llm", userMessage=words, settings={"retries": 0})
        workflow_id = own.store(graph([one]))
        first = own.run_stored(workflow_id).run
        assert first.status == "FAILED"
        id = eventually(lambda: own.read_run(first.id).run.prefect_flow_run_id, 120)

        def state() -> str:
            return own.prefect(f"/flow_runs/{id}")["state_name"]

        eventually(lambda: state() == "Failed", 120)
        with Session(own.engine) as session:
            tag = f"installation:{str(installation_id(session))[:8]}"
        shown = own.prefect(f"/flow_runs/{id}")
        assert (tag in shown["tags"], shown["deployment_id"]) == (True, deployment["id"])

        recorder.stop()
        own.prefect(f"/flow_runs/{id}/set_state", state=RETRY, force=True)
        until = time.monotonic() + 12  # longer than anybody who serves the pool looks away
        while time.monotonic() < until:
            assert state() == "AwaitingRetry"
            time.sleep(0.5)
        own.start_recorder(NODELOOM_PREFECT=mode)
        eventually(lambda: state() == "Completed", 120)
        again = newest(own, workflow_id)
        assert again is not None
        assert (again.status, again.prefect_flow_run_id) == ("COMPLETED", UUID(str(id)))
        assert again.id != first.id
