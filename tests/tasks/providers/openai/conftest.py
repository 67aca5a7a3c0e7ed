"""The real SDK against a provider on loopback."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pydantic import SecretStr

from schemas.errors import NodeError
from schemas.settings import ProviderAccess
from support.servers.openai_server import OpenaiServer
from tasks.providers.base import TextRequest, TextResponse
from tasks.providers.openai.client import OpenaiClient
from tasks.providers.openai.errors import ERRORS
from tasks.providers.text import generate_text

KEY = "sk-not-a-real-key"
Ask = Callable[..., Awaitable[TextResponse]]


@pytest.fixture
async def server() -> AsyncIterator[OpenaiServer]:
    async with OpenaiServer() as server:
        yield server


@pytest.fixture
async def client(server: OpenaiServer) -> AsyncIterator[OpenaiClient]:
    client = OpenaiClient(ProviderAccess(api_key=SecretStr(KEY), base_url=server.url), ERRORS)
    yield client
    await client.close()


@pytest.fixture
def fail(ask: Ask) -> Callable[..., Awaitable[NodeError]]:
    """Ask in vain."""

    async def fail(*client: OpenaiClient, **request: object) -> NodeError:
        with pytest.raises(NodeError) as caught:
            await ask(*client, **request)
        return caught.value

    return fail


@pytest.fixture
def ask(client: OpenaiClient) -> Ask:
    """Ask for a text, with what else a request has."""

    async def ask(by: OpenaiClient = client, **request: object) -> TextResponse:
        asked = {"model": "gpt-x", "user_message": "Say tea.", **request}
        return await generate_text(
            by,
            TextRequest(**asked),  # pyright: ignore[reportArgumentType]
            idempotency_key="key-7",
            emit=lambda _: None,
            record_usage=lambda _: None,
        )

    return ask
