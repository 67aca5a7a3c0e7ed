"""Whatever is sent, the answer is a refusal with a reason and never a failure of ours."""

import json
from typing import Any, Final

import pytest

from support.api.client import Api, graph, text_node

DEEP: Final = 100_000
PATIENCE_SECONDS: Final = 3.0
"""On a loaded machine; alone the slowest takes a fifth of a second."""


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def in_text(raw: str) -> bytes:
    """A graph with `raw`, as JSON writes it, in a text."""
    return json.dumps(graph(text_node("a", "MARK"))).replace("MARK", raw).encode()


def in_number(raw: str) -> bytes:
    """A graph with `raw` as a number."""
    return json.dumps(graph(text_node("a"))).replace('"x": 0', f'"x": {raw}', 1).encode()


BODIES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "blank": b"   ",
    "null": b"null",
    "true": b"true",
    "number": b"5",
    "text": b'"graph"',
    "list": b"[]",
    "empty object": b"{}",
    "half": b'{"name": "x", "nodes": [',
    "two": b"{}{}",
    "trailing comma": b'{"name": "x",}',
    "single quotes": b"{'name': 'x'}",
    "comment": b'{"name": "x" /* y */}',
    "bare key": b"{name: 1}",
    "NaN": in_number("NaN"),
    "Infinity": in_number("-Infinity"),
    "1e400": in_number("1e400"),
    "400 digits": in_number("9" * 400),
    "5000 digits": in_number("9" * 5000),
    "20 digits": in_number("99999999999999999999"),
    "leading zero": in_number("007"),
    "hex": in_number("0x10"),
    "invalid utf-8": in_text("\u00ff").replace("\u00ff".encode(), b"\xff"),
    "overlong utf-8": b'{"name": "\xc0\x80"}',
    "utf-16": json.dumps(graph()).encode("utf-16"),
    "utf-32": json.dumps(graph()).encode("utf-32"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "NUL": in_text("\\u0000"),
    "raw NUL": b'{"name": "\x00"}',
    "raw newline": b'{"name": "\n"}',
    "half a pair": in_text("\\ud800"),
    "other half": in_text("\\udfff"),
    "NUL in a key": b'{"\\u0000": 1}',
    "half a pair in a key": b'{"\\ud800": 1}',
    "depth 100": nested(100),
    "depth 1100": nested(1100),
    "depth 100000": nested(DEEP),
    "deep objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "deep in a node": in_text('x", "deep": ' + "[" * 500 + "]" * 500 + ', "y": "z'),
    "duplicate keys": b'{"name": "x", "name": "y", "nodes": [], "nodes": 5, "edges": []}',
    "duplicate keys, deep": in_text('x", "more": {"a": 1, "b": 2, "a": 1}, "y": "z'),
    "proto in a node": in_text('x", "more": {"__proto__": {"admin": true}}, "y": "z'),
    "1e19": in_number("1e19"),
    "many empty lists": b'{"name": "x", "nodes": [' + b"[]," * 600_000 + b"[]]}",
    "commas": b"[" + b"," * 1_500_000 + b"]",
    "proto": b'{"__proto__": {"admin": true}, "constructor": {}}',
    "nodes as object": b'{"name": "x", "nodes": {"0": 1}, "edges": []}',
    "nodes of null": b'{"name": "x", "nodes": [null, 1, "a", [], {}], "edges": [null, {}]}',
    "odd ids": b'{"name": "x", "nodes": [{"id": 5, "type": [], "data": 7}], "edges": []}',
    "escaped garbage": b'{"name": "\\x41"}',
    "binary": bytes(range(256)),
    "12 MB": b'"' + b"x" * 12_000_000 + b'"',
    "many members": json.dumps({f"k{number}": number for number in range(20_000)}).encode(),
}

DOORS: Final = (
    ("POST", "/api/workflows"),
    ("PUT", "/api/workflows/{id}"),
    ("PATCH", "/api/workflows/{id}"),
    ("PATCH", "/api/workflows/{id}/positions"),
    ("POST", "/api/workflows/{id}/plan"),
    ("POST", "/api/workflows/{id}/runs"),
    ("POST", "/api/workflows/{id}/check"),
    ("POST", "/api/workflows/import"),
    ("PATCH", "/api/workflows/{id}/versions/1"),
    ("POST", "/api/keys"),
    ("POST", "/webhooks/clerk"),
    ("POST", "/api/assets"),
)
HARMLESS: Final = frozenset({"nothing", "null"})
"""Of doors whose body is optional; the check takes none at all."""
EMPTY: Final = frozenset({"empty object", "byte order mark"})


