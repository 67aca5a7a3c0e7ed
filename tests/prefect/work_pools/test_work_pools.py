"""Other work pools: a stock process worker runs a workflow; the templates of the others are sound."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import Flow, FlowRun
from prefect.server.schemas.actions import WorkPoolCreate
from prefect.settings import PREFECT_API_URL, temporary_settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import WorkflowRun
from local.machine.process import ChildProcess, start_process, wait_until
from local.prefect.server import client_environment
from support.product.backend import Backend, edge, eventually, graph, node
from support.product.scheduled import scheduled

ROOT = Path(__file__).parents[3]
PREFECT = Path(sys.executable).parent / "prefect"
POOLS = ROOT / "deploy" / "work-pools"


def template(name: str) -> dict[str, Any]:
    return json.loads((POOLS / f"{name}.json").read_text())


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_a_template_offers_everything_that_prefects_own_does(kind: str) -> None:
    # Not imported above: each process that finds tests would take two seconds for it.
    module = import_module(f"prefect_{kind}.worker")
    worker = getattr(module, f"{kind.title()}Worker")
    own = worker.get_default_base_job_template()
    assert worker.type == kind
    ours = template(kind)
    assert own["job_configuration"].keys() == ours["job_configuration"].keys()
    for variable, schema in own["variables"]["properties"].items():
        kept = ours["variables"]["properties"][variable]
        assert {key: kept[key] for key in ("type", "anyOf") if key in kept} == {
            key: schema[key] for key in ("type", "anyOf") if key in schema
        }


def prefect(backend: Backend, *words: str | Path) -> None:
    done = subprocess.run(
        [PREFECT, "--no-prompt", *words],
        cwd=ROOT,
        env=os.environ | client_environment(backend.home, backend.prefect_api_url),
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def save_database_block(backend: Backend) -> None:
    """Save the database's credentials in Prefect, as docs/prefect.md says."""
    script = """if True:
        import sys
        from prefect_sqlalchemy import SqlAlchemyConnector
        from flows.prefect.database import DATABASE_BLOCK, to_components
        block = SqlAlchemyConnector(connection_info=to_components(sys.argv[1]))
        block.save(DATABASE_BLOCK, overwrite=True)
    """
    subprocess.run(
        [sys.executable, "-c", script, backend.database_url],
        cwd=ROOT,
        env=os.environ | client_environment(backend.home, backend.prefect_api_url),
        check=True,
        timeout=90,
    )


@contextmanager
def stock_worker(backend: Backend, pool: str, database: dict[str, str]) -> Generator[ChildProcess]:
    """Prefect's own worker; what it starts learns from it where assets and model are."""
    ours = database | {
        "NODELOOM_ASSETS": str(backend.home / "assets"),
        "GEMINI_API_KEY": "test",
        "GEMINI_BASE_URL": backend.scripted_model.url,
    }
    environment = os.environ | client_environment(backend.home, backend.prefect_api_url) | ours
    log = backend.home / "logs" / "stock-worker.log"
    command = [PREFECT, "worker", "start", "--pool", pool, "--type", "process"]
    worker = start_process("stock worker", command, log=log, env=environment, cwd=backend.home)
    try:
        assert wait_until(lambda: "started!" in worker.output(), worker, 60), log.read_text()
        yield worker
    finally:
        worker.stop()


@pytest.fixture(scope="module")
def in_process(backend: Backend) -> Any:
    """The deployment for Prefect's own process worker, made with the commands that docs/deploy.md gives."""
    prefect(backend, "work-pool", "create", "nodeloom-process", "--type", "process", "--overwrite")
    prefect(backend, "deploy", "--prefect-file", POOLS / "prefect.yaml", "--name", "run-in-process")
    return backend.prefect("/deployments/name/run-workflow/run-in-process")


