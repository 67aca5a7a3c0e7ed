"""What generated clients are made of: unions that can be told apart, examples that are true."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from api.app import create_app
from api.openapi.complete import collect_docs
from api.openapi.document import openapi_document
from api.openapi.examples import COMPONENT_EXAMPLES, LLM_GRAPH
from api.routes.schedules import SCHEDULE_EXAMPLES
from schemas.settings import Settings
from support.api.client import Api, graph, read_events

LOCAL = Settings().model_copy(update={"database_url": None, "auth": "local"})
UNIONS = {
    "ImageSource": "kind",
    "Node": "type",
    "RunEvent": "kind",
    "ScheduleScope": "kind",
    "Scope": "kind",
    "Timing": "kind",
    "Value": "kind",
    "VideoSource": "kind",
}
ODD_DRAFTS: list[tuple[str, dict[str, Any]]] = [
    ("crop", {"xPercent": 400, "widthPercent": -1}),
    ("resize", {"fit": "banana", "width": 0}),
    ("image", {"source": {"kind": "asset", "assetId": "no uuid"}}),
    ("image", {"source": {"kind": "base64", "mediaType": "image/png", "data": "no base64"}}),
    ("video", {"source": {"kind": "file", "path": "film.mp4"}}),
    ("llm", {"model": "**", "temperature": 9, "maxOutputTokens": 0, "responseSchema": {"a": [1]}}),
    ("frame", {"timestamp": "some day", "settings": {"retries": 99, "reuse": "perhaps"}}),
    ("text", {}),
]


REQUEST_EXAMPLES = {
    operation: docs.examples
    for operation, docs in sorted(collect_docs(create_app(LOCAL)).items())
    if docs.examples
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document(LOCAL)


@pytest.fixture(scope="module")
def components(document: dict[str, Any]) -> dict[str, Any]:
    return document["components"]["schemas"]


def validator(document: dict[str, Any], name: str) -> jsonschema.Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def inner(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema below a component."""
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict):
            yield item
        if isinstance(item, (dict, list)):
            yield from inner(item)


@pytest.mark.parametrize("name", UNIONS)
def test_members_of_a_union_say_which_they_are(components: dict[str, Any], name: str):
    union = components[name]
    assert union["discriminator"]["propertyName"] == UNIONS[name]
    for word, target in union["discriminator"]["mapping"].items():
        member = components[target.rpartition("/")[2]]
        assert UNIONS[name] in member["required"]
        assert member["properties"][UNIONS[name]]["const"] == word


def test_no_union_stands_where_it_would_get_no_name(components: dict[str, Any]):
    for component in components.values():
        assert not [part for part in inner(component) if "discriminator" in part]


def test_answers_always_have_all_their_fields(components: dict[str, Any]):
    for name in ("Port", "Usage", "RunCounts", "Problem", "NodeTypePage", "TextValue"):
        assert set(components[name]["required"]) == set(components[name]["properties"])


def test_nothing_is_documented_that_nothing_leads_to(document: dict[str, Any]):
    text = str(document)
    for name in document["components"]["schemas"]:
        assert f"#/components/schemas/{name}'" in text


def test_every_json_body_has_an_example(document: dict[str, Any]):
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            assert content["application/json"].get("examples"), operation["operationId"]


@pytest.mark.parametrize("name", COMPONENT_EXAMPLES)
def test_examples_of_components_are_valid(document: dict[str, Any], name: str):
    for example in document["components"]["schemas"][name]["examples"]:
        validator(document, name).validate(example)


@pytest.mark.parametrize("operation_id", REQUEST_EXAMPLES)
async def test_examples_of_requests_are_accepted(
    api: Api, document: dict[str, Any], operation_id: str
):
    id = (await api.post("/api/workflows", json=LLM_GRAPH)).json()["id"]
    revision = 1
    ((path, method, operation),) = [
        found for found in operations(document) if found[2]["operationId"] == operation_id
    ]
    status = max(code for code in operation["responses"] if code.startswith("2"))
    made = await api.post(f"/api/workflows/{id}/schedules", json=SCHEDULE_EXAMPLES["mornings"][1])
    (result, *_) = (await api.post(f"/api/workflows/{id}/runs")).json()["nodeExecutions"]
    await api.post(f"/api/workflows/{id}/publish", json={"name": "slogan"})
    ids = {"workflowId": id, "scheduleId": made.json()["id"], "resultId": result["id"]}
    ids["functionName"] = "slogan"
    link = (await api.post("/api/functions/slogan/links", json={"title": "x"})).json()
    ids["linkId"] = link["id"]
    batch = await api.post(f"/api/workflows/{id}/batches", json={"rows": [{}]})
    ids["batchId"] = batch.json()["id"]
    hook = {"title": "x", "url": "https://93.184.215.14/hook"}
    ids["webhookId"] = (await api.post("/api/webhooks", json=hook)).json()["id"]
    headers = {"If-Match": str(revision)}
    if path.startswith("/api/shared/"):
        headers["Authorization"] = f"Bearer {link['url'].partition('#')[2]}"
    for name, (_, example) in REQUEST_EXAMPLES[operation_id].items():
        answer = await api.request(
            method.upper(),
            path.format(version=1, **ids),
            json=example,
            headers=headers,
        )
        assert answer.status_code == int(status), f"{name}: {answer.text}"
        content = operation["responses"][status].get("content")
        if content:
            answered = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            validator(document, answered).validate(answer.json())
            headers["If-Match"] = str(answer.json().get("revision", revision))


@pytest.mark.parametrize(("type", "data"), ODD_DRAFTS)
async def test_a_draft_is_read_back_as_documented_whatever_is_wrong_with_it(
    api: Api, document: dict[str, Any], type: str, data: dict[str, Any]
):
    node = {"id": "a", "type": type, "position": {"x": 0, "y": 0}, "data": data}
    validator(document, "Graph").validate(graph(node))
    stored = await api.post("/api/workflows", json=graph(node))
    assert stored.status_code == 201, stored.text
    validator(document, "WorkflowRead").validate(stored.json())
    checked = await api.post(f"/api/workflows/{stored.json()['id']}/check")
    validator(document, "CheckResult").validate(checked.json())


async def test_the_events_of_a_run_are_as_documented(api: Api, document: dict[str, Any]):
    id = (await api.post("/api/workflows", json=graph())).json()["id"]
    run = (await api.post(f"/api/workflows/{id}/runs")).json()
    await api.post(f"/api/runs/{run['id']}/cancel")
    stream = await api.get(f"/api/runs/{run['id']}/events")
    events = list(read_events(stream.text))
    assert {event["event"] for event in events} == {"run", "node"}
    for event in events:
        data = json.loads(event["data"])
        validator(document, "RunEvent").validate(data)
        assert data["kind"] == event["event"]


@pytest.mark.parametrize(
    "data",
    [
        {"text": 5},
        {"text": None},
        {"txt": ""},
        {"label": 1},
        {"settings": {"retries": "many"}},
        {"settings": {"tries": 1}},
    ],
)
async def test_what_the_document_refuses_is_refused(
    api: Api, document: dict[str, Any], data: dict[str, Any]
):
    node = {"id": "a", "type": "text", "position": {"x": 0, "y": 0}, "data": data}
    assert not validator(document, "Graph").is_valid(graph(node))
    assert (await api.post("/api/workflows", json=graph(node))).status_code == 422
