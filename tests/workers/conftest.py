"""Real workers and a scripted provider, without Prefect: what is tested here needs none."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.postgres.engine import make_sync_engine
from db.postgres.migrate import migrate
from local.machine.home import prepare_home
from local.postgres.server import EmbeddedPostgres
from support.product.backend import Backend
from support.servers.scripted_model import ScriptedModel, running_scripted_model


@pytest.fixture(scope="module")
def scripted_model() -> Iterator[ScriptedModel]:
    with running_scripted_model() as scripted_model:
        yield scripted_model


@pytest.fixture(scope="module")
def backend_without_worker(
    cluster: EmbeddedPostgres, scripted_model: ScriptedModel
) -> Iterator[Backend]:
    """Everything but a worker, and no Prefect."""
    url = cluster.url("workers_tests")
    migrate(url)
    engine = make_sync_engine(url)
    with tempfile.TemporaryDirectory(prefix="nodeloom-workers-") as folder:
        backend = Backend(prepare_home(Path(folder) / "home"), engine, url, "", scripted_model)
        yield backend
        backend.close()
    engine.dispose()


@pytest.fixture(scope="module")
def backend(backend_without_worker: Backend) -> Backend:
    """Everything, with one worker that goes on through all tests."""
    backend_without_worker.start_worker()
    return backend_without_worker
