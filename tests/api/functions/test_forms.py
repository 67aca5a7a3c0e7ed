"""Functions are called by forms: files as they are, as `curl -F` sends them."""

from typing import Any

import pytest
from PIL import Image

from api.http.strict_json import MAX_BODY_BYTES, MAX_GRAPH_BODY_BYTES
from support.api.client import Api, graph, text_node
from support.nodes.media import encoded

PHOTO = encoded(Image.new("RGB", (4, 3)))
FILE = ("photo.png", PHOTO, "image/png")
URL = "/api/functions/crops"


@pytest.fixture
async def crops(api: Api) -> Api:
    """An API with a function of a photo, a share of its width, and a text."""
    photo, cropped = (
        {"id": id, "type": type, "position": {"x": 0, "y": 0}, "data": {"label": id}}
        for id, type in (("p", "image"), ("c", "crop"))
    )
    edge = {"id": "e", "source": "p", "sourceHandle": "output", "target": "c"}
    declared = [
        {"name": "photo", "nodeId": "p", "param": "source", "required": True},
        {"name": "width", "nodeId": "c", "param": "widthPercent"},
        {"name": "note", "nodeId": "n", "param": "text"},
    ]
    document = graph(photo, cropped, text_node("n")) | {
        "edges": [edge | {"targetHandle": "image"}],
        "inputs": declared,
        "outputs": [{"name": "cropped", "nodeId": "c"}],
    }
    stored = await api.post("/api/workflows", json=document)
    assert stored.status_code == 201, stored.text
    url = f"/api/workflows/{stored.json()['id']}/publish"
    assert (await api.post(url, json={"name": "crops"})).status_code == 200
    return api


async def inputs_of(api: Api, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    return (await api.get(answer.headers["location"])).json()["inputs"]


async def test_files_and_texts_are_read_by_what_their_inputs_are(crops: Api) -> None:
    form = {"width": "50", "note": "12 pieces"}
    answer = await crops.post(URL, data=form, files={"photo": FILE})
    asset = (await crops.get("/api/assets")).json()["items"][0]
    expected = {"photo": {"assetId": asset["id"]}, "width": 50, "note": "12 pieces"}
    assert await inputs_of(crops, answer) == expected
    empty: dict[str, Any] = {"note": (None, "12")}
    by_id = await crops.post(
        URL, files=empty | {"photo": (None, f'{{"assetId": "{asset["id"]}"}}')}
    )
    assert await inputs_of(crops, by_id) == {"photo": expected["photo"], "note": "12"}
    by_address = await crops.post(URL, files={"photo": (None, "https://example.com/a.png")})
    assert await inputs_of(crops, by_address) == {"photo": {"url": "https://example.com/a.png"}}


async def test_the_same_form_with_the_same_key_is_the_same_run(crops: Api) -> None:
    headers = {"Idempotency-Key": "once"}
    runs = [
        (await crops.post(URL, files={"photo": FILE}, headers=headers)).json()["runId"]
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    other = {"photo": ("photo.png", encoded(Image.new("RGB", (5, 5))), "image/png")}
    answer = await crops.post(URL, files=other, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("form", "files", "status", "text"),
    [
        ({}, {"photo": ("x.png", b"<html></html>", "image/png")}, 422, "photo: "),
        ({}, {"photo": FILE, "note": ("n.txt", b"text", "text/plain")}, 400, "note is no file"),
        ({"photo": "https://example.com/a.png"}, {"photo": FILE}, 400, "several files"),
        ({"width": "half"}, {"photo": FILE}, 422, "must be a number"),
        ({"other": "x"}, {"photo": FILE}, 422, "other"),
        ({"width": "1"}, {"width": (None, "2"), "photo": FILE}, 422, "must be a number"),
        ({"note": "x" * (MAX_BODY_BYTES + 1)}, {"photo": FILE}, 400, "too long"),
        ({"note": "a\0b"}, {"photo": FILE}, 400, "NUL"),
        ({f"n{n}": "x" for n in range(99)}, {"photo": FILE, "note": FILE}, 400, "broken|fields"),
        ({"note": "x"}, {"width": (None, "1")}, 422, "required"),
    ],
    ids=[
        "a page of a web site", "a file for a text", "twice", "no number", "unknown", "a number twice",
        "too long", "nul", "too many", "missing",
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_said_and_starts_nothing(
    crops: Api, form: dict[str, str], files: dict[str, Any], status: int, text: str
) -> None:
    answer = await crops.post(URL, data=form, files=files)
    assert answer.status_code == status, answer.text
    assert any(each in answer.text for each in text.split("|")), answer.text
    assert (await crops.get("/api/runs")).json()["items"] == []


async def test_forms_are_read_for_functions_that_are_there(api: Api) -> None:
    answer = await api.post("/api/functions/nothing", files={"photo": FILE})
    assert (answer.status_code, answer.json()["code"]) == (404, "function_not_found")
    assert (await api.get("/api/assets")).json()["items"] == []


async def test_json_stays_as_short_as_it_was(crops: Api) -> None:
    body = b'{"note": "' + b"x" * MAX_GRAPH_BODY_BYTES + b'"}'
    headers = {"Content-Type": "application/json"}
    answer = await crops.post(URL, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    broken = await crops.post(URL, content=b"--x", headers={"Content-Type": "multipart/form-data"})
    assert (broken.status_code, broken.json()["code"]) == (415, "not_multipart")