@pytest.mark.parametrize("credentials", ["environment", "block"])
def test_a_stock_process_worker_runs_a_workflow(
    backend: Backend, in_process: Any, credentials: str
) -> None:
    database = {"DATABASE_URL": backend.database_url} if credentials == "environment" else {}
    if not database:
        save_database_block(backend)
    nodes = [
        node("tea", "text", text=f"say a teapot and its {credentials}"),
        node("slogan", "llm"),
    ]
    workflow_id = backend.store(graph(nodes, [edge("tea", "slogan", "userMessage")]))
    path = f"/deployments/{in_process['id']}/create_flow_run"
    flow_run = backend.prefect(path, parameters={"workflow_id": workflow_id})

    def run() -> WorkflowRun | None:
        with Session(backend.engine, expire_on_commit=False) as session:
            return session.scalar(select(WorkflowRun).where(WorkflowRun.workflow_id == workflow_id))

    def completed() -> bool:
        return backend.prefect(f"/flow_runs/{flow_run['id']}")["state_name"] == "Completed"

    with stock_worker(backend, "nodeloom-process", database):
        ended = backend.end(eventually(run, 120).id)
        eventually(completed)
    assert (ended.run.status, ended.run.trigger) == ("COMPLETED", "prefect")
    assert str(ended.run.prefect_flow_run_id) == flow_run["id"]
    assert ended.nodes["slogan"].output == {
        "kind": "text",
        "text": f"a teapot and its {credentials}",
    }
    assert ended.nodes["slogan"].status == ended.nodes["tea"].status == "COMPLETED"
    shown = backend.task_runs(UUID(flow_run["id"]), 2)
    assert {each["state_name"] for each in shown.values()} == {"Completed"}


def test_a_stock_process_worker_runs_a_workflow_whose_deployment_was_moved_to_its_pool(
    backend: Backend,
) -> None:
    """By hand and by its schedule, whole, and named and tagged like every other."""
    prefect(backend, "work-pool", "create", "moved", "--type", "process", "--overwrite")
    nodes = [node("tea", "text", text="say moved"), node("slogan", "llm")]
    with scheduled(backend, graph(nodes, [edge("tea", "slogan", "userMessage")])) as of:
        of.make()
        deployment = of.synced()
        of.update_deployment(deployment, work_pool_name="moved")
        pools: list[str] = []  # what was planned before goes to the pool that the deployment was in
        id, due = of.make_planned(60, lambda planned: pools.append(planned["work_pool_name"]))
        assert pools[-1] == "moved"
        flow_run = of.start(deployment, scope="until", nodes=["slogan"])
        with stock_worker(backend, "moved", {"DATABASE_URL": backend.database_url}):
            shown = of.flow_run(flow_run["id"], "Completed", seconds=240)
            tick = eventually(lambda: of.tick(id, due), 240)
            assert tick.run_id is not None, (tick.outcome, tick.error)
            ticked = backend.end(tick.run_id, 180).run
            by_schedule = of.flow_run(ticked.prefect_flow_run_id, "Completed", seconds=120)
        assert of.synced()["work_pool_name"] == "moved"
        [by_hand] = (run for run in of.runs() if str(run.prefect_flow_run_id) == flow_run["id"])
        for run, record in ((by_hand, shown), (ticked, by_schedule)):
            assert run.status == "COMPLETED"
            assert record["work_pool_name"] == "moved"
            assert record["name"] == f"A workflow · {str(run.id)[:8]}"
            assert {f"run:{run.id}", f"workflow:{of.workflow}", "nodeloom"} <= set(record["tags"])
            assert len(backend.task_runs(UUID(record["id"]), 2)) == 2
        assert (by_hand.trigger, ticked.trigger) == ("prefect", "schedule")


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_flow_that_prefect_stops_gives_its_run_back_at_once(
    backend: Backend, in_process: Any, *, cancelled: bool
) -> None:
    """Nobody waits until its lease is over: another worker goes on, or it is cancelled."""
    slow = f"wait {25 if cancelled else 12} say it was given back"
    workflow_id = backend.store(graph([node("slow", "llm", userMessage=slow)]))
    path = f"/deployments/{in_process['id']}/create_flow_run"
    flow_run = backend.prefect(path, parameters={"workflow_id": workflow_id})

    def run() -> WorkflowRun | None:
        with Session(backend.engine, expire_on_commit=False) as session:
            return session.scalar(select(WorkflowRun).where(WorkflowRun.workflow_id == workflow_id))

    with stock_worker(backend, "nodeloom-process", {"DATABASE_URL": backend.database_url}):
        run_id = eventually(run, 120).id
        eventually(lambda: backend.scripted_model.count(slow))
        claimed = backend.read_run(run_id).run
        assert claimed.executor_id is not None
        assert str(claimed.prefect_flow_run_id) == flow_run["id"]
        if cancelled:  # then its worker stops it
            state = {"type": "CANCELLING", "name": "Cancelling"}
            backend.prefect(f"/flow_runs/{flow_run['id']}/set_state", state=state, force=True)
        else:
            os.kill(int(claimed.executor_id.split(":")[1]), signal.SIGTERM)
        ended = backend.end(run_id, 60).run
    assert ended.recoveries == 0  # nobody took it because its lease was over
    if cancelled:
        assert (ended.status, backend.scripted_model.count(slow)) == ("CANCELLED", 1)
    else:
        assert (ended.status, ended.epoch) == ("COMPLETED", 2)


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_prefects_server_takes_the_templates(backend: Backend, kind: str) -> None:
    made = backend.prefect(
        "/work_pools/", name=f"nodeloom-{kind}", type=kind, base_job_template=template(kind)
    )
    assert made["base_job_template"]["job_configuration"] == template(kind)["job_configuration"]


