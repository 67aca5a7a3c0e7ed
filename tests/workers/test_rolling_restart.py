"""A new version goes out: each API and each worker is restarted in turn, under load."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest

from local.machine.ports import find_free_port
from local.machine.process import ChildProcess
from support.api.client import read_events
from support.product.backend import Backend, edge, eventually, graph, node

CLIENTS = 6
OPEN = ("PENDING", "RUNNING")
DRAIN = {"NODELOOM_DRAIN_SECONDS": "1", "NODELOOM_CONCURRENT_RUNS": "5"}


def document(number: int) -> Any:
    message = f"wait 1.5 say rolling {number}"
    return graph(
        [node("a", "llm", userMessage=message), node("b", "llm", userMessage="say b")],
        [edge("a", "b", "systemPrompt")],
    )


@dataclass
class Balancer:
    """Sends each request to an API that is ready; to the next one where nobody listens."""

    ports: list[int]
    ready: set[int] = field(default_factory=set[int])
    over: threading.Event = field(default_factory=threading.Event)

    def check_health(self) -> None:
        with httpx.Client(timeout=5) as http:
            while not self.over.wait(0.1):
                for port in self.ports:
                    try:
                        ok = http.get(f"http://127.0.0.1:{port}/health/ready").is_success
                    except httpx.TransportError:
                        ok = False
                    (self.ready.add if ok else self.ready.discard)(port)

    def send(self, http: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
        for _ in range(50):
            for port in random.sample(sorted(self.ready), len(self.ready)):
                try:
                    return http.request(method, f"http://127.0.0.1:{port}{path}", **more)
                except httpx.ConnectError:
                    continue
            time.sleep(0.1)
        raise AssertionError("no API is ready")


@dataclass
class Load:
    """Clients that start runs, read them, and follow their events."""

    balancer: Balancer
    answers: Counter[int] = field(default_factory=Counter[int])
    wrong: list[str] = field(default_factory=list[str])
    runs: list[UUID] = field(default_factory=list[UUID])
    hints: int = 0
    """Streams that ended early, with a hint when to come back."""

    def work(self, number: int) -> None:
        try:
            with httpx.Client(timeout=30) as http:
                while not self.balancer.over.is_set():
                    self._run_once(http, number)
        except Exception as error:  # noqa: BLE001 - told by the test
            self.wrong.append(repr(error))

    def _run_once(self, http: httpx.Client, number: int) -> None:
        stored = self._request(http, "POST", "/api/workflows", json=document(number))
        run = self._request(http, "POST", f"/api/workflows/{stored['id']}/runs")
        self.runs.append(UUID(run["id"]))
        self._request(http, "GET", f"/api/runs/{run['id']}")
        seen = 0
        while (seen := self._follow(http, run["id"], seen)) >= 0:
            pass

    def _request(self, http: httpx.Client, method: str, path: str, **more: Any) -> Any:
        while True:
            answer = self.balancer.send(http, method, path, **more)
            self.answers[answer.status_code] += 1
            if answer.status_code == 503 and "retry-after" in answer.headers:
                time.sleep(0.1)
                continue
            if answer.is_error:
                self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")
            return answer.json()

    def _follow(self, http: httpx.Client, run_id: str, seen: int) -> int:
        """Read events; -1 when the run has ended, else the number of the last one."""
        headers = {"Last-Event-ID": str(seen)}
        answer = self.balancer.send(http, "GET", f"/api/runs/{run_id}/events", headers=headers)
        self.answers[answer.status_code] += 1
        events = list(read_events(answer.text))
        numbers = [int(each["id"]) for each in events if "id" in each]
        if numbers and numbers != list(range(seen + 1, numbers[-1] + 1)):
            self.wrong.append(f"{run_id}: after {seen} came {numbers}")
        if answer.status_code == 204 or (events and has_ended(events[-1])):
            return -1
        if not answer.text.rstrip().rpartition("\n")[2].startswith("retry: "):
            self.wrong.append(f"{run_id}: a stream ended without a hint: {answer.text[-200:]}")
        self.hints += 1
        return numbers[-1] if numbers else seen


def has_ended(event: dict[str, str]) -> bool:
    """Whether this is the last event of a run."""
    return event["event"] == "run" and json.loads(event["data"])["status"] not in OPEN


@pytest.fixture
def apis(backend_without_worker: Backend) -> Iterator[dict[int, ChildProcess]]:
    """Two APIs, by their ports."""
    ports = [find_free_port() for _ in range(2)]
    found = {port: start_api(backend_without_worker, port) for port in ports}
    yield found
    for part in found.values():
        part.stop()


def start_api(backend: Backend, port: int) -> ChildProcess:
    return backend.start_api(NODELOOM_PORT=str(port), **DRAIN)


def assert_clean_exit(part: ChildProcess) -> None:
    """Wait until it has ended by itself, after SIGTERM, as an init system does."""
    assert part.process.wait(30) == 0, part.output()[-2000:]
    part.stop()


def test_no_run_fails_and_nobody_is_turned_away(
    backend_without_worker: Backend, apis: dict[int, ChildProcess]
) -> None:
    workers = [backend_without_worker.start_worker(**DRAIN) for _ in range(2)]
    balancer = Balancer(list(apis))
    load = Load(balancer)
    threads = [threading.Thread(target=balancer.check_health)]
    threads += [threading.Thread(target=load.work, args=[each]) for each in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        for (port, part), worker in zip(list(apis.items()), workers, strict=True):
            for each in (part, worker):
                each.request_stop()
            for each in (part, worker):
                assert_clean_exit(each)
            apis[port] = start_api(backend_without_worker, port)
            backend_without_worker.start_worker(**DRAIN)
            eventually(lambda port=port: port in balancer.ready)
    finally:
        balancer.over.set()
        for thread in threads:
            thread.join(60)

    ended = [backend_without_worker.end(run_id, 30).run for run_id in load.runs]
    assert not load.wrong
    assert len(ended) >= 2 * CLIENTS
    assert {run.status for run in ended} == {"COMPLETED"}
    assert {run.recoveries for run in ended} == {0}
    assert len({run.executor_id for run in ended}) >= 2
    assert load.hints > 0
    assert set(load.answers) <= {200, 201, 202, 204, 503}
