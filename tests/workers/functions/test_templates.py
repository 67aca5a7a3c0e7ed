"""Each template, published as it is: called with other values, it gives all of its results."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.product.backend import Backend

EXAMPLES = Path(__file__).parents[3] / "examples"
IDS = sorted(path.stem for path in EXAMPLES.glob("*.json"))
SIZES = {
    "social-media-formats": [(1080, 1080), (1080, 1350), (1080, 1920), (1200, 628), (1500, 500)],
    "video-thumbnails": [(1280, 720)] * 3,
    "film-stills": [(640, 426)] * 6,
}


@pytest.fixture(scope="module")
def api(backend: Backend) -> Iterator[httpx.Client]:
    process = backend.start_api()
    with httpx.Client(base_url=backend.api_url, timeout=200, trust_env=False) as http:
        yield http
    process.stop()


def publish(api: httpx.Client, id: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Make a workflow of a template, and a function of that; give its address, its schemas and its graph."""
    made = api.post(f"/api/templates/{id}")
    assert made.status_code == 201, made.text
    workflow = made.json()["workflow"]
    name = id.replace("-", "_")
    published = api.post(f"/api/workflows/{workflow['id']}/publish", json={"name": name})
    assert published.status_code == 200, published.text
    return f"/api/functions/{name}", api.get(f"/api/functions/{name}").json(), workflow


@pytest.mark.parametrize("id", IDS)
def test_a_template_is_a_function_that_gives_what_it_says(
    backend: Backend, api: httpx.Client, id: str
) -> None:
    url, read, workflow = publish(api, id)
    refused = api.post(url, json={})
    assert refused.status_code == 422, refused.text
    missing = {problem["input"] for problem in refused.json()["problems"]}
    assert missing == set(read["inputs"]["required"])

    nodes = {node["id"]: node for node in workflow["nodes"]}
    inputs: dict[str, Any] = {}
    for declared in workflow["inputs"]:
        node = nodes[declared["nodeId"]]
        if node["type"] == "text":
            inputs[declared["name"]] = f"say {declared['title']}"
        else:
            inputs[declared["name"]] = {"assetId": node["data"]["source"]["assetId"]}
    before = len(backend.scripted_model.calls)
    answer = api.post(url, json=inputs, headers={"Prefer": "wait=120"})
    assert answer.status_code == 200, answer.text
    called = answer.json()
    assert called["status"] == "COMPLETED", called
    assert set(called["outputs"]) == set(read["outputs"]["properties"])
    outputs = [(each["nodeId"], called["outputs"][each["name"]]) for each in workflow["outputs"]]
    for node_id, value in outputs:
        assert value["kind"] == ("text" if nodes[node_id]["type"] == "llm" else "image")
        assert value.get("text") != ""
    asking = [node for node in nodes.values() if node["type"] == "llm"]
    assert len(backend.scripted_model.calls) - before == len(asking)
    said = " ".join(message for message, _ in backend.scripted_model.calls[before:])
    sent = f"{said} {backend.scripted_model.requests[before:]}"
    for value in inputs.values():
        assert not asking or not isinstance(value, str) or value in sent
    images = [value for _, value in outputs if value["kind"] == "image"]
    sizes = [(each["width"], each["height"]) for each in images]
    assert sizes == SIZES.get(id, sizes)
