"""Schedules over HTTP: made, looked at, paused, changed and deleted; what cannot work is refused."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from support.api.client import Api, graph, text_node
from support.nodes.media import encoded

CRON = {"kind": "cron", "cron": "0 9 * * 1-5", "timeZone": "Europe/Berlin"}


def text(id: str, said: str) -> dict[str, Any]:
    return {"id": id, "type": "text", "position": {"x": 0, "y": 0}, "data": {"text": said}}


def llm(id: str) -> dict[str, Any]:
    data = {"userMessage": "Say something.", "temperature": 0}
    return {"id": id, "type": "llm", "position": {"x": 0, "y": 0}, "data": data}


EDGE = {
    "id": "a-b",
    "source": "a",
    "sourceHandle": "output",
    "target": "b",
    "targetHandle": "userMessage",
}


@pytest.fixture
async def workflow(api: Api) -> int:
    document = {"name": "News", "nodes": [text("a", "hello"), llm("b")], "edges": [EDGE]}
    return (await api.post("/api/workflows", json=document)).json()["id"]


async def make(api: Api, workflow: int, **more: Any) -> Any:
    body = {"name": "Mornings", "timing": CRON, **more}
    answer = await api.post(f"/api/workflows/{workflow}/schedules", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_schedule_is_made_listed_and_read(api: Api, workflow: int):
    made = await make(api, workflow)
    assert made["timing"] == CRON
    assert (made["catchUp"], made["overlap"], made["reuse"]) == ("once", "skip", "auto")
    assert made["scope"] == {"kind": "all"}
    assert not made["synced"]
    assert made["lastTick"] is made["prefectUrl"] is None
    assert len(made["nextTimes"]) == 5
    assert made["nextAt"] == made["nextTimes"][0]
    assert parse_time(made["nextAt"]) > datetime.now(UTC)
    assert (await api.get(f"/api/schedules/{made['id']}")).json() == made
    for path in ("/api/schedules", f"/api/workflows/{workflow}/schedules"):
        assert (await api.get(path)).json() == {"items": [made], "nextCursor": None}
    assert (await api.get(f"/api/schedules/{made['id']}/ticks")).json()["items"] == []


async def test_lists_go_on_at_their_cursor(api: Api, workflow: int):
    made = [(await make(api, workflow, name=str(number)))["id"] for number in range(3)]
    first = (await api.get("/api/schedules?limit=2")).json()
    rest = (await api.get(f"/api/schedules?limit=2&cursor={first['nextCursor']}")).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == made[::-1]
    assert rest["nextCursor"] is None


async def test_pause_and_resume(api: Api, workflow: int):
    made = await make(api, workflow)
    path = f"/api/schedules/{made['id']}"
    paused = (await api.patch(path, json={"paused": True})).json()
    assert paused["paused"]
    assert paused["nextAt"] is None
    assert len(paused["nextTimes"]) == 5
    assert paused["revision"] == made["revision"] + 1
    again = (await api.patch(path, json={"paused": True})).json()
    assert again["revision"] == paused["revision"]
    resumed = (await api.patch(path, json={"paused": False, "name": "Late"})).json()
    assert resumed["nextAt"] == made["nextAt"]
    assert resumed["name"] == "Late"


async def test_other_times(api: Api, workflow: int):
    made = await make(api, workflow)
    timing = {"kind": "interval", "everySeconds": 900}
    changed = (await api.patch(f"/api/schedules/{made['id']}", json={"timing": timing})).json()
    anchor = parse_time(changed["timing"]["anchorAt"])
    assert parse_time(changed["nextAt"]) == anchor + timedelta(minutes=15)
    at = {"kind": "once", "at": "2098-05-01T09:00:00+02:00"}
    changed = (await api.patch(f"/api/schedules/{made['id']}", json={"timing": at})).json()
    assert changed["nextTimes"] == ["2098-05-01T07:00:00Z"]


async def test_times_can_be_looked_at_before(api: Api, workflow: int):
    path = f"/api/workflows/{workflow}/schedules/preview"
    seen = (await api.post(path, json={"timing": CRON})).json()["nextTimes"]
    assert seen == (await make(api, workflow))["nextTimes"]
    assert len((await api.get("/api/schedules")).json()["items"]) == 1
    refused = await api.post(path, json={"timing": {"kind": "cron", "cron": "0 25 * * *"}})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("cron", "part"),
    [
        ("0 9 * *", "has 4"),
        ("61 * * * *", "“61”, the first field"),
        ("0 1,99 * * *", "“99” in “1,99”, the second field"),
        ("0 0 0 * *", "the third field"),
        ("0 0 * FOO *", "“FOO”, the fourth field"),
        ("0 0 * * 8", "the fifth field"),
        ("*/0 * * * *", "the first field"),
        ("5/10 * * * *", "the first field"),
        ("0 0 * * 5-1", "the fifth field"),
        ("1,,2 * * * *", "An empty part in “1,,2”"),
        ("0 0 30 2 *", "never be due"),
        ("@reboot", "none of @yearly"),
        ("0 0 L * *", "the third field"),
        ("0 0 * * 1#2", "the fifth field"),
        ("٣ * * * *", "the first field"),
    ],
)
async def test_a_bad_cron_expression_is_refused_with_its_place(
    api: Api, workflow: int, cron: str, part: str
):
    body = {"name": "x", "timing": {"kind": "cron", "cron": cron}}
    answer = await api.post(f"/api/workflows/{workflow}/schedules", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cron")
    assert part in answer.json()["detail"]


@pytest.mark.parametrize(
    ("timing", "code"),
    [
        ({"kind": "cron", "cron": "0 9 * * *", "timeZone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"kind": "once", "at": "2020-01-01T00:00:00Z"}, "over_already"),
        ({"kind": "once", "at": "2999-01-01T00:00:00Z"}, "over_already"),
        ({"kind": "once", "at": "2098-01-01T00:00:00"}, "invalid_request"),
        ({"kind": "interval", "everySeconds": 59}, "invalid_request"),
        ({"kind": "interval", "everySeconds": "60"}, "invalid_request"),
        ({"kind": "interval", "everySeconds": 60, "cron": "* * * * *"}, "invalid_request"),
        ({"kind": "never"}, "invalid_request"),
    ],
)
async def test_times_that_cannot_be_are_refused(
    api: Api, workflow: int, timing: dict[str, Any], code: str
):
    body = {"name": "x", "timing": timing}
    answer = await api.post(f"/api/workflows/{workflow}/schedules", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"x": {"text": "no such node"}}, "unknown_node"),
        ({"a": {"text": 7}}, "malformed_param"),
        ({"a": {"volume": 1}}, "unknown_param"),
        ({"a": {"label": "x"}}, "unknown_param"),
        ({"b": {"userMessage": "an edge wins"}}, "bad_param"),
        ({"b": {"temperature": 99}}, "bad_param"),
    ],
)
async def test_inputs_are_judged_by_the_catalogue(
    api: Api, workflow: int, inputs: dict[str, Any], code: str
):
    body = {"name": "x", "timing": CRON, "inputs": inputs}
    answer = await api.post(f"/api/workflows/{workflow}/schedules", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_schedule"), answer.text
    assert [each["code"] for each in answer.json()["problems"]] == [code]
    assert answer.json()["problems"][0]["nodeId"] == next(iter(inputs))


async def test_inputs_are_given_by_the_names_that_are_declared(api: Api):
    photo = {"id": "p", "type": "image", "position": {"x": 0, "y": 0}, "data": {}}
    declared = [
        {"name": "topic", "nodeId": "a", "param": "text"},
        {"name": "photo", "nodeId": "p", "param": "source", "required": True},
    ]
    document = graph(text_node("a"), text_node("b"), photo, inputs=declared)
    workflow = (await api.post("/api/workflows", json=document)).json()["id"]
    data = base64.b64encode(encoded(Image.new("RGB", (4, 3)))).decode()
    given = {"topic": "for today", "photo": {"base64": data}, "b": {"text": "by node"}}
    made = await make(api, workflow, inputs=given)
    stored = made["inputs"]["photo"]["assetId"]
    assert made["inputs"] == given | {"photo": {"assetId": stored}}
    assert (await api.get(f"/api/assets/{stored}")).status_code == 200

    bad = {"topic": 7, "photo": {"assetId": str(uuid4())}, "theme": "x", "b": {"text": 7}}
    answer = await api.patch(f"/api/schedules/{made['id']}", json={"inputs": bad})
    found = [(each["code"], each["input"]) for each in answer.json()["problems"]]
    assert found == [
        ("unknown_input", "theme"),
        ("bad_input_value", "topic"),
        ("malformed_param", None),
    ]
    bad = {"inputs": {"photo": {"assetId": str(uuid4())}}}
    answer = await api.patch(f"/api/schedules/{made['id']}", json=bad)
    found = [(each["code"], each["input"]) for each in answer.json()["problems"]]
    assert found == [("asset_not_found", "photo")]


async def test_a_scope_must_be_there(api: Api, workflow: int):
    good = await make(api, workflow, scope={"kind": "until", "nodeId": "b"})
    bad = {"scope": {"kind": "until", "nodeId": "z"}}
    answer = await api.patch(f"/api/schedules/{good['id']}", json=bad)
    assert answer.json()["problems"][0]["code"] == "unknown_node"
    failed = {"scope": {"kind": "failed", "runId": good["id"]}}
    assert (await api.patch(f"/api/schedules/{good['id']}", json=failed)).status_code == 422


async def test_deleted_ones_are_gone(api: Api, workflow: int):
    made = await make(api, workflow)
    assert (await api.delete(f"/api/schedules/{made['id']}")).status_code == 204
    for answer in (
        await api.get(f"/api/schedules/{made['id']}"),
        await api.delete(f"/api/schedules/{made['id']}"),
        await api.patch(f"/api/schedules/{made['id']}", json={}),
        await api.get(f"/api/schedules/{made['id']}/ticks"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "schedule_not_found")


async def test_a_deleted_workflow_has_no_schedules_and_gets_them_back_paused(
    api: Api, workflow: int
):
    made = await make(api, workflow)
    await api.delete(f"/api/workflows/{workflow}")
    assert (await api.get(f"/api/schedules/{made['id']}")).status_code == 404
    assert (await api.get("/api/schedules")).json()["items"] == []
    await api.post(f"/api/workflows/{workflow}/undelete")
    back = (await api.get(f"/api/schedules/{made['id']}")).json()
    assert back["paused"]
    assert back["nextAt"] is None


async def test_there_is_a_limit(api: Api, workflow: int):
    for number in range(50):
        await make(api, workflow, name=str(number))
    body = {"name": "x", "timing": CRON}
    answer = await api.post(f"/api/workflows/{workflow}/schedules", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_schedules")
