"""What operators find at a flow run: a table, a link back, progress, texts, pictures, logs."""

import json
from typing import Any
from uuid import UUID

from support.product.backend import Backend, EndedRun, edge, eventually, graph, node

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SAID = "A secret recipe for a cup."


def image_and_words() -> Any:
    source = {"kind": "base64", "mediaType": "image/png", "data": DOT}
    return graph(
        [
            node("pic", "image", source=source),
            node("small", "resize", width=8, height=8),
            node("words", "llm", userMessage=f"say {SAID}", model="gemini-2.5-pro"),
        ],
        [edge("pic", "small", "image")],
    )


def run(backend: Backend, document: Any, owner: str) -> EndedRun:
    return backend.end(backend.start(document, owner=owner))


def flow_run_of(backend: Backend, run_id: UUID) -> UUID:
    return eventually(lambda: backend.read_run(run_id).run.prefect_flow_run_id)


def artifacts(backend: Backend, run_id: UUID, many: int) -> dict[str, Any]:
    """The artifacts of a run by the ends of their keys, once there are so many."""
    only = {"flow_run_id": {"any_": [str(flow_run_of(backend, run_id))]}}
    prefix = f"workflow-{backend.read_run(run_id).run.workflow_id}-"

    def poll() -> dict[str, Any] | None:
        found = backend.prefect("/artifacts/filter", artifacts=only)
        named = {each["key"].removeprefix(prefix): each for each in found}
        return named if len(named) >= many else None

    return eventually(poll)


def test_the_operators_own_run_is_shown_with_its_texts_and_images(backend: Backend) -> None:
    ended = run(backend, image_and_words(), "local")
    found = artifacts(backend, ended.run.id, 5)
    run_id, workflow_id = ended.run.id, ended.run.workflow_id
    assert f"(http://127.0.0.1:8000/workflows/{workflow_id}/runs/{run_id})" in found["run"]["data"]
    table = {line["Node"]: line for line in json.loads(found["nodes"]["data"])}
    assert {line["State"] for line in table.values()} == {"COMPLETED"}
    assert (table["Words"]["Type"], table["Words"]["Tokens in"]) == ("llm", 11)
    assert table["Small"]["Seconds"] >= 0
    assert found["words-text"]["data"] == SAID
    small = ended.nodes["small"].output
    assert small is not None
    address = f"http://127.0.0.1:8000/api/assets/{small['assetId']}?width=480"
    assert (found["small-picture"]["type"], found["small-picture"]["data"]) == ("image", address)
    tasks = backend.task_runs(flow_run_of(backend, run_id), 3)
    assert found["small-picture"]["task_run_id"] == tasks["Small"]["id"]
    assert tasks["Words"]["name"] == "Words · gemini-2.5-pro"
    assert {"llm", "llm-execution", "model:gemini-2.5-pro"} <= set(tasks["Words"]["tags"])
    assert {"image", "image-processing", "resize"} <= set(tasks["Small"]["tags"])
    assert all(each["expected_start_time"] for each in tasks.values())


def test_of_other_peoples_runs_nothing_is_shown_that_a_node_gave(backend: Backend) -> None:
    ended = run(backend, image_and_words(), "ann")
    found = artifacts(backend, ended.run.id, 2)
    backend.run(graph([node("a", "text", text="a")]))  # whose artifacts come after
    assert set(found) == {"run", "nodes"}
    assert SAID not in json.dumps(found)


def test_a_run_that_goes_on_shows_how_much_of_it_is_done(backend: Backend) -> None:
    nodes = [node("quick", "text", text="x"), node("slow", "llm", userMessage="wait 8 say done")]
    run_id = backend.start(graph(nodes))
    moving = artifacts(backend, run_id, 1)["progress"]
    eventually(lambda: artifacts(backend, run_id, 1)["progress"]["data"] == 50, 60)
    backend.end(run_id)
    eventually(lambda: artifacts(backend, run_id, 1)["progress"]["data"] == 100)
    assert artifacts(backend, run_id, 3)["progress"]["id"] == moving["id"]


def test_what_happened_to_a_node_is_in_the_log_of_its_task_run(backend: Backend) -> None:
    settings = {"retryDelaySeconds": 0.05}
    ended = backend.run(graph([node("a", "llm", userMessage="fail 1 say well", settings=settings)]))
    tasks = backend.task_runs(flow_run_of(backend, ended.run.id), 1)
    only = {"task_run_id": {"any_": [tasks["A"]["id"]]}}

    def lines() -> list[str] | None:
        said = [each["message"] for each in backend.prefect("/logs/filter", logs=only)]
        return said if any("Done after" in line for line in said) else None

    said = "\n".join(eventually(lines))
    assert "Attempt 1 of 4 begins with gemini" in said
    assert "Attempt 1 failed (provider_unavailable); trying again" in said
    assert "11 tokens read" in said
