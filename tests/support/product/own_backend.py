"""A back end of its own on a Prefect server that others use, too."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from db.postgres.engine import make_sync_engine
from db.postgres.migrate import migrate
from local.machine.home import prepare_home
from local.postgres.server import EmbeddedPostgres
from support.product.backend import Backend
from support.product.prefect_server import PrefectServer
from support.servers.scripted_model import running_scripted_model


@contextmanager
def backend_of(
    cluster: EmbeddedPostgres, server: PrefectServer, mode: str, name: str = "backend"
) -> Generator[Backend]:
    """A back end with a database, a model and a worker of its own, on the same Prefect server."""
    with (
        tempfile.TemporaryDirectory(prefix="nodeloom-host-") as folder,
        running_scripted_model() as model,
    ):
        home = prepare_home(Path(folder) / "home")
        shutil.copy(server.home / "prefect.password", home)
        url = cluster.url(f"{name}_{mode}")
        migrate(url)
        engine = make_sync_engine(url)
        backend = Backend(home, engine, url, server.api_url, model)
        try:
            backend.start_worker(NODELOOM_PREFECT=mode)
            yield backend
        finally:
            backend.close()
            engine.dispose()
