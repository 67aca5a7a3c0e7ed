"""`prefect deploy --all`, and runs started and retried from Prefect."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from prefect.flows import load_flow_from_entrypoint
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import WorkflowRun
from flows.prefect.names import (
    MOVED_ENTRYPOINTS,
    RETENTION_ENTRYPOINT,
    RUN_WORKFLOW_ENTRYPOINT,
)
from support.product.backend import Backend, edge, eventually, graph, node

ROOT = Path(__file__).parents[3]


def start(backend: Backend, deployment: Any, **parameters: Any) -> Any:
    return backend.prefect(
        f"/deployments/{deployment['id']}/create_flow_run", parameters=parameters
    )


def test_entry_points_are_modules_so_that_a_flow_has_one_identity() -> None:
    document = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    for each in document["deployments"]:
        assert "/" not in each["entrypoint"]
        assert not each["entrypoint"].endswith(".py")


def test_the_entry_points_are_those_that_deployments_of_earlier_versions_are_given() -> None:
    document = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    deployed = {each["entrypoint"] for each in document["deployments"]}
    assert deployed == set(MOVED_ENTRYPOINTS.values())
    for entrypoint in deployed:
        assert load_flow_from_entrypoint(entrypoint).name in {"run-workflow", "retention"}


def test_deployments_of_earlier_versions_are_pointed_to_our_flows_when_a_recorder_starts(
    backend: Backend, deployment: Any
) -> None:
    retention = backend.prefect("/deployments/name/retention/retention")
    own = make_deployment(backend, deployment["flow_id"], "my own", "my_flows.py:run_workflow")
    earlier = [
        make_deployment(backend, deployment["flow_id"], "old", "flows.run_workflow.run_workflow"),
        make_deployment(backend, retention["flow_id"], "old", "flows.run_retention.run_retention"),
    ]

    for recorder in backend.recorders:  # as one that leads looks for them when it starts only
        recorder.stop()
    backend.start_recorder(NODELOOM_PUBLIC_URL="http://127.0.0.1:8000")
    eventually(lambda: entrypoint_of(backend, earlier[1]) == RETENTION_ENTRYPOINT, 120)
    eventually(lambda: entrypoint_of(backend, earlier[0]) == RUN_WORKFLOW_ENTRYPOINT, 120)
    moved = backend.prefect(f"/deployments/{earlier[0]['id']}")
    assert (moved["parameters"], moved["tags"]) == ({"workflow_id": 1}, ["mine"])
    assert entrypoint_of(backend, own) == "my_flows.py:run_workflow"


def make_deployment(backend: Backend, flow_id: str, name: str, entrypoint: str) -> Any:
    return backend.prefect(
        "/deployments/",
        name=name,
        flow_id=flow_id,
        entrypoint=entrypoint,
        parameters={"workflow_id": 1},
        tags=["mine"],
    )


def entrypoint_of(backend: Backend, deployment: Any) -> str:
    return backend.prefect(f"/deployments/{deployment['id']}")["entrypoint"]


def test_a_run_started_in_prefect_is_executed_and_in_the_history(
    backend: Backend, deployment: Any
) -> None:
    workflow_id = backend.store(graph([node("hello", "text", text="from Prefect")]))
    flow_run = start(backend, deployment, workflow_id=workflow_id)

    def run() -> WorkflowRun | None:
        with Session(backend.engine) as session:
            return session.scalar(select(WorkflowRun).where(WorkflowRun.workflow_id == workflow_id))

    ended = backend.end(eventually(run, 120).id)
    assert ended.run.status == "COMPLETED"
    assert ended.run.trigger == "prefect"
    assert str(ended.run.prefect_flow_run_id) == flow_run["id"]
    assert ended.nodes["hello"].output == {"kind": "text", "text": "from Prefect"}


def test_a_workflow_that_is_not_there_fails_in_prefect_with_a_sentence(
    backend: Backend, deployment: Any
) -> None:
    flow_run = start(backend, deployment, workflow_id=999_999)

    def failed() -> Any:
        found = backend.prefect(f"/flow_runs/{flow_run['id']}")
        return found if found["state_name"] == "Failed" else None

    assert "There is no workflow 999999" in eventually(failed, 120)["state"]["message"]


def of_workflow(backend: Backend, workflow_id: int) -> list[WorkflowRun]:
    with Session(backend.engine, expire_on_commit=False) as session:
        wanted = select(WorkflowRun).where(WorkflowRun.workflow_id == workflow_id)
        return list(session.scalars(wanted.order_by(WorkflowRun.created_at)))


def in_state(backend: Backend, flow_run_id: Any, name: str) -> Any:
    def poll() -> Any:
        found = backend.prefect(f"/flow_runs/{flow_run_id}")
        return found if found["state_name"] == name else None

    return eventually(poll, 120)


def retry(backend: Backend, flow_run_id: Any) -> None:
    """What the button of Prefect's page sends."""
    state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
    backend.prefect(f"/flow_runs/{flow_run_id}/set_state", state=state, force=True)


