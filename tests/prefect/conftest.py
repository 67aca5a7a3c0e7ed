"""A real Prefect server and a real worker, shared by the tests of one process."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db.postgres.engine import make_sync_engine
from db.postgres.migrate import migrate
from local.machine.home import prepare_home
from local.machine.ports import find_free_port
from local.postgres.server import EmbeddedPostgres
from local.prefect.server import client_environment
from support.product.backend import Backend, eventually
from support.product.prefect_server import PrefectServer
from support.servers.scripted_model import ScriptedModel, running_scripted_model

ROOT = Path(__file__).parents[2]
PUBLIC_URL = "http://127.0.0.1:8000"
"""Where people open the editor, as workers are told."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "prefect_server" in getattr(item, "fixturenames", ()):
            item.add_marker("prefect")


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nodeloom-prefect-") as folder:
        yield prepare_home(Path(folder) / "home")


@pytest.fixture(scope="session")
def prefect_server(home: Path, cluster: EmbeddedPostgres) -> Iterator[PrefectServer]:
    cluster.ensure_database("prefect")
    server = PrefectServer(home, find_free_port(), cluster.url("prefect"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def scripted_model() -> Iterator[ScriptedModel]:
    with running_scripted_model() as scripted_model:
        yield scripted_model


@pytest.fixture(scope="session")
def backend_without_worker(
    home: Path,
    cluster: EmbeddedPostgres,
    prefect_server: PrefectServer,
    scripted_model: ScriptedModel,
) -> Iterator[Backend]:
    """Everything but a worker."""
    url = cluster.url("prefect_tests")
    migrate(url)
    engine = make_sync_engine(url)
    backend = Backend(home, engine, url, prefect_server.api_url, scripted_model)
    yield backend
    backend.close()
    engine.dispose()


@pytest.fixture(scope="session")
def backend(backend_without_worker: Backend) -> Backend:
    """Everything, with one worker and one recorder that go on through all tests."""
    backend_without_worker.start_worker(NODELOOM_PUBLIC_URL=PUBLIC_URL)
    backend_without_worker.start_recorder(NODELOOM_PUBLIC_URL=PUBLIC_URL)
    return backend_without_worker


@pytest.fixture(scope="session")
def deployment(backend: Backend) -> Any:
    """The deployment of prefect.yaml, registered as the docs say."""

    def pools() -> list[str]:
        return [each["name"] for each in backend.prefect("/work_pools/filter", limit=10)]

    eventually(lambda: "nodeloom" in pools(), 120)
    prefect = Path(sys.executable).parent / "prefect"
    environment = os.environ | client_environment(backend.home, backend.prefect_api_url)
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
    return backend.prefect("/deployments/name/run-workflow/run-workflow")
