"""Places that files are fetched from."""

from collections.abc import AsyncIterator

import pytest

from support.servers.internet import Internet
from support.servers.web_server import WebServer, answer


@pytest.fixture
async def internet() -> AsyncIterator[Internet]:
    async with WebServer(answer(200, b"a picture")) as server:
        yield Internet(server)
