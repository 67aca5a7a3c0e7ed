"""A real worker asks a service that speaks OpenAI's chat API, as a node of a run."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chaos.stack.in_thread import run_in_thread
from support.product.backend import Backend, edge, graph, node
from support.servers.openai_server import OpenaiServer, error_response, text_stream
from support.servers.web_server import HttpRequest

PHOTO = Path(__file__).parents[2] / "examples" / "media" / "coffee.jpg"
SCHEMA = {
    "type": "object",
    "properties": {"slogan": {"type": "string"}},
    "required": ["slogan"],
}


@dataclass
class Service:
    """Does what the user message says; remembers when it was asked what."""

    calls: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    async def respond(self, asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        content = json.loads(asked.body)["messages"][-1]["content"]
        said = content if isinstance(content, str) else content[-1]["text"]
        self.calls.append((said, time.monotonic()))
        is_first = sum(1 for each, _ in self.calls if each == said) == 1
        respond = text_stream("A fine ", "teapot.")
        if said == "slow down" and is_first:
            respond = error_response(429, "Slow.", {"retry-after": "2"})
        elif said == "be blocked":
            respond = text_stream("Well", finish="content_filter")
        elif said == "spend all":
            respond = error_response(429, "Check your plan.", code="insufficient_quota")
        elif said == "as json":
            respond = text_stream('```json\n{"slogan": ', '"Tea."}\n```')
        await respond(asked, writer)


@pytest.fixture(scope="module")
def service() -> Service:
    return Service()


@pytest.fixture(scope="module")
def server(service: Service) -> Iterator[OpenaiServer]:
    with run_in_thread(OpenaiServer(respond=service.respond)) as server:
        yield server


@pytest.fixture(scope="module")
def backend(backend_without_worker: Backend, server: OpenaiServer) -> Iterator[Backend]:
    """One worker that knows the service by its address alone, as it would know Ollama."""
    worker = backend_without_worker.start_worker(OPENAI_BASE_URL=server.url)
    yield backend_without_worker
    worker.stop()


def ask(name: str, message: str, **data: object) -> dict[str, object]:
    return node(name, "llm", model="openai/tiny:1b", userMessage=message, **data)


def test_without_key_and_address_the_node_says_what_to_set(backend_without_worker: Backend) -> None:
    worker = backend_without_worker.start_worker(OPENAI_API_KEY="", OPENAI_BASE_URL="")
    ended = backend_without_worker.run(graph([ask("n", "say tea")]))
    worker.stop()
    error = ended.nodes["n"].error or {}
    assert (error["code"], ended.nodes["n"].attempt) == ("not_configured", 1)
    assert "OPENAI_API_KEY" in error["message"]
    assert "OPENAI_BASE_URL" in error["message"]


def test_a_run_asks_the_service_and_shows_what_it_answers(
    backend: Backend, server: OpenaiServer
) -> None:
    photo = backend.upload(PHOTO.read_bytes())
    source = {"kind": "asset", "assetId": str(photo)}
    ended = backend.run(
        graph(
            [
                node("photo", "image", source=source),
                ask("sees", "look at it"),
                ask("json", "as json", responseSchema=SCHEMA, maxOutputTokens=50),
            ],
            [edge("photo", "sees", "images")],
        )
    )
    assert ended.run.status == "COMPLETED", ended.run.error
    sees, fits = ended.nodes["sees"], ended.nodes["json"]
    assert (sees.output, fits.output) == (
        {"kind": "text", "text": "A fine teapot."},
        {"kind": "text", "text": '{"slogan": "Tea."}'},
    )
    assert sees.usage is not None
    assert (sees.usage["model"], sees.usage["totalTokens"]) == ("gpt-real-name", 16)
    by_message = {str(each["messages"][-1]["content"])[:7]: each for each in server.requests}
    assert by_message["as json"]["max_tokens"] == 50
    assert by_message["as json"]["response_format"]["type"] == "json_schema"
    (looks,) = [
        each for each in server.requests if isinstance(each["messages"][-1]["content"], list)
    ]
    assert looks["messages"][-1]["content"][0]["image_url"]["url"].startswith("data:image/jpeg")


def test_a_service_that_asks_to_wait_is_asked_again_when_it_says(
    backend: Backend, service: Service
) -> None:
    ended = backend.run(graph([ask("n", "slow down")]))
    assert (ended.run.status, ended.nodes["n"].attempt) == ("COMPLETED", 2)
    first, second = [at for said, at in service.calls if said == "slow down"]
    assert second - first >= 2


def test_what_cannot_be_helped_fails_the_node_at_once_and_says_why(
    backend: Backend, service: Service
) -> None:
    ended = backend.run(graph([ask("blocked", "be blocked"), ask("poor", "spend all")]))
    assert ended.run.status == "FAILED"
    codes = {name: (each.error or {})["code"] for name, each in ended.nodes.items()}
    assert codes == {"blocked": "blocked", "poor": "quota_exhausted"}
    assert [said for said, _ in service.calls].count("spend all") == 1  # though it has retries
