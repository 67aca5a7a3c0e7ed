"""Calls within the process: streamed, cut off, given up."""

import asyncio
from typing import Any

import httpx
import pytest

from api.mcp.in_process import AppTransport


def client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=AppTransport(app, ("10.0.0.7", 4711)), base_url="http://nodeloom", timeout=20
    )


async def begin(send: Any, status: int = 200) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def say(send: Any, text: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": more})


async def test_a_request_comes_as_from_outside() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope, body=(await receive())["body"])
        await begin(send, 201)
        await say(send, b"made", more=False)

    async with client(app) as http:
        answer = await http.post(
            "/a%20b/ü", params={"q": "x y"}, content=b"{}", headers={"Host": "example.org"}
        )
    assert (answer.status_code, answer.text) == (201, "made")
    assert (seen["path"], seen["raw_path"]) == ("/a b/ü", b"/a%20b/%C3%BC")
    assert (seen["query_string"], seen["body"]) == (b"q=x+y", b"{}")
    assert (seen["client"], dict(seen["headers"])[b"host"]) == (("10.0.0.7", 4711), b"example.org")


async def test_an_answer_is_read_while_it_is_made_and_ends_with_its_reader() -> None:
    told, cancelled = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await begin(send)
        await say(send, b"first", more=True)
        await told.wait()
        await say(send, b"second", more=True)
        try:
            await receive()  # until somebody goes away
        finally:
            cancelled.set()

    async with client(app) as http, http.stream("GET", "/") as answer:
        pieces = answer.aiter_text()
        assert await asyncio.wait_for(anext(pieces), 20) == "first"
        told.set()
        assert await asyncio.wait_for(anext(pieces), 20) == "second"
        assert not cancelled.is_set()
    await asyncio.wait_for(cancelled.wait(), 20)


async def test_a_request_that_is_given_up_before_its_answer_is_cancelled() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with client(app) as http:
        asking = asyncio.create_task(http.get("/"))
        await asyncio.wait_for(begun.wait(), 20)
        asking.cancel()
        await asyncio.wait_for(cancelled.wait(), 20)
        await asyncio.gather(asking, return_exceptions=True)
    assert asking.cancelled()


@pytest.mark.parametrize("begins", [False, True])
async def test_an_application_that_fails_cuts_its_answer_off(
    begins: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if begins:
            await begin(send)
            await say(send, b"half", more=True)
        raise RuntimeError("broken")

    async with client(app) as http:
        with pytest.raises(httpx.ReadError):
            await http.get("/")
    assert "broken" in caplog.text


async def test_who_does_not_read_is_waited_for() -> None:
    sent: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await begin(send)
        for number in range(1_000):
            await say(send, b"x" * 1_000, more=True)
            sent.append(number)
        await say(send, b"", more=False)

    async with client(app) as http, http.stream("GET", "/") as answer:
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(sent) < 20
        assert len(await answer.aread()) == 1_000_000
