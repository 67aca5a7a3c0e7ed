"""A program calls a function and waits for its results, while workers and APIs are killed."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from local.machine.process import ChildProcess
from support.product.backend import Backend, edge, eventually, graph, node

MESSAGE = "wait 2 say answer"
FUNCTION = "/api/functions/asked"
WAIT = {"Prefer": "wait=100"}


@pytest.fixture
def api(backend_without_worker: Backend) -> Iterator[ChildProcess]:
    part = backend_without_worker.start_api()
    try:
        yield part
    finally:
        part.stop()


def call(backend: Backend, key: str, question: str) -> httpx.Response:
    body, headers = {"question": question}, WAIT | {"Idempotency-Key": key}
    with httpx.Client(base_url=backend.api_url, timeout=120, trust_env=False) as http:
        return http.post(FUNCTION, json=body, headers=headers)


def publish(backend: Backend) -> None:
    declared = {
        "inputs": [{"name": "question", "nodeId": "q", "param": "text", "required": True}],
        "outputs": [{"name": "answer", "nodeId": "a"}],
    }
    nodes = [node("q", "text", text="say nothing"), node("a", "llm")]
    document: Any = graph(nodes, [edge("q", "a", "userMessage")]) | declared
    with httpx.Client(base_url=backend.api_url, timeout=30, trust_env=False) as http:
        stored = http.post("/api/workflows", json=document)
        assert stored.status_code == 201, stored.text
        url = f"/api/workflows/{stored.json()['id']}/publish"
        answer = http.post(url, json={"name": "asked"})
        assert answer.status_code == 200, answer.text


def test_callers_have_their_results_though_worker_and_api_are_killed(
    backend_without_worker: Backend, api: ChildProcess
) -> None:
    backend = backend_without_worker
    publish(backend)
    worker = backend.start_worker()
    plain = call(backend, "plain", "say hello")
    assert plain.status_code == 200, plain.text
    assert plain.json()["outputs"] == {"answer": {"kind": "text", "text": "hello"}}

    answers: list[httpx.Response] = []
    caller = threading.Thread(target=lambda: answers.append(call(backend, "killed", MESSAGE)))
    caller.start()
    eventually(lambda: backend.scripted_model.count(MESSAGE))  # it is under way
    worker.process.kill()
    backend.start_worker()
    caller.join(120)
    (first,) = answers
    assert (first.status_code, first.json()["status"]) == (200, "COMPLETED"), first.text
    assert first.json()["outputs"] == {"answer": {"kind": "text", "text": "answer"}}
    assert backend.read_run(UUID(first.json()["runId"])).run.recoveries == 1

    api.process.kill()
    other = backend.start_api()
    try:
        again = call(backend, "killed", MESSAGE)
        assert (again.status_code, again.json()) == (200, first.json())
    finally:
        other.stop()
