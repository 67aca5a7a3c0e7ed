"""What is read from a connection, by llhttp and by h11: no request gets past either."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from api.http.h11_protocol import StrictH11Protocol
from schemas.settings import Settings
from support.api.client import graph, serving

LONG = b"x" * 80_000
NO_HTTP = {
    "a long header": (b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + LONG, 431),
    "a long address": (b"GET /" + LONG + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close", 431),
    "NUL": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b", 400),
    "no host": (b"GET / HTTP/1.1", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01", 400),
    "no ASCII": (b"GET /\xff HTTP/1.1\r\nHost: localhost", 400),
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6",
        400,
    ),
    "a negative length": (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5", 400),
    "both lengths": (b"POST / HTTP/1.1\r\nHost: a\r\nHost: localhost", 400),
}


SendRaw = Callable[..., Awaitable[bytes]]


@pytest.fixture(params=["llhttp", "h11"])
async def http_client(
    app: Litestar,
    settings: Settings,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[httpx.AsyncClient]:
    if request.param == "llhttp":
        pytest.importorskip("httptools")
    else:
        monkeypatch.setattr("api.server.http_protocol", lambda: StrictH11Protocol)
    async with serving(app, settings) as client:
        yield client


@pytest.fixture
def send_raw(http_client: httpx.AsyncClient) -> SendRaw:
    """Send bytes, piece by piece; give everything that comes until the other side hangs up."""

    async def send(*pieces: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(
            http_client.base_url.host, http_client.base_url.port
        )
        try:
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0.02)
            return await asyncio.wait_for(reader.read(), 10)
        finally:
            writer.close()

    return send


@pytest.mark.parametrize("name", NO_HTTP)
async def test_what_is_no_http_is_refused_in_the_same_words(send_raw: SendRaw, name: str):
    raw, status = NO_HTTP[name]
    answer = await send_raw(raw + b"\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == str(status).encode()
    assert b"application/problem+json" in head
    code = {400: "bad_request", 431: "headers_too_large"}[status]
    assert json.loads(body)["type"] == f"/errors/{code}"


async def test_many_small_headers_are_answered_or_refused(http_client: httpx.AsyncClient):
    for count, status in ((500, 200), (10_000, 431)):
        headers = [(f"X-{number}", "y") for number in range(count)]
        assert (await http_client.get("/health/live", headers=headers)).status_code == status


STORE = b"POST /api/workflows HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CLOSE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
GRAPH = json.dumps(graph()).encode()
CHUNKED = STORE + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n0\r\n" % (len(GRAPH), GRAPH)


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", CHUNKED + b"X: "])
async def test_a_header_without_end_is_not_waited_for(send_raw: SendRaw, start: bytes):
    """Nor a trailer; neither is kept in memory."""
    answer = await send_raw(start, *[b"x" * 40_000] * 3)
    assert answer.split()[1] == b"431"
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_trailers_are_no_headers(send_raw: SendRaw):
    answer = await send_raw(CHUNKED + b"Authorization: Bearer no-key\r\nHost: b\r\n\r\n" + CLOSE)
    assert answer.split()[1] == b"201"
    assert answer.count(b"HTTP/1.1 ") == 2


async def test_whoever_offers_another_protocol_is_answered_in_this_one(send_raw: SendRaw):
    """As Java's client does with each connection, also with a body."""
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"
    head = STORE + offer + b"Content-Length: %d\r\n\r\n" % len(GRAPH)
    answer = await send_raw(head + GRAPH[:50], GRAPH[50:], CLOSE)
    assert answer.split()[1] == b"201"
    assert answer.count(b"HTTP/1.1 ") == 2
    assert answer.endswith(b"}")


async def test_what_cannot_be_read_behind_a_request_is_not_in_its_answer(send_raw: SendRaw):
    get = b"GET /schema/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = await send_raw(get + b"\0\0\0\r\n\r\n" + get)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == b"200"
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    assert json.loads(body[:length])["openapi"]
    assert b"HTTP/1.1 200" not in body


async def test_a_broken_body_is_refused_and_ends_the_connection(send_raw: SendRaw):
    broken = STORE + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde"
    answer = await send_raw(broken, b"no length\r\n\r\n" + CLOSE)
    assert answer.split()[1] == b"400"
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_http_1_0_gets_no_chunks(send_raw: SendRaw, http_client: httpx.AsyncClient):
    made = (await http_client.post("/api/workflows", json=graph())).json()
    run = (await http_client.post(f"/api/workflows/{made['id']}/runs")).json()
    await http_client.post(f"/api/runs/{run['id']}/cancel")
    answer = await send_raw(
        b"GET /api/runs/%s/events HTTP/1.0\r\nHost: localhost\r\n\r\n" % run["id"].encode()
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == b"200"
    assert b"transfer-encoding" not in head.lower()
    assert b"CANCELLED" in body
    assert body.startswith((b"id", b"event", b":", b"retry"))


async def test_requests_may_follow_each_other_without_waiting(send_raw: SendRaw):
    get = b"GET /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = await send_raw(get * 20 + CLOSE)
    assert answer.count(b"HTTP/1.1 200") == 21
