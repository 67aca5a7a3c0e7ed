"""Real workers and a scripted provider, without Prefect: what is tested here needs none."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.postgres.engine import make_sync_engine
from db.postgres.migrate import migrate
from local.home import prepare_home
from local.postgres.server import EmbeddedPostgres
from support.brain import Brain, thinking
from support.world import World


@pytest.fixture(scope="session")
def brain() -> Iterator[Brain]:
    with thinking() as brain:
        yield brain


@pytest.fixture(scope="module")
def empty_world(cluster: EmbeddedPostgres, brain: Brain) -> Iterator[World]:
    """Everything but a worker, and no Prefect."""
    url = cluster.url("workers_tests")
    migrate(url)
    engine = make_sync_engine(url)
    with tempfile.TemporaryDirectory(prefix="nodeloom-workers-") as folder:
        world = World(prepare_home(Path(folder) / "home"), engine, url, "", brain)
        yield world
        world.close()
    engine.dispose()


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    """Everything, with one worker that goes on through all tests."""
    empty_world.start_worker()
    return empty_world
