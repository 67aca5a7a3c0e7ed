"""Two back ends that differ in nothing but the host of their runs."""

from collections.abc import Iterator

import pytest

from local.postgres.server import EmbeddedPostgres
from support.product.backend import Backend
from support.product.own_backend import backend_of
from support.product.prefect_server import PrefectServer


@pytest.fixture(scope="package")
def hosted(cluster: EmbeddedPostgres, prefect_server: PrefectServer) -> Iterator[Backend]:
    """All runs are executed inside of Prefect's tasks."""
    with backend_of(cluster, prefect_server, "tasks") as backend:
        yield backend


@pytest.fixture(scope="package")
def direct(cluster: EmbeddedPostgres, prefect_server: PrefectServer) -> Iterator[Backend]:
    """Prefect is told nothing."""
    with backend_of(cluster, prefect_server, "off") as backend:
        yield backend
