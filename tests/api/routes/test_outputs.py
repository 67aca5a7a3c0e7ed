"""A node with two outputs of which one stays empty: through the API, an executor and back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queue.node_states import NodeChange
from flows.process.executor import open_executor
from schemas.settings import Settings
from schemas.wire.run import NodeStatus, RunError, RunStatus
from support.api.client import Api, Worker, read_events
from support.nodes.added_types import added_node_types

Rows = Callable[..., Any]


@pytest.fixture(autouse=True)
def branch_type() -> Iterator[None]:
    with added_node_types():
        yield


@pytest.fixture
async def executor(settings: Settings, branch_type: None) -> AsyncIterator[None]:
    """An executor in this process, which takes the runs as they come."""
    async with open_executor(settings) as executor:
        running = asyncio.create_task(executor.run(lambda: None))
        yield
        executor.stop()
        await running


def node(id: str, type: str = "text", **data: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "position": {"x": 0, "y": 0}, "data": {"label": id, **data}}


def edge(source: str, target: str, enters: str = "text", leaves: str | None = None) -> Any:
    ends = {"source": source, "target": target, "targetHandle": enters, "sourceHandle": leaves}
    return {"id": f"{source}-{leaves}-{target}-{enters}", **ends}


def document(said: str = "an urgent matter", *more: Any, leaves: str = "otherwise") -> Any:
    """Words go through a branch: `yes` and what follows it one way, `no` and so on the other."""
    names = ("yes", "after-yes", "no", "after-no")
    nodes = [node("words", text=said), node("branch", "branch", word="urgent")]
    return {
        "name": "Two ways",
        "nodes": [*nodes, *(node(name, text="") for name in names)],
        "edges": [
            edge("words", "branch"),
            edge("branch", "yes"),
            edge("yes", "after-yes"),
            edge("branch", "no", leaves=leaves),
            edge("no", "after-no"),
            *more,
        ],
    }


async def store(api: Api, graph: Any) -> str:
    answer = await api.post("/api/workflows", json=graph)
    assert answer.status_code == 201, answer.text
    return f"/api/workflows/{answer.json()['id']}"


async def run(api: Api, workflow: str, **body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Start a run and give it at its end, with its nodes by id."""
    answer = await api.post(f"{workflow}/runs", json=body)
    assert answer.status_code == 202, answer.text
    return await ended(api, answer.json()["id"])


