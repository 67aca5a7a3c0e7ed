"""What is wrong with a request is said in our words and by the names that stand in it."""

import re
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import AsyncTestClient

from api.app import create_app
from api.auth.links import LINK_PATH
from schemas.settings import Settings
from support.api.client import ORIGIN, Api, graph, text_node

LIBRARIES = re.compile(
    "pydantic|msgspec|Expected `|Input should|Extra inputs|Field required|Value error|unable to parse"
    "|Validation failed|_id|idempotency_key|every_seconds|time_zone|Expecting|valid dictionary"
)


@pytest.fixture
async def workflow(api: Api) -> str:
    return (await api.post("/api/workflows", json=graph())).headers["location"]


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [
        ("/api/workflows?limit=x", "limit", "whole number from 1 to 200"),
        ("/api/workflows?limit=0", "limit", "whole number from 1 to 200"),
        ("/api/workflows?sort=size", "sort", "one of updated, name"),
        ("/api/workflows?deleted=perhaps", "deleted", "true or false"),
        (f"/api/workflows?q={'x' * 201}", "q", "at most 200 characters"),
        ("/api/runs?status=DONE", "status", "COMPLETED"),
        (f"/api/runs?cursor={'x' * 201}", "cursor", "at most 200 characters"),
        (f"/api/assets/{UUID(int=1)}?width=1", "width", "whole number from 16 to 2048"),
    ],
)
async def test_parameters_are_called_as_in_the_address(api: Api, path: str, field: str, words: str):
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert words in error["message"]
    assert not LIBRARIES.search(answer.text)


async def test_headers_are_called_by_their_names(api: Api, workflow: str):
    headers = {"Idempotency-Key": "x" * 256}
    answer = await api.post(f"{workflow}/runs", headers=headers)
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


CRON = {"kind": "cron", "cron": "0 9 * * *"}


@pytest.mark.parametrize(
    ("operation", "body", "field"),
    [
        ("POST /runs", {"scope": {"kind": "some"}}, "scope"),
        ("POST /runs", {"scope": {}}, "scope"),
        ("POST /runs", {"scope": {"nodeIds": ["a"]}}, "scope"),
        ("POST /runs", {"scope": {"kind": "from"}}, "scope.nodeId"),
        ("POST /runs", {"scope": {"kind": "nodes", "nodeIds": "a"}}, "scope.nodeIds"),
        ("POST /runs", {"reuse": "perhaps"}, "reuse"),
        ("POST /runs", {"unknown": 1}, "unknown"),
        ("POST /runs", [], "body"),
        ("POST /schedules", {}, "name"),
        ("POST /schedules", {"name": 1, "timing": CRON}, "name"),
        ("POST /schedules", {"name": " ", "timing": CRON}, "name"),
        ("POST /schedules", {"name": "a", "timing": CRON, "paused": 1}, "paused"),
        ("POST /schedules", {"name": "a", "timing": {"kind": "never"}}, "timing"),
        ("POST /schedules", {"name": "a", "timing": {"cron": "0 9 * * *"}}, "timing"),
        (
            "POST /schedules",
            {"name": "a", "timing": {"kind": "interval", "everySeconds": "60"}},
            "timing.everySeconds",
        ),
        (
            "POST /schedules",
            {"name": "a", "timing": {"kind": "once", "at": "soon"}},
            "timing.at",
        ),
        ("PATCH /positions", {"positions": {"a": {"x": "1", "y": 0}}}, "positions.a.x"),
        ("PATCH /positions", {"positions": []}, "positions"),
        ("PATCH ", {"name": ""}, "name"),
        ("PATCH ", {"name": "x" * 201}, "name"),
    ],
)
async def test_fields_are_called_as_in_the_body(
    api: Api, workflow: str, operation: str, body: Any, field: str
):
    method, path = operation.split(" ")
    answer = await api.request(method, f"{workflow}{path}", json=body)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json().get("errors", [])], answer.text
    assert not LIBRARIES.search(answer.text), answer.text


