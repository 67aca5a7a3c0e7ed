"""A check compares results of runs with the stored graph."""

import uuid
from collections.abc import Callable
from typing import Any

from schemas.wire.run import RunStatus
from support.api.client import Api, Worker, graph, text_node
from support.database.rows import completed, running

Work = Callable[[str], Worker]


def chain(text: str) -> dict[str, Any]:
    first = text_node("a")
    first["data"]["text"] = text
    edge = {"id": "ab", "source": "a", "target": "b", "targetHandle": "text"}
    return graph(first, text_node("b"), edges=[edge])


async def finished(api: Api, worker: Work, url: str) -> str:
    run = (await api.post(f"{url}/runs")).json()
    executor = worker(run["id"])
    await executor.claim()
    for id in ("a", "b"):
        await executor.change(running(id), completed(id, {"kind": "text", "text": "tea"}))
    await executor.finish(RunStatus.COMPLETED, None)
    return run["id"]


async def out_of_date(api: Api, url: str, *runs: str) -> dict[str, str]:
    answer = await api.post(f"{url}/check", params={"run": list(runs)})
    assert answer.status_code == 200, answer.text
    return {each["nodeId"]: each["reason"] for each in answer.json()["outOfDate"]}


async def test_a_save_makes_results_out_of_date_and_an_undo_makes_them_fit_again(
    api: Api, worker: Work
):
    stored = (await api.post("/api/workflows", json=chain("tea"))).json()
    url = f"/api/workflows/{stored['id']}"
    run = await finished(api, worker, url)
    assert await out_of_date(api, url, run) == {}
    changed = await api.put(url, json=chain("coffee"), headers={"If-Match": "1"})
    assert changed.status_code == 200, changed.text
    assert await out_of_date(api, url, run) == {
        "a": "“Text” changed.",
        "b": "An input changed: “A”.",
    }
    assert await out_of_date(api, url) == {}
    later = await finished(api, worker, url)
    assert await out_of_date(api, url, later, run) == {}
    await api.put(url, json=chain("tea"), headers={"If-Match": "2"})
    assert await out_of_date(api, url, run) == {}
    assert set(await out_of_date(api, url, later, run)) == {"a", "b"}


async def test_runs_of_others_say_nothing_and_their_number_is_limited(api: Api, worker: Work):
    one = (await api.post("/api/workflows", json=chain("tea"))).json()
    other = (await api.post("/api/workflows", json=chain("coffee"))).json()
    run = await finished(api, worker, f"/api/workflows/{one['id']}")
    url = f"/api/workflows/{other['id']}"
    assert await out_of_date(api, url, run, str(uuid.uuid4())) == {}
    many = await api.post(f"{url}/check", params={"run": [str(uuid.uuid4())] * 11})
    assert many.status_code in (400, 422)
    assert (await api.post(f"{url}/check", params={"run": "x"})).status_code in (400, 422)
