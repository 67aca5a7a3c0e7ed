"""The API as a process of its own: it says when it is ready, and ends in order."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.server import bind_socket
from support.api.client import graph

PROGRAM = """
from api.server import serve
from schemas.settings import Settings
serve(Settings(), on_ready=lambda address: print(address, flush=True))
"""


@pytest.fixture
def process(database_url: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        "DATABASE_URL": database_url,
        "NODELOOM_HOME": str(tmp_path),
        "NODELOOM_PORT": "0",
        "NODELOOM_DRAIN_SECONDS": "0.5",
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    with subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        yield started
        if started.poll() is None:
            started.kill()


def test_answers_are_sent_at_once():
    """Without Nagle's algorithm, which asyncio turns off where a socket says that it is TCP."""
    with bind_socket("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_even_with_an_open_stream(
    process: "subprocess.Popen[str]", number: signal.Signals
):
    assert process.stdout
    address = process.stdout.readline().strip()
    with httpx.Client(base_url=address, timeout=20) as client:
        stored = client.post("/api/workflows", json=graph()).json()
        run = client.post(f"/api/workflows/{stored['id']}/runs").json()
        with client.stream("GET", f"/api/runs/{run['id']}/events") as answer:
            lines = answer.iter_lines()
            first = next(line for line in lines if line.startswith("data: "))
            assert json.loads(first.removeprefix("data: "))["status"] == "PENDING"
            process.send_signal(number)
            for _ in lines:
                """The stream ends by itself."""
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "Traceback" not in said


def test_it_refuses_to_listen_where_others_can_reach_it(tmp_path: Path):
    environment = {"NODELOOM_HOST": "0.0.0.0", "NODELOOM_HOME": str(tmp_path)}
    command = [sys.executable, "-c", PROGRAM]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    assert "can be reached from other machines" in ended.stderr
