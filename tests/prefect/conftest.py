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
from local.home import prepare_home
from local.ports import free_port
from local.postgres.server import EmbeddedPostgres
from local.prefect.server import client_environment
from support.brain import Brain, thinking
from support.prefect_tier import Server
from support.world import World, eventually

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
def prefect_server(home: Path, cluster: EmbeddedPostgres) -> Iterator[Server]:
    cluster.ensure_database("prefect")
    server = Server(home, free_port(), cluster.url("prefect"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def brain() -> Iterator[Brain]:
    with thinking() as brain:
        yield brain


@pytest.fixture(scope="session")
def empty_world(
    home: Path, cluster: EmbeddedPostgres, prefect_server: Server, brain: Brain
) -> Iterator[World]:
    """Everything but a worker."""
    url = cluster.url("prefect_tests")
    migrate(url)
    engine = make_sync_engine(url)
    world = World(home, engine, url, prefect_server.api_url, brain)
    yield world
    world.close()
    engine.dispose()


@pytest.fixture(scope="session")
def world(empty_world: World) -> World:
    """Everything, with one worker that goes on through all tests."""
    empty_world.start_worker(NODELOOM_PUBLIC_URL=PUBLIC_URL)
    return empty_world


@pytest.fixture(scope="session")
def deployment(world: World) -> Any:
    """The deployment of prefect.yaml, registered as the docs say."""

    def pools() -> list[str]:
        return [each["name"] for each in world.prefect("/work_pools/filter", limit=10)]

    eventually(lambda: "nodeloom" in pools())
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
    return world.prefect("/deployments/name/run-workflow/run-workflow")
