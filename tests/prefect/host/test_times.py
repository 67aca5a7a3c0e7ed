"""What Prefect shows of a run has the times of our rows: through its own host, and through the recorder."""

import os
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from db.tables import NodeExecution
from flows.prefect.names import recorded_flow_run_id
from local.postgres.server import EmbeddedPostgres
from support.product.backend import Backend, edge, eventually, graph, node
from support.product.own_backend import backend_of
from support.product.prefect_server import PrefectServer

PHOTO = Path(__file__).parents[3] / "examples" / "media" / "coffee.jpg"
NODES = int(os.environ.get("NODELOOM_TIMED_NODES", "60"))
"""Of each run; with 200 the test takes half a minute, and more where others use the processors."""
TOLERANCE_SECONDS = 0.05
HOST_SECONDS = 2.0
"""So much later a flow run may begin than its run, where it is made first, and its first task begins at once."""
END = (99, 1)
"""Kind of a log line: whatever says that a node has ended."""


@pytest.fixture(scope="module", params=["tasks", "record"])
def shown(
    request: pytest.FixtureRequest, cluster: EmbeddedPostgres, prefect_server: PrefectServer
) -> Iterator[Backend]:
    """A back end whose runs Prefect executes, or is told of."""
    with backend_of(cluster, prefect_server, request.param, "times") as backend:
        backend.start_recorder()
        first = backend.run(graph([node("a", "text", text="whatever is loaded late is there now")]))
        flow_run_of(backend, first.run.id)
        yield backend


def mixed(backend: Backend, count: int) -> Any:
    """Texts, pictures, and models that take up to 1.2 s, fail at first or for good; some in chains."""
    source = {"kind": "asset", "assetId": str(backend.upload(PHOTO.read_bytes()))}
    nodes, edges = [node("photo", "image", source=source)], list[Any]()
    asked = list[str]()
    for place in range(count - 1):
        id = f"n{place}"
        match place % 8:
            case 0:
                nodes.append(node(id, "text", text=f"text {place}"))
            case 1:
                nodes.append(node(id, "crop", heightPercent=20 + place / 10))
                edges.append(edge("photo", id, "image"))
            case 2:
                nodes.append(node(id, "resize", width=40 + place, height=30))
                edges.append(edge(f"n{place - 1}", id, "image"))
            case 3:
                settings = {"retries": 2, "retryDelaySeconds": 0.3}
                message = f"fail {1 + place // 8 % 2} say late {place}"
                nodes.append(node(id, "llm", userMessage=message, settings=settings))
            case 4:
                message = f"refuse {place}" if place % 3 == 0 else f"say at once {place}"
                nodes.append(node(id, "llm", userMessage=message))
            case _:
                message = f"wait {place % 7 * 0.2:.1f} say {place}"
                nodes.append(node(id, "llm", userMessage=message))
                if asked and len(asked) % 10:
                    edges.append(edge(asked[-1], id, "systemPrompt"))
                asked.append(id)
    return graph(nodes, edges)


def flow_run_of(backend: Backend, run_id: UUID) -> Any:
    """The flow run of a run, once it has ended."""
    id = eventually(lambda: backend.read_run(run_id).run.prefect_flow_run_id)

    def poll() -> Any:
        found = backend.prefect(f"/flow_runs/{id}")
        return found if found["end_time"] else None

    return eventually(poll)


def task_runs(backend: Backend, flow_run_id: str, count: int) -> dict[str, Any]:
    """All task runs by their names, once they have ended."""

    def poll() -> Any:
        found = list[Any]()
        for offset in range(0, count, 200):
            body = {"flow_runs": {"id": {"any_": [flow_run_id]}}, "limit": 200, "offset": offset}
            found += backend.prefect("/task_runs/filter", sort="ID_DESC", **body)
        ended = {each["name"].split(" · ")[0]: each for each in found if each["end_time"]}
        return ended if len(ended) >= count else None

    return eventually(poll)


