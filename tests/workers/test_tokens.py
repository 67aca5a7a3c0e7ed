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

from local.process import start, wait_until
from support.brain import Brain
from support.nodeloom import environment
from support.world import World, edge, eventually, graph, node

OWNER = "local"
SAID = "A fine cup for a fine tea 🍵 , hand-made."
SPEAK = f"wait 2 speak 0.25 {SAID}"  # time enough to begin to read
TEXT = "".join(f"{word} " for word in SAID.split())


@dataclass
class Told:
    """A server-sent event, and when it came."""

    kind: str
    number: str
    data: dict[str, Any]
    at: float


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """An API process beside the worker."""
    log = world.home / "logs" / "api.log"
    command = [str(Path(sys.executable).parent / "nodeloom"), "api", "--port", "0"]
    variables = environment(NODELOOM_HOME=str(world.home), DATABASE_URL=world.database_url)
    part = start("api", command, log=log, env=variables)
    assert wait_until(lambda: "api ready" in log.read_text(), part, 60), log.read_text()
    yield log.read_text().split("api ready ")[1].split()[0]
    part.stop()


def read(address: str, run_id: UUID, after: str = "", until: str = "") -> Iterator[Told]:
    """Read a run's events until it has ended, or one of this kind came."""
    headers = {"Last-Event-ID": after} if after else {}
    url = f"{address}/api/runs/{run_id}/events"
    with httpx.stream("GET", url, headers=headers, timeout=30) as answer:
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, text = line.partition(": ")
                fields[name] = text
            elif "data" in fields:
                number, data = fields.get("id", ""), json.loads(fields["data"])
                yield Told(fields["event"], number, data, time.monotonic())
                if fields["event"] == until:
                    return
                fields = {}


def joined(events: list[Told], node_id: str) -> str:
    """Put a node's pieces together, checking that none is missing."""
    text = ""
    for each in events:
        if each.kind == "token" and each.data["nodeId"] == node_id:
            assert each.data["offset"] == len(text)
            text += each.data["text"]
    return text


def test_text_arrives_while_the_model_speaks(world: World, address: str) -> None:
    run_id = world.start(graph([node("n", "llm", userMessage=SPEAK)]), OWNER)
    events = list(read(address, run_id))

    tokens = [each for each in events if each.kind == "token"]
    assert joined(events, "n") == TEXT
    assert world.look(run_id).nodes["n"].output == {"kind": "text", "text": TEXT}
    assert all(each.number == "" and each.data["attempt"] == 1 for each in tokens)
    assert len(tokens) >= 5
    assert events[-1].at - tokens[0].at > 1.0  # the first words came long before the end
    numbers = [int(each.number) for each in events if each.kind != "token"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert events[-1].data["status"] == "COMPLETED"


def test_another_attempt_begins_anew(world: World, address: str) -> None:
    settings = {"retryDelaySeconds": 0.3}
    message = "wait 2 break 1 say whole-this-time"
    run_id = world.start(graph([node("n", "llm", userMessage=message, settings=settings)]), OWNER)
    tokens = [each.data for each in read(address, run_id) if each.kind == "token"]
    pieces = [(each["attempt"], each["offset"], each["text"]) for each in tokens]
    assert pieces == [(1, 0, "half"), (2, 0, "whole-this-time")]


def test_a_resumed_stream_has_every_numbered_event_once(world: World, address: str) -> None:
    document = graph(
        [node("a", "llm", userMessage=SPEAK), node("b", "llm", userMessage=SPEAK)],
        [edge("a", "b", "systemPrompt")],
    )
    run_id = world.start(document, OWNER)
    numbers: list[str] = []
    for _ in range(4):  # goes away in the middle of the text, again and again
        last = numbers[-1] if numbers else ""
        numbers += [each.number for each in read(address, run_id, last, "token") if each.number]
    numbers += [each.number for each in read(address, run_id, numbers[-1]) if each.number]
    newest = world.look(run_id).run.seq
    assert [int(number) for number in numbers] == list(range(1, newest + 1))


def test_a_reader_that_never_reads_holds_nobody_up(world: World, address: str) -> None:
    run_id = world.start(graph([node("n", "llm", userMessage=SPEAK)]), OWNER)
    host, port = address.removeprefix("http://").split(":")
    asleep = [socket.create_connection((host, int(port))) for _ in range(20)]
    for each in asleep:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        each.sendall(f"GET /api/runs/{run_id}/events HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    events = list(read(address, run_id))
    for each in asleep:
        each.close()
    assert joined(events, "n") == TEXT


def test_who_comes_late_sees_where_the_text_is(world: World, address: str, brain: Brain) -> None:
    message = f"{SPEAK} late"
    run_id = world.start(graph([node("n", "llm", userMessage=message)]), OWNER)
    eventually(lambda: brain.count(message))
    time.sleep(3)
    tokens = [each.data for each in read(address, run_id) if each.kind == "token"]
    assert tokens[0]["offset"] > 0
    whole = f"{TEXT}late "
    assert "".join(each["text"] for each in tokens) == whole[tokens[0]["offset"] :]


def test_nobody_hears_another_owners_run(world: World, address: str) -> None:
    run_id = world.start(graph([node("n", "llm", userMessage=SPEAK)]), "ann")
    answer = httpx.get(f"{address}/api/runs/{run_id}/events")
    assert answer.status_code == 404
    world.end(run_id)
