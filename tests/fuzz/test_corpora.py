"""Other people's collections of hostile JSON and naughty strings, at every door.

A twentieth of them by default, all of them by `make fuzz`.
"""

import json
import os
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from api.http.strict_json import parse_json
from schemas.errors import InvalidInputError
from support.api.client import graph, text_node
from support.hostile.npm_packages import corpora
from support.nodes.media import encoded, numbered_pixels

STEP: Final = 1 if int(os.environ.get("NODELOOM_FUZZ", "1")) > 1 else 20
PATIENCE_SECONDS: Final = 5.0
JSON: Final = {"Content-Type": "application/json", "If-Match": "*"}
ON_PURPOSE: Final = ("twice", "too large")
"""Legal JSON is refused where nobody could say which of two fields was meant, and where a number
would come back longer than it was sent."""
BODIES: Final = (
    ("POST", "/api/workflows"),
    ("PUT", "/api/workflows/{id}"),
    ("PATCH", "/api/workflows/{id}"),
    ("PATCH", "/api/workflows/{id}/positions"),
    ("POST", "/api/workflows/{id}/plan"),
    ("POST", "/api/workflows/{id}/runs"),
    ("POST", "/api/workflows/import"),
    ("PATCH", "/api/workflows/{id}/versions/1"),
    ("POST", "/api/keys"),
    ("POST", "/webhooks/clerk"),
    ("POST", "/api/assets"),
)


@pytest.fixture(scope="module")
def workflow(client: httpx.Client) -> str:
    return str(client.post("/api/workflows", json=graph()).json()["id"])


def some(items: list[Any]) -> Iterator[Any]:
    return iter(items[::STEP])


def judge(answer: httpx.Response, what: str) -> None:
    """Whatever was sent, the answer is no failure of ours, quick, and says what is wrong."""
    where = (
        f"{answer.request.method} {answer.request.url.path} with {what[:80]!r}: {answer.text[:200]}"
    )
    assert answer.status_code < 500, where
    assert answer.elapsed.total_seconds() < PATIENCE_SECONDS, where
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", where


def test_json_is_taken_and_refused_as_the_standard_says():
    for case in corpora()["json"]:
        body = case["input"].encode("utf-8", "surrogatepass")
        started = time.perf_counter()
        said = complaint(body)
        assert time.perf_counter() - started < PATIENCE_SECONDS
        if case["name"].startswith("y_"):
            assert said is None or any(words in said for words in ON_PURPOSE), case
        if case["name"].startswith("n_"):
            assert said is not None, case


def complaint(body: bytes) -> str | None:
    """Why a body is no JSON for us; None where it is."""
    try:
        parse_json(body)
    except InvalidInputError as error:
        return f"{error.code}: {error.message}"
    return None


def test_no_json_makes_any_door_fail(client: httpx.Client, workflow: str):
    for case in some(corpora()["json"]):
        body = case["input"].encode("utf-8", "surrogatepass")
        for method, path in BODIES:
            answer = client.request(method, path.format(id=workflow), content=body, headers=JSON)
            judge(answer, case["name"])


def test_no_json_inside_a_graph_makes_it_fail(client: httpx.Client):
    frame = json.dumps(graph(text_node("a", custom="MARK")))
    for case in some(corpora()["json"]):
        body = frame.replace('"MARK"', case["input"]).encode("utf-8", "surrogatepass")
        judge(client.post("/api/workflows", content=body, headers=JSON), case["name"])


def test_naughty_strings_survive_a_round_trip(client: httpx.Client):
    strings: list[str] = corpora()["strings"]
    for start in range(0, len(strings), 400):
        part = strings[start : start + 400]
        nodes = [text_node(f"n{index}", text, label=text) for index, text in enumerate(part)]
        answer = client.post("/api/workflows", json=graph(*nodes))
        assert answer.status_code == 201, answer.text[:500]
        stored = client.get(answer.headers["location"]).json()
        assert [node["data"]["text"] for node in stored["nodes"]] == part
        assert [node["data"]["label"] for node in stored["nodes"]] == part


def test_naughty_strings_fail_nowhere(client: httpx.Client, workflow: str):
    image = encoded(numbered_pixels((4, 3)))
    client.post("/api/assets", files={"file": image})  # the first one starts child processes
    for text in some(corpora()["strings"]):
        name = quote(text[:500], safe="")
        scope = {"scope": {"kind": "from", "nodeId": text}}
        answers = [
            client.patch(f"/api/workflows/{workflow}", json={"name": text}),
            client.patch(
                f"/api/workflows/{workflow}/positions", json={"positions": {text: {"x": 0, "y": 0}}}
            ),
            client.post(f"/api/workflows/{workflow}/plan", json=scope),
            client.post(f"/api/workflows/{workflow}/runs", json=scope),
            client.post("/api/workflows", json=graph(text_node("a"), name=text)),
            client.post("/api/workflows", json=graph({**text_node("a"), "id": text, text: text})),
            client.post("/api/assets", files={"file": (text or "x", image)}),
            client.post("/api/assets", files={text or "x": ("a.png", image)}),
            client.get("/api/workflows", params={"cursor": text, "limit": text}),
            client.get(f"/api/workflows/{name}"),
            client.get(f"/api/runs/{name}"),
            client.get(f"/errors/{name}"),
            client.get("/api/runs", headers=_header("Last-Event-ID", text)),
            client.post(
                f"/api/workflows/{workflow}/runs", headers=_header("Idempotency-Key", text)
            ),
            client.put(
                f"/api/workflows/{workflow}", json=graph(), headers=_header("If-Match", text)
            ),
        ]
        for answer in answers:
            judge(answer, text)


def _header(name: str, text: str) -> dict[bytes, bytes]:
    """A header of these bytes, without those that no client could send."""
    raw = text.encode("utf-8", "replace").strip()
    return {name.encode(): bytes(byte for byte in raw if byte >= 32 and byte != 127) or b"x"}