@pytest.mark.parametrize("name", BODIES)
async def test_no_body_makes_any_door_fail(api: Api, name: str):
    id = (await api.post("/api/workflows", json=graph())).json()["id"]
    for method, path in DOORS:
        headers = {"Content-Type": "application/json", "If-Match": "1"}
        answer = await api.request(
            method, path.format(id=id), content=BODIES[name], headers=headers
        )
        where = f"{method} {path}: {answer.text[:200]}"
        assert answer.status_code < 500, where
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", where
            assert answer.json()["code"], where
        assert answer.elapsed.total_seconds() < PATIENCE_SECONDS, where
        takes_nothing = path.endswith("/check") or (
            path.endswith(("/plan", "/runs")) and name in HARMLESS | EMPTY
        )
        takes_nothing |= path.endswith("/versions/1") and name in EMPTY
        assert takes_nothing or answer.status_code in (400, 404, 413, 415, 422), where


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("half", "invalid_json"),
        ("5000 digits", "invalid_json"),
        ("1e400", "invalid_json"),
        ("NaN", "invalid_json"),
        ("invalid utf-8", "invalid_json"),
        ("depth 100000", "invalid_json"),
        ("duplicate keys", "invalid_json"),
        ("duplicate keys, deep", "invalid_json"),
        ("proto", "invalid_json"),
        ("proto in a node", "invalid_json"),
        ("1e19", "invalid_json"),
        ("many empty lists", "invalid_json"),
        ("12 MB", "body_too_large"),
        ("NUL", "invalid_graph"),
        ("half a pair", "invalid_graph"),
        ("nodes of null", "invalid_graph"),
    ],
)
async def test_a_graph_is_refused_for_the_right_reason(api: Api, name: str, code: str):
    headers = {"Content-Type": "application/json"}
    answer = await api.post("/api/workflows", content=BODIES[name], headers=headers)
    assert answer.json()["code"] == code


async def test_what_cannot_be_stored_is_told_with_the_node_it_is_in(api: Api):
    headers = {"Content-Type": "application/json"}
    answer = await api.post("/api/workflows", content=BODIES["NUL"], headers=headers)
    assert [problem["nodeId"] for problem in answer.json()["problems"]] == ["a"]


@pytest.mark.parametrize("raw", ["\\u0000", "\\ud800"])
async def test_a_name_that_cannot_be_stored_is_refused(api: Api, raw: str):
    id = (await api.post("/api/workflows", json=graph())).json()["id"]
    headers = {"Content-Type": "application/json"}
    body = f'{{"name": "x{raw}"}}'.encode()
    answer = await api.patch(f"/api/workflows/{id}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "", "x"])
async def test_only_json_is_taken_for_json(api: Api, media_type: str):
    headers = {"Content-Type": media_type}
    answer = await api.post("/api/workflows", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "not_json")


async def test_odd_letters_survive(api: Api):
    odd = "\U0001f469\u200d\U0001f680 \u202eabc\u202c \ufeff \uffff '; drop table users; -- {{input}} <img src=x>"
    answer = await api.post("/api/workflows", json=graph(text_node("a", odd), name=odd))
    stored: dict[str, Any] = answer.json()
    assert answer.status_code == 201
    assert (stored["name"], stored["nodes"][0]["data"]["text"]) == (odd, odd)


@pytest.mark.parametrize(
    "path",
    [
        "/api/workflows?cursor=%00",
        "/api/workflows?cursor=%ff%fe",
        "/api/workflows?cursor=" + "A" * 5000,
        "/api/workflows?limit=" + "9" * 5000,
        "/api/runs?cursor=MjAyNi0wMS0wMVQwMDowMDowMCswMDowMCB4",
        "/api/workflows/%00",
        "/api/workflows/1e5",
        "/api/runs/%00",
        "/api/runs/..%2f..%2fetc",
        "/editor/..%2f..%2fpackage.json",
        "/editor/%00",
        "/schema/reader/..%2f..%2fcore.py",
    ],
)
async def test_no_address_makes_it_fail(api: Api, path: str):
    answer = await api.get(path)
    assert answer.status_code in (404, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "number", ["9223372036854775807", "-9999999999999997952", "9.9e18", "1e-300", "-0.0", "5e-324"]
)
async def test_a_number_that_is_taken_can_be_sent_back(api: Api, number: str):
    headers = {"Content-Type": "application/json"}
    stored = await api.post("/api/workflows", content=in_number(number), headers=headers)
    assert stored.status_code == 201
    read = (await api.get(stored.headers["location"])).json()
    again = {name: read[name] for name in ("name", "nodes", "edges", "viewport")}
    saved = await api.put(stored.headers["location"], json=again, headers={"If-Match": "1"})
    assert saved.status_code == 200, saved.text
    assert (await api.get(stored.headers["location"])).json()["nodes"] == read["nodes"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "owner_id": "somebody"},
        {"name": "x", "ownerId": "somebody"},
        {"name": "x", "is_admin": True},
        {"name": "x", "createdAt": "2026-01-01T00:00:00Z"},
        {"name": "x", "revision": 7},
        {"name": 5},
        {"name": True},
        {"name": ["x"]},
        {"NAME": "x"},
    ],
)
async def test_nothing_can_be_set_that_is_not_the_callers_to_set(api: Api, body: dict[str, Any]):
    id = (await api.post("/api/workflows", json=graph())).json()["id"]
    for method, path in (
        ("PATCH", f"/api/workflows/{id}"),
        ("POST", f"/api/workflows/{id}/runs"),
        ("POST", f"/api/workflows/{id}/plan"),
    ):
        answer = await api.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        assert answer.json()["errors"]
    stored = (await api.get(f"/api/workflows/{id}")).json()
    assert (stored["name"], stored["revision"]) == ("Test", 1)