async def ended(api: Api, run_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    async with asyncio.timeout(30):
        while True:
            read = (await api.get(f"/api/runs/{run_id}")).json()
            if read["status"] not in ("PENDING", "RUNNING"):
                return read, {each["nodeId"]: each for each in read["nodeExecutions"]}
            await asyncio.sleep(0.05)


def states(nodes: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {id: (each["status"], each["skipReason"]) for id, each in nodes.items()}


DONE, LEFT_OUT = ("COMPLETED", None), ("SKIPPED", "not_taken")
ONE_WAY = {
    **dict.fromkeys(("words", "branch", "yes", "after-yes"), DONE),
    **dict.fromkeys(("no", "after-no"), LEFT_OUT),
}
OTHER_WAY = {
    **dict.fromkeys(("words", "branch", "no", "after-no"), DONE),
    **dict.fromkeys(("yes", "after-yes"), LEFT_OUT),
}


@pytest.mark.usefixtures("executor")
async def test_one_way_is_taken_and_the_other_one_is_left_out(api: Api) -> None:
    read, nodes = await run(api, await store(api, document()))
    assert (read["status"], read["error"]) == ("COMPLETED", None)
    assert (read["counts"]["completed"], read["counts"]["skipped"]) == (4, 2)
    assert states(nodes) == ONE_WAY
    said = {"kind": "text", "text": "an urgent matter"}
    assert (nodes["branch"]["output"], nodes["branch"]["outputs"]) == (said, {"output": said})
    assert (nodes["yes"]["output"], nodes["yes"]["outputs"]) == (said, {})
    assert nodes["no"]["error"] is None

    events = list(read_events((await api.get(f"/api/runs/{read['id']}/events")).text))
    skipped = next(each for each in events if '"nodeId":"no"' in each["data"])
    assert '"status":"SKIPPED"' in skipped["data"]
    assert '"skipReason":"not_taken"' in skipped["data"]


@pytest.mark.usefixtures("executor")
async def test_a_node_may_complete_without_a_value_at_its_first_output(api: Api) -> None:
    workflow = await store(api, document("a calm one"))
    read, nodes = await run(api, workflow)
    said = {"kind": "text", "text": "a calm one"}
    assert read["status"] == "COMPLETED"
    assert states(nodes) == OTHER_WAY
    assert (nodes["branch"]["output"], nodes["branch"]["outputs"]) == (None, {"otherwise": said})

    plan = (await api.post(f"{workflow}/plan", json={})).json()["steps"]
    assert {each["nodeId"]: each["action"] for each in plan} == {
        "words": "reuse",
        "branch": "reuse",
        "yes": "skip",
        "after-yes": "skip",
        "no": "reuse",
        "after-no": "reuse",
    }
    _, again = await run(api, workflow)
    assert states(again) == states(nodes)
    assert (again["branch"]["reused"], again["branch"]["outputs"]) == (True, {"otherwise": said})


@pytest.mark.usefixtures("executor")
async def test_a_part_of_a_workflow_takes_the_outputs_of_an_earlier_run_by_handle(
    api: Api,
) -> None:
    workflow = await store(api, document("a calm one"))
    await run(api, workflow)
    scope = {"kind": "nodes", "nodeIds": ["yes", "no"]}
    read, nodes = await run(api, workflow, scope=scope, reuse="never")
    assert read["status"] == "COMPLETED"
    assert states(nodes) == {"yes": LEFT_OUT, "no": DONE}
    assert nodes["no"]["output"] == {"kind": "text", "text": "a calm one"}


@pytest.mark.usefixtures("executor")
async def test_what_was_not_taken_in_the_newest_run_enters_no_part_of_the_workflow(
    api: Api,
) -> None:
    """The words of two runs that went two ways never meet at the join behind them."""
    ways = [edge("yes", "join"), edge("no", "join")]
    graph = document("an urgent matter", *ways)
    graph["nodes"].append(node("join"))
    workflow = await store(api, graph)
    await run(api, workflow)
    graph["nodes"][0]["data"]["text"] = "a calm one"
    read = await api.get(workflow)
    saved = await api.put(workflow, json=graph, headers={"if-match": read.headers["etag"]})
    assert saved.status_code == 200, saved.text
    await run(api, workflow)

    for scope in ({"kind": "nodes", "nodeIds": ["join"]}, {"kind": "from", "nodeId": "join"}):
        read, nodes = await run(api, workflow, scope=scope, reuse="never")
        assert read["status"] == "COMPLETED"
        assert nodes["join"]["output"] == {"kind": "text", "text": "a calm one"}
    read, nodes = await run(api, workflow, scope={"kind": "nodes", "nodeIds": ["after-yes"]})
    assert (read["status"], states(nodes)) == ("COMPLETED", {"after-yes": LEFT_OUT})


@pytest.mark.usefixtures("executor")
async def test_a_node_may_give_nothing_at_its_only_output(api: Api) -> None:
    numbers = [node("none", "numbers"), node("next", "numbers")]
    graph = {"name": "Nothing", "nodes": numbers, "edges": [edge("none", "next", "others")]}
    read, nodes = await run(api, await store(api, graph))
    assert (read["status"], states(nodes)) == ("COMPLETED", {"none": DONE, "next": LEFT_OUT})
    assert (nodes["none"]["output"], nodes["none"]["outputs"]) == (None, {})


@pytest.mark.usefixtures("executor")
async def test_a_value_that_cannot_be_stored_fails_its_node_alone(api: Api) -> None:
    """Counted as PostgreSQL writes it: 5e300 has 301 digits there."""
    large = [node(f"large-{place}", "numbers", count=6_900, exponent=300) for place in range(3)]
    nodes = [
        *large,
        node("too-large", "numbers", count=7_000, exponent=300),
        node("all", "numbers", count=1),
    ]
    edges = [edge(each["id"], "all", "others") for each in large]
    workflow = await store(api, {"name": "Large", "nodes": nodes, "edges": edges})
    read, ended = await run(api, workflow)
    assert (read["status"], read["error"]["code"]) == ("FAILED", "nodes_failed")
    failed = {id for id, each in ended.items() if each["status"] != "COMPLETED"}
    assert failed == {"too-large", "all"}
    assert {ended[id]["error"]["code"] for id in failed} == {"value_too_large"}
    assert "the limit is 2,097,152" in ended["too-large"]["error"]["message"]
    assert "the limit is 4,194,304" in ended["all"]["error"]["message"]


@pytest.mark.usefixtures("branch_type")
async def test_what_failed_is_repeated_with_what_was_left_out_before_it(
    api: Api, worker: Callable[[str], Worker], settings: Settings
) -> None:
    ways = [edge(name, "writer", "userMessage") for name in ("yes", "no")]
    graph = document("a calm one", *ways)
    graph["nodes"].append(node("writer", "llm"))
    workflow = await store(api, graph)
    started = (await api.post(f"{workflow}/runs", json={})).json()
    first = worker(started["id"])
    await first.claim()
    said = {"kind": "text", "text": "a calm one"}
    names = ("words", "branch", "no", "after-no", "writer")
    await first.change(*(NodeChange(name, NodeStatus.RUNNING, 1) for name in names))
    await first.change(
        *(
            NodeChange(name, NodeStatus.COMPLETED, output=said)
            for name in ("words", "no", "after-no")
        ),
        NodeChange("branch", NodeStatus.COMPLETED, other_outputs={"otherwise": said}),
        NodeChange("yes", NodeStatus.SKIPPED, skip_reason="not_taken"),
        NodeChange("after-yes", NodeStatus.SKIPPED, skip_reason="not_taken"),
        NodeChange("writer", NodeStatus.FAILED, error=RunError(code="blocked", message="No.")),
    )
    await first.finish(RunStatus.FAILED, RunError(code="nodes_failed", message="writer"))
    async with open_executor(settings) as executor:
        running = asyncio.create_task(executor.run(lambda: None))
        _, nodes = await run(api, workflow, scope={"kind": "failed", "runId": started["id"]})
        executor.stop()
        await running
    assert states(nodes) == {"yes": LEFT_OUT, "writer": ("FAILED", None)}  # there is no key here
    assert nodes["writer"]["error"]["code"] == "not_configured"
    assert nodes["writer"]["input"]["userMessage"] == [said]


async def test_a_recovered_run_goes_on_with_the_outputs_it_has(
    api: Api, worker: Callable[[str], Worker], rows: Rows, settings: Settings
) -> None:
    started = (await api.post(f"{await store(api, document())}/runs", json={})).json()
    first = worker(started["id"])
    await first.claim()
    said = {"kind": "text", "text": "what the first executor said"}
    await first.change(
        NodeChange("words", NodeStatus.RUNNING, 1), NodeChange("branch", NodeStatus.RUNNING, 1)
    )
    await first.change(
        NodeChange("words", NodeStatus.COMPLETED, output=said),
        NodeChange("branch", NodeStatus.COMPLETED, other_outputs={"otherwise": said}),
    )
    await rows(_expire_lease, started["id"])
    async with open_executor(settings) as executor:
        running = asyncio.create_task(executor.run(lambda: None))
        read, nodes = await ended(api, started["id"])
        executor.stop()
        await running
    assert read["status"] == "COMPLETED"
    assert states(nodes) == OTHER_WAY
    assert nodes["after-no"]["output"] == said


def _expire_lease(session: Session, run_id: str) -> None:
    session.execute(
        text("update workflow_runs set lease_until = clock_timestamp() where id = :id"),
        {"id": run_id},
    )


async def test_the_catalogue_and_the_check_know_the_outputs(api: Api) -> None:
    page = (await api.get("/api/node-types")).json()
    branch = next(each for each in page["items"] if each["id"] == "branch")
    assert [(each["handle"], each["title"], each["kind"]) for each in branch["outputs"]] == [
        ("output", "Has the word", "text"),
        ("otherwise", "Has it not", "text"),
    ]
    assert branch["output"] == "text"
    assert {each["id"]: each["fits"] for each in page["kinds"]}["number"] == ["number", "text"]

    workflow = await store(api, document(leaves="maybe"))
    [problem] = (await api.post(f"{workflow}/check")).json()["problems"]
    assert (problem["code"], problem["nodeId"], problem["port"]) == (
        "unknown_handle",
        "branch",
        "maybe",
    )
    assert "Its outputs are “output” and “otherwise”" in problem["message"]
    assert (await api.post(f"{workflow}/runs", json={})).status_code == 422