async def test_json_that_cannot_be_read_is_located_in_our_words(api: Api):
    headers = {"Content-Type": "application/json"}
    answer = await api.post("/api/workflows", content=b'{"name": }', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")
    assert "line 1, column 10" in answer.text
    assert not LIBRARIES.search(answer.text)


async def test_a_byte_order_mark_is_taken_for_what_it_is(api: Api):
    body = "\ufeff" + '{"name": "Übung", "nodes": [], "edges": []}'
    headers = {"Content-Type": "application/json"}
    made = await api.post("/api/workflows", content=body.encode(), headers=headers)
    assert (made.status_code, made.json()["name"]) == (201, "Übung")


async def test_refused_starts_leave_the_budget_alone(settings: Settings):
    app = create_app(settings.model_copy(update={"rate_runs": 3}))
    async with AsyncTestClient(app, base_url=ORIGIN) as api:
        empty = (await api.post("/api/workflows", json=graph(text_node("a", "")))).json()["id"]
        good = (await api.post("/api/workflows", json=graph())).json()["id"]
        for path, body in (
            (f"/api/workflows/{good}/runs", {"scope": {"kind": "some"}}),
            ("/api/workflows/999/runs", {}),
            (f"/api/workflows/{good}/runs", {"scope": {"kind": "from", "nodeId": "no"}}),
            (f"/api/workflows/{empty}/runs", {"scope": {"kind": "nodes", "nodeIds": []}}),
        ):
            refused = await api.post(path, json=body)
            assert refused.status_code in (404, 422), refused.text
            assert '"runs";r=1' in refused.headers["ratelimit"]
        assert (await api.post(f"/api/workflows/{good}/runs")).status_code == 202
        assert (await api.post(f"/api/workflows/{good}/runs")).status_code == 429
        assert (await api.post(f"/api/workflows/{good}/runs")).status_code == 429


def addresses(app: Litestar) -> list[tuple[str, str, bool]]:
    """Every operation that changes something; whether it takes a key."""
    found: list[tuple[str, str, bool]] = []
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            taken = bool(handler.opt.get("idempotent"))
            path = re.sub(r"\{\w+:int\}", "1", route.path)
            path = re.sub(r"\{\w+:uuid\}", str(uuid4()), path)
            path = re.sub(r"\{\w+:(str|path)\}", "x", path)
            methods = handler.http_methods - {"GET", "HEAD", "OPTIONS"}
            found += [(method, path, taken) for method in methods]
    return [each for each in found if each[1].startswith("/api")]


async def test_an_idempotency_key_is_heeded_or_refused(app: Litestar, api: Api):
    listed = addresses(app)
    assert len(listed) > 15
    for method, path, taken in listed:
        if path.startswith(LINK_PATH):
            continue  # who has no link learns of nothing else: tests/api/functions/test_links.py
        answer = await api.request(method, path, headers={"Idempotency-Key": "k"})
        refused = answer.json()["code"] == "idempotency_key_unsupported"
        assert refused != taken, (method, path)
    heeding = {path for _, path, taken in listed if taken and not path.startswith(LINK_PATH)}
    assert heeding == {
        "/api/workflows/1/runs",
        "/api/workflows/1/batches",
        "/api/assets",
        "/api/functions/x",
        "/api/functions/x/batches",
    }


async def test_the_document_lists_every_tag_and_header(http_client: httpx.AsyncClient):
    document = (await http_client.get("/schema/openapi.json")).json()
    operations = [each for path in document["paths"].values() for each in path.values()]
    used = {tag for each in operations for tag in each["tags"]}
    assert used == {tag["name"] for tag in document["tags"]}
    assert all(tag["description"] for tag in document["tags"])
    (stream,) = [each for each in operations if each["operationId"] == "streamRunEvents"]
    assert {"Last-Event-ID"} == {p["name"] for p in stream["parameters"] if p["in"] == "header"}
