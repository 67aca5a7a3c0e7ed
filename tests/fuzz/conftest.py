"""A real server on a free port, in a thread of its own, over a real database."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from api.app import create_app
from api.server import bind_socket, make_server, socket_url
from schemas.settings import Settings
from support.database.reset import empty_tables


@pytest.fixture(scope="module")
def address(migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that nobody else uses."""
    listener = bind_socket("127.0.0.1", 0)
    settings = _settings(migrated, tmp_path_factory.mktemp("home"))
    ready = threading.Event()
    server = make_server(create_app(settings), settings, ready.set)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        assert ready.wait(30)
        yield socket_url(listener)
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
        empty_tables(migrated)


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as client:
        yield client


def _settings(database_url: str, home: Path) -> Settings:
    return Settings().model_copy(
        update={
            "database_url": SecretStr(database_url),
            "home": home,
            "assets": None,
            "prefect_api_url": None,
            "auth": "local",
        }
    )
