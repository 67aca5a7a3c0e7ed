"""Which revision a save is about, and where a page of a list begins."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from db.postgres.pagination import encode_cursor
from support.api.client import Api, graph
from support.nodes.media import encoded, numbered_pixels

LISTS = ["/api/workflows", "/api/runs"]


@pytest.fixture
async def workflow(api: Api) -> str:
    """A workflow at revision 3."""
    made = await api.post("/api/workflows", json=graph())
    for revision in (1, 2):
        await api.put(made.headers["location"], json=graph(), headers={"If-Match": str(revision)})
    return made.headers["location"]


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        ('"3"', 200),
        ("3", 200),
        ('W/"3"', 200),  # a proxy that compresses answers makes it weak
        ("*", 200),
        ('"1", "3"', 200),
        ("1,2 , 3", 200),
        ('"2"', 409),
        ('"1", "2"', 409),
        ('"4"', 409),
        ("", 428),
        ("  ", 428),
        ('"', 422),
        ('"3', 422),
        ("three", 422),
        ("-3", 422),
        ("3.0", 422),
        ('"3", *', 422),
        ('"3-gzip"', 200),
        ('W/"3-gzip"', 200),
        ('"3--gzip"', 200),
        ('"3;br"', 200),
        ('"1-gzip", W/"3-zstd"', 200),
        ("3,,3", 200),  # empty ones are passed over, as RFC 9110 has it
        ('"2-gzip"', 409),
        ('"3-tar"', 422),
        (",", 422),
        ("9" * 300, 422),
        (",".join(["3"] * 21), 422),
    ],
)
async def test_if_match_names_the_revision_that_was_changed(
    api: Api, workflow: str, if_match: str, status: int
):
    answer = await api.put(workflow, json=graph(name="New"), headers={"If-Match": if_match})
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.headers["etag"] == '"4"'
    if status == 409:
        assert answer.json()["revision"] == 3


@pytest.mark.parametrize("query", ["", "/versions/1"])
async def test_what_was_read_can_be_sent_back(api: Api, workflow: str, query: str):
    read = (await api.get(f"{workflow}{query}")).json()
    answer = await api.put(workflow, json=read, headers={"If-Match": "3"})
    assert answer.status_code == 200, (read, answer.text)
    assert answer.json()["nodes"] == read["nodes"]
    assert (await api.post("/api/workflows", json=read)).status_code == 201
    refused = await api.put(workflow, json=read | {"ID": 1}, headers={"If-Match": "4"})
    assert (refused.status_code, "ID" in refused.text) == (422, True)


@pytest.mark.parametrize(
    "tag", ['"{}"', 'W/"{}"', '"{}-gzip"', 'W/"{};br"', '"x", "{}--gzip"', "*"]
)
async def test_a_tag_that_a_proxy_changed_still_says_that_nothing_is_new(api: Api, tag: str):
    file = {"file": ("p.png", encoded(numbered_pixels((8, 8))))}
    made = (await api.post("/api/assets", files=file)).json()
    headers = {"If-None-Match": tag.format(made["id"])}
    assert (await api.get(made["url"], headers=headers)).status_code == 304
    headers = {"If-None-Match": tag.format(made["id"][::-1])}
    assert (await api.get(made["url"], headers=headers)).status_code == (304 if tag == "*" else 200)


async def pages(api: Api, path: str, limit: int) -> list[Any]:
    found: list[Any] = []
    cursor: str | None = None
    while True:
        answer = await api.get(
            path, params={"limit": limit} | ({"cursor": cursor} if cursor else {})
        )
        found += answer.json()["items"]
        cursor = answer.json()["nextCursor"]
        if cursor is None:
            return found


async def test_pages_are_whole_and_in_order_also_while_others_are_added(api: Api):
    for number in range(7):
        await api.post("/api/workflows", json=graph(name=f"Old {number}"))
    first = (await api.get("/api/workflows?limit=3")).json()
    for number in range(4):
        await api.post("/api/workflows", json=graph(name=f"New {number}"))
    rest = (await api.get(f"/api/workflows?limit=100&cursor={first['nextCursor']}")).json()
    names = [item["name"] for item in first["items"] + rest["items"]]
    assert names == [f"Old {number}" for number in reversed(range(7))]
    assert len(await pages(api, "/api/workflows", 2)) == 11


@pytest.mark.parametrize("path", LISTS)
async def test_a_cursor_that_was_changed_is_refused(api: Api, path: str):
    for number in range(3):
        made = (await api.post("/api/workflows", json=graph(name=str(number)))).json()
        await api.post(f"/api/workflows/{made['id']}/runs")
    cursor: str = (await api.get(f"{path}?limit=1")).json()["nextCursor"]
    changed = [
        cursor[:place] + letter + cursor[place + 1 :]
        for place in range(len(cursor) - 1)
        for letter in ("A", "z")
        if cursor[place] != letter
    ]
    for other in [*changed[::5], cursor[:-4], cursor + "AAAA", cursor[::-1], cursor * 2]:
        answer = await api.get(path, params={"cursor": other})
        assert answer.status_code == 422, (cursor, other)
        assert answer.json()["code"] in ("bad_cursor", "invalid_request")
    other_list = LISTS[1 - LISTS.index(path)]
    assert (await api.get(other_list, params={"cursor": cursor})).status_code == 422


@pytest.mark.parametrize("id", ["99999999999999999999999", "-1", "0", "x", "\0", "1 2", "\u0661"])
@pytest.mark.parametrize("path", LISTS)
async def test_a_cursor_that_was_forged_finds_nothing_it_should_not(api: Api, path: str, id: str):
    for year in (1, 2026, 9999):
        forged = encode_cursor(datetime(year, 12, 31, 23, 59, tzinfo=UTC), id)
        answer = await api.get(path, params={"cursor": forged})
        assert answer.status_code in (200, 422)
    raw = base64.urlsafe_b64encode(b"\xff" * 40).decode()
    assert (await api.get(path, params={"cursor": raw})).json()["code"] == "bad_cursor"