def states(backend: Backend, flow_run_id: Any, name: str) -> list[str]:
    """In which states the task runs of one name are, in order."""
    shown = backend.prefect("/task_runs/filter", flow_runs={"id": {"any_": [str(flow_run_id)]}})
    return sorted(each["state_name"] for each in shown if each["name"].startswith(name))


def test_a_run_started_in_prefect_begins_within_a_second(backend: Backend, deployment: Any) -> None:
    """Ten of them, one after the other, in the process that is there already."""
    workflow_id = backend.store(graph([node("hello", "text", text="quick")]))
    took: list[float] = []
    for number in range(10):
        asked = datetime.now(UTC)
        flow_run = start(backend, deployment, workflow_id=workflow_id)
        eventually(lambda number=number: len(of_workflow(backend, workflow_id)) > number)
        run = backend.end(of_workflow(backend, workflow_id)[-1].id).run
        assert run.started_at is not None
        took.append((run.started_at - asked).total_seconds())
        ended = in_state(backend, flow_run["id"], "Completed")
        assert ended["name"] == f"A workflow · {str(run.id)[:8]}"
        assert {"nodeloom", f"run:{run.id}", f"workflow:{workflow_id}"} <= set(ended["tags"])
    # One of Prefect's own workers takes 2.6 s at best, however idle the machine is.
    assert min(took) < 1, took


def test_a_run_of_ours_that_failed_is_retried_from_prefect_where_it_failed(
    backend: Backend, deployment: Any
) -> None:
    message = "fail 2 say well"
    nodes = [
        node("first", "llm", userMessage="say once only"),
        node("flaky", "llm", userMessage=message, settings={"retries": 0}),
    ]
    workflow_id = backend.store(graph(nodes, [edge("first", "flaky", "systemPrompt")]))
    failed = backend.run_stored(workflow_id)
    assert failed.run.status == "FAILED"
    flow_run_id = eventually(lambda: backend.read_run(failed.run.id).run.prefect_flow_run_id)
    shown = in_state(backend, flow_run_id, "Failed")
    assert shown["deployment_id"] == deployment["id"]  # else Prefect's page offers no retry

    for attempt, state in ((1, "Failed"), (2, "Completed")):
        retry(backend, flow_run_id)
        eventually(lambda many=attempt: len(of_workflow(backend, workflow_id)) > many)
        run = backend.end(of_workflow(backend, workflow_id)[-1].id).run
        assert (run.trigger, run.scope["kind"]) == ("prefect", "failed")
        assert run.prefect_flow_run_id == flow_run_id
        shown = in_state(backend, flow_run_id, state)
        assert f"run:{run.id}" in shown["tags"]
        assert f"run:{failed.run.id}" not in shown["tags"]
    assert backend.scripted_model.count("say once only") == 1
    assert backend.scripted_model.count(message) == 3
    eventually(lambda: states(backend, flow_run_id, "Flaky") == ["Completed", "Failed", "Failed"])


def test_a_completed_run_is_made_again_by_a_retry(backend: Backend, deployment: Any) -> None:
    workflow_id = backend.store(graph([node("a", "text", text="a"), node("b", "text", text="b")]))
    flow_run = start(backend, deployment, workflow_id=workflow_id)
    in_state(backend, flow_run["id"], "Completed")
    retry(backend, flow_run["id"])
    eventually(lambda: len(of_workflow(backend, workflow_id)) > 1)
    again = backend.end(of_workflow(backend, workflow_id)[-1].id)
    assert (again.run.status, set(again.nodes)) == ("COMPLETED", {"a", "b"})


def test_a_run_that_waits_is_shown_where_it_was_asked_for_and_can_be_cancelled_there(
    backend: Backend, deployment: Any
) -> None:
    workflow_id = backend.store(graph([node("slow", "llm", userMessage="hang")]))
    flow_run = start(backend, deployment, workflow_id=workflow_id)
    in_state(backend, flow_run["id"], "Running")
    [run] = of_workflow(backend, workflow_id)
    cancelling = {"type": "CANCELLING", "name": "Cancelling"}
    backend.prefect(f"/flow_runs/{flow_run['id']}/set_state", state=cancelling)
    assert backend.end(run.id).run.status == "CANCELLED"
    in_state(backend, flow_run["id"], "Cancelled")


def test_standing_deployments_are_registered_and_the_demo_waits(
    backend: Backend, deployment: Any
) -> None:
    demo = backend.prefect("/deployments/name/run-workflow/demo-schedule")
    assert [each["active"] for each in demo["schedules"]] == [False]
    assert demo["schedules"][0]["schedule"]["cron"] == "0 9 * * *"
    assert demo["work_pool_name"] == deployment["work_pool_name"] == "nodeloom"


def test_retention_is_started_from_prefect(backend: Backend, deployment: Any) -> None:
    assert deployment
    retention = backend.prefect("/deployments/name/retention/retention")
    flow_run = start(backend, retention)

    def ended() -> Any:
        found = backend.prefect(f"/flow_runs/{flow_run['id']}")
        return found if found["state_type"] in {"COMPLETED", "FAILED", "CRASHED"} else None

    state = eventually(ended, 120)["state"]
    assert state["type"] == "COMPLETED", state["message"]
    assert state["message"] == "What was too old is forgotten."