async def resolved(
    kind: str, configuration: Any, more: dict[str, Any], *, of_workflow: bool
) -> Any:
    """What Prefect's worker would start for a flow run of the deployment.

    That of a workflow has no job variables, so the pool's template alone must do.
    """
    document = yaml.safe_load((POOLS / "prefect.yaml").read_text())
    (deployment,) = (each for each in document["deployments"] if each["name"] == f"run-in-{kind}")
    variables = {} if of_workflow else deployment["work_pool"]["job_variables"]
    pool = WorkPoolCreate(name="a-pool", type=kind, base_job_template=template(kind))
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):  # nobody is asked
        async with get_client() as client:
            made = await configuration.from_template_and_values(
                pool.base_job_template,
                variables | more,
                client=client,
            )
        flow = Flow(id=uuid4(), name="run-workflow", labels={})
        made.prepare_for_flow_run(FlowRun(id=uuid4(), flow_id=flow.id, name="a-run"), flow=flow)
    return made


@pytest.mark.parametrize("of_workflow", [False, True])
async def test_the_docker_template_becomes_a_container(of_workflow: bool) -> None:
    from docker.models.containers import RUN_CREATE_KWARGS, RUN_HOST_CONFIG_KWARGS
    from prefect_docker.worker import DockerWorkerJobConfiguration

    # Given here, as the blocks that the template names are on a server.
    told = {"DATABASE_URL": "postgresql://told", "GEMINI_API_KEY": "told-too"}
    made = await resolved(
        "docker", DockerWorkerJobConfiguration, {"env": told}, of_workflow=of_workflow
    )
    assert made.env.items() >= told.items()
    assert made.env["PREFECT_API_URL"] == "http://prefect:4200/api"
    assert made.env["NODELOOM_ASSETS"] == "/var/lib/nodeloom/assets"
    assert made.image.startswith("nodeloom")
    assert made.volumes == ["nodeloom_home:/var/lib/nodeloom"]
    assert made.mem_limit == "3g"
    known = {*RUN_CREATE_KWARGS, *RUN_HOST_CONFIG_KWARGS}
    assert made.container_create_kwargs.keys() <= known
    assert not made.privileged


@pytest.mark.parametrize("of_workflow", [False, True])
async def test_the_kubernetes_template_becomes_a_job(of_workflow: bool) -> None:
    from kubernetes_asyncio.client import ApiClient
    from prefect_kubernetes.worker import KubernetesWorkerJobConfiguration

    made = await resolved(
        "kubernetes", KubernetesWorkerJobConfiguration, {}, of_workflow=of_workflow
    )
    manifest = made.job_manifest
    async with ApiClient() as client:
        # What Kubernetes does not know would be gone after this; "command" comes as args.
        job = client.deserialize(SimpleNamespace(data=json.dumps(manifest)), "V1Job")
        assert client.sanitize_for_serialization(job) == manifest
    pod = manifest["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "nodeloom"}}]
    plain = {each["name"]: each.get("value") for each in container["env"]}
    assert plain["NODELOOM_ASSETS"] == container["volumeMounts"][0]["mountPath"]
    assert not {"DATABASE_URL", "GEMINI_API_KEY"} & plain.keys()
    assert container["resources"]["limits"] == {"cpu": "2", "memory": "3Gi"}
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["volumes"][0]["persistentVolumeClaim"] == {"claimName": "nodeloom-assets"}
    assert manifest["metadata"]["namespace"] == "nodeloom"


@pytest.mark.parametrize("name", ["docker", "kubernetes"])
def test_no_template_holds_a_secret(name: str) -> None:
    text = (POOLS / f"{name}.json").read_text()
    assert "postgresql://" not in text
    for line in text.splitlines():
        if '"DATABASE_URL":' in line or '"GEMINI_API_KEY":' in line:
            assert "prefect.blocks.secret" in line
