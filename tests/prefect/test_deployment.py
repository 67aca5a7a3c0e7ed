"""`prefect deploy --all`, and a run started from Prefect."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import WorkflowRun
from local.prefect_server import client_environment
from support.world import World, eventually, graph, node

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def deployment(world: World) -> Any:
    """The deployment of prefect.yaml, registered as the README says."""
    prefect = Path(sys.executable).parent / "prefect"
    environment = os.environ | client_environment(world.home, world.prefect_api_url)
    done = subprocess.run(
        [prefect, "--no-prompt", "deploy", "--all"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    name = "run-workflow/run-workflow"
    return world.prefect(f"/deployments/name/{name}")


def start(world: World, deployment: Any, **parameters: Any) -> Any:
    return world.prefect(f"/deployments/{deployment['id']}/create_flow_run", parameters=parameters)


def test_entry_points_are_modules_so_that_a_flow_has_one_identity() -> None:
    document = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    for each in document["deployments"]:
        assert "/" not in each["entrypoint"]
        assert not each["entrypoint"].endswith(".py")


def test_a_run_started_in_prefect_is_executed_and_in_the_history(
    world: World, deployment: Any
) -> None:
    workflow_id = world.store(graph([node("hello", "text", text="from Prefect")]))
    flow_run = start(world, deployment, workflow_id=workflow_id)

    def run() -> WorkflowRun | None:
        with Session(world.engine) as session:
            return session.scalar(select(WorkflowRun).where(WorkflowRun.workflow_id == workflow_id))

    ended = world.end(eventually(run, 60).id)
    assert ended.run.status == "COMPLETED"
    assert ended.run.trigger == "prefect"
    assert str(ended.run.prefect_flow_run_id) == flow_run["id"]
    assert ended.nodes["hello"].output == {"kind": "text", "text": "from Prefect"}


def test_a_workflow_that_is_not_there_fails_in_prefect_with_a_sentence(
    world: World, deployment: Any
) -> None:
    flow_run = start(world, deployment, workflow_id=999_999)

    def failed() -> Any:
        found = world.prefect(f"/flow_runs/{flow_run['id']}")
        return found if found["state_name"] == "Failed" else None

    assert "There is no workflow 999999" in eventually(failed, 60)["state"]["message"]