def lines_by_task(backend: Backend, flow_run_id: str, count: int) -> dict[str, list[Any]]:
    """Log lines of each task run in the order of their times, once there is an end of each."""

    def poll() -> Any:
        found = dict[str, list[Any]]()
        offset = 0
        while True:
            page = backend.prefect(
                "/logs/filter",
                logs={"flow_run_id": {"any_": [flow_run_id]}},
                sort="TIMESTAMP_ASC",
                limit=200,
                offset=offset,
            )
            for each in page:
                found.setdefault(each["task_run_id"] or "", []).append(each)
            offset += len(page)
            if len(page) < 200:
                break
        ended = [each for each in found.values() if kind_of_line(each[-1]["message"]) == END]
        return found if len(ended) >= count else None

    return eventually(poll)


def apart(told: str, moment: datetime | None) -> float:
    assert moment is not None
    return abs((datetime.fromisoformat(told) - moment).total_seconds())


def kind_of_line(message: str) -> tuple[int, int] | None:
    """The place of a line of ours: its attempt, and the beginning or the end of that."""
    words = message.split()
    if words[0] == "Attempt":
        return int(words[1]), int("failed" in words[2])
    return END if message.startswith(("Done after", "Failed: ", "Finished in")) else None


def assert_shown(row: NodeExecution, task: Any, states: list[Any], lines: list[Any]) -> None:
    assert task["state_name"].upper() == row.status
    assert apart(task["start_time"], row.started_at) < TOLERANCE_SECONDS
    assert apart(task["end_time"], row.finished_at) < TOLERANCE_SECONDS
    assert row.started_at is not None
    assert row.finished_at is not None
    if row.attempt == 1:  # else Prefect leaves the waits between attempts out
        lasted = (row.finished_at - row.started_at).total_seconds()
        assert abs(task["total_run_time"] - lasted) < TOLERANCE_SECONDS
    names = [each["name"] for each in states if each["name"] != "AwaitingConcurrencySlot"]
    waits = ["AwaitingRetry", "Retrying"] * (row.attempt - 1)
    assert names == ["Running", *waits, row.status.title()]
    assert task["run_count"] == row.attempt
    at = [datetime.fromisoformat(each["timestamp"]) for each in states]
    assert all(before < after for before, after in pairwise(at))
    kinds = [kind for each in lines if (kind := kind_of_line(each["message"]))]
    assert kinds == sorted(kinds), [(each["timestamp"], each["message"]) for each in lines]
    assert {number for number, _ in kinds} >= set(range(1, row.attempt + 1))


def test_prefect_has_the_times_of_our_rows_and_the_edges_of_the_graph(shown: Backend) -> None:
    document = mixed(shown, NODES)
    ended = shown.end(shown.start(document), 240)
    began = {row.node_id: row for row in ended.nodes.values() if row.started_at is not None}
    assert len(began) > NODES * 3 / 4
    assert {row.attempt for row in began.values()} >= {1, 2, 3}

    flow_run = flow_run_of(shown, ended.run.id)
    assert flow_run["state_name"].upper() == ended.run.status == "FAILED"
    recorded = flow_run["id"] == str(recorded_flow_run_id(ended.run.id))
    tolerance = TOLERANCE_SECONDS if recorded else HOST_SECONDS
    assert apart(flow_run["start_time"], ended.run.started_at) < tolerance
    assert apart(flow_run["end_time"], ended.run.finished_at) < tolerance
    tasks = task_runs(shown, flow_run["id"], len(began))
    assert len(tasks) == len(began)
    lines = lines_by_task(shown, flow_run["id"], len(began))
    for row in began.values():
        task = tasks[row.label]
        states = shown.prefect(f"/task_run_states/?task_run_id={task['id']}")
        assert_shown(row, task, states, lines[task["id"]])

    graph_of_flow_run = shown.prefect(f"/flow_runs/{flow_run['id']}/graph-v2")
    labels = {id: each["label"].split(" · ")[0] for id, each in graph_of_flow_run["nodes"]}
    edges = {
        (labels[parent["id"]], labels[id])
        for id, each in graph_of_flow_run["nodes"]
        for parent in each["parents"]
    }
    assert edges == {
        (each["source"].title(), each["target"].title())
        for each in document["edges"]
        if each["target"] in began
    }
