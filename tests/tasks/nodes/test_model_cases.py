"""Answers of the kinds that people reported to projects like this one, with what must come of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from schemas.settings import ProviderAccess
from support.nodes.model_cases import ProviderCall, differences, read_cases, speak
from support.nodes.node_runner import NodeRunner
from support.servers.gemini_server import GeminiServer
from tasks.providers.gemini import ERRORS
from tasks.providers.gemini.client import Gemini

CASES = read_cases()


@pytest.fixture
async def server() -> AsyncIterator[GeminiServer]:
    async with GeminiServer() as server:
        yield server


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_an_answer_comes_out_as_it_was_meant(
    case: dict[str, Any], node_runner: NodeRunner, server: GeminiServer
) -> None:
    access = ProviderAccess(api_key=SecretStr("case-key"), base_url=server.url)
    gemini = Gemini(access, ERRORS)
    node_runner.model_call = ProviderCall(gemini)
    speak(case, server)
    try:
        assert await differences(case, node_runner, server) == []
    finally:
        await gemini.close()
