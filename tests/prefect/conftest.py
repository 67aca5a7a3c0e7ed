"""A real Prefect server and a real worker, shared by the tests of one process."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.engine import make_sync_engine
from db.migrate import migrate
from local.home import prepare_home
from local.ports import free_port
from local.postgres import EmbeddedPostgres
from support.brain import Brain, thinking
from support.prefect_tier import Server
from support.world import World


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
    empty_world.start_worker()
    return empty_world
