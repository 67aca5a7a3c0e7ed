"""Live text from a real worker to readers of a real API process."""

import json
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from local.machine.process import start_process, wait_until
from support.product.backend import Backend, edge, eventually, graph, node
from support.product.nodeloom import environment
from support.servers.scripted_model import ScriptedModel

OWNER = "local"
WORDS = "A fine cup for a fine tea 🍵 , hand-made."
STREAMED_PROMPT = f"wait 2 speak 0.25 {WORDS}"  # time enough to begin to read
TEXT = "".join(f"{word} " for word in WORDS.split())


@dataclass
class ServerSentEvent:
    """A server-sent event, and when it came."""

    kind: str
    number: str
    data: dict[str, Any]
    at: float


@pytest.fixture(scope="module")
def api_url(backend: Backend) -> Iterator[str]:
    """An API process beside the worker."""
    log = backend.home / "logs" / "api.log"
    command = [str(Path(sys.executable).parent / "nodeloom"), "api", "--port", "0"]
    variables = environment(NODELOOM_HOME=str(backend.home), DATABASE_URL=backend.database_url)
    part = start_process("api", command, log=log, env=variables)
    assert wait_until(lambda: "api ready" in log.read_text(), part, 60), log.read_text()
    yield log.read_text().split("api ready ")[1].split()[0]
    part.stop()


def read(api_url: str, run_id: UUID, after: str = "", until: str = "") -> Iterator[ServerSentEvent]:
    """Read a run's events until it has ended, or one of this kind came."""
    headers = {"Last-Event-ID": after} if after else {}
    url = f"{api_url}/api/runs/{run_id}/events"
    with httpx.stream("GET", url, headers=headers, timeout=30) as answer:
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, text = line.partition(": ")
                fields[name] = text
            elif "data" in fields:
                number, data = fields.get("id", ""), json.loads(fields["data"])
                yield ServerSentEvent(fields["event"], number, data, time.monotonic())
                if fields["event"] == until:
                    return
                fields = {}


def join_tokens(events: list[ServerSentEvent], node_id: str) -> str:
    """Put a node's pieces together, checking that none is missing."""
    text = ""
    for each in events:
        if each.kind == "token" and each.data["nodeId"] == node_id:
            assert each.data["offset"] == len(text)
            text += each.data["text"]
    return text


def test_text_arrives_while_the_model_speaks(backend: Backend, api_url: str) -> None:
    run_id = backend.start(graph([node("n", "llm", userMessage=STREAMED_PROMPT)]), OWNER)
    events = list(read(api_url, run_id))

    tokens = [each for each in events if each.kind == "token"]
    assert join_tokens(events, "n") == TEXT
    assert backend.read_run(run_id).nodes["n"].output == {"kind": "text", "text": TEXT}
    assert all(each.number == "" and each.data["attempt"] == 1 for each in tokens)
    assert len(tokens) >= 5
    assert events[-1].at - tokens[0].at > 1.0  # the first words came long before the end
    numbers = [int(each.number) for each in events if each.kind != "token"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert events[-1].data["status"] == "COMPLETED"


def test_another_attempt_begins_anew(backend: Backend, api_url: str) -> None:
    settings = {"retryDelaySeconds": 0.3}
    message = "wait 2 break 1 say whole-this-time"
    run_id = backend.start(graph([node("n", "llm", userMessage=message, settings=settings)]), OWNER)
    tokens = [each.data for each in read(api_url, run_id) if each.kind == "token"]
    pieces = [(each["attempt"], each["offset"], each["text"]) for each in tokens]
    assert pieces == [(1, 0, "half"), (2, 0, "whole-this-time")]


def test_a_resumed_stream_has_every_numbered_event_once(backend: Backend, api_url: str) -> None:
    document = graph(
        [
            node("a", "llm", userMessage=STREAMED_PROMPT),
            node("b", "llm", userMessage=STREAMED_PROMPT),
        ],
        [edge("a", "b", "systemPrompt")],
    )
    run_id = backend.start(document, OWNER)
    numbers: list[str] = []
    for _ in range(4):  # goes away in the middle of the text, again and again
        last = numbers[-1] if numbers else ""
        numbers += [each.number for each in read(api_url, run_id, last, "token") if each.number]
    numbers += [each.number for each in read(api_url, run_id, numbers[-1]) if each.number]
    newest = backend.read_run(run_id).run.seq
    assert [int(number) for number in numbers] == list(range(1, newest + 1))


def test_a_reader_that_never_reads_holds_nobody_up(backend: Backend, api_url: str) -> None:
    run_id = backend.start(graph([node("n", "llm", userMessage=STREAMED_PROMPT)]), OWNER)
    host, port = api_url.removeprefix("http://").split(":")
    asleep = [socket.create_connection((host, int(port))) for _ in range(20)]
    for each in asleep:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        each.sendall(f"GET /api/runs/{run_id}/events HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    events = list(read(api_url, run_id))
    for each in asleep:
        each.close()
    assert join_tokens(events, "n") == TEXT


def test_who_comes_late_gets_the_text_from_its_beginning(
    backend: Backend, api_url: str, scripted_model: ScriptedModel
) -> None:
    message = f"{STREAMED_PROMPT} late"
    run_id = backend.start(graph([node("n", "llm", userMessage=message)]), OWNER)
    eventually(lambda: scripted_model.count(message))
    time.sleep(3)
    first = next(each for each in read(api_url, run_id) if each.kind == "token")
    assert first.data["offset"] == 0
    assert first.data["text"].count(" ") >= 2  # all that was said until then, at once
    events = list(read(api_url, run_id, until=""))
    assert join_tokens(events, "n") == f"{TEXT}late "


def test_events_of_another_owners_run_are_not_found(backend: Backend, api_url: str) -> None:
    run_id = backend.start(graph([node("n", "llm", userMessage=STREAMED_PROMPT)]), "ann")
    answer = httpx.get(f"{api_url}/api/runs/{run_id}/events")
    assert answer.status_code == 404
    backend.end(run_id)
