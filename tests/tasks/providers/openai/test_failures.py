"""What each failure of a chat API becomes."""

import gzip
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from schemas.errors import NodeError, NotConfiguredError
from schemas.settings import ProviderAccess
from support.servers import openai_server as provider
from support.servers.openai_server import OpenaiServer, chunk, events, raw_stream
from support.servers.web_server import Respond, answer, hang
from tasks.providers.openai.client import OpenaiClient
from tasks.providers.openai.errors import ERRORS

KEY = "sk-not-a-real-key"
Fail = Callable[..., Awaitable[NodeError]]
SCHEMA = {"type": "object", "properties": {"slogan": {"type": "string"}}}


async def test_without_a_key_the_message_names_the_variables(fail: Fail) -> None:
    error = await fail(OpenaiClient(ProviderAccess(), ERRORS))
    assert isinstance(error, NotConfiguredError)
    assert error.code == "not_configured"
    assert "OPENAI_API_KEY" in error.message
    assert "OPENAI_BASE_URL" in error.message


async def test_a_service_that_wants_a_key_after_all_says_so(
    server: OpenaiServer, fail: Fail
) -> None:
    client = OpenaiClient(ProviderAccess(base_url=server.url), ERRORS)
    server.respond = provider.error_response(401, "Missing bearer token.")
    error = await fail(client)
    await client.close()
    assert error.code == "not_configured"
    assert "OPENAI_API_KEY" in error.message


ERROR_IN_STREAM = {"error": {"code": 502, "message": "Provider disconnected."}}
VLLM_ERROR = {"object": "error", "message": "Engine is overloaded.", "code": 503}


@pytest.mark.parametrize(
    ("respond", "code", "retryable", "message_part"),
    [
        (
            provider.error_response(401, "Incorrect API key.", code="invalid_api_key"),
            "wrong_key",
            False,
            "OPENAI_API_KEY",
        ),
        (provider.error_response(403, "Not in your country."), "wrong_key", False, "country"),
        (
            provider.error_response(404, "No such model.", code="model_not_found"),
            "model_not_found",
            False,
            "“gpt-x”",
        ),
        (
            provider.error_response(403, "No access to it.", code="model_not_found"),
            "model_not_found",
            False,
            "“gpt-x”",
        ),
        (answer(404, b"404 page not found"), "not_configured", False, "OPENAI_BASE_URL"),
        (
            answer(200, b'{"error":"Unexpected endpoint or method. (POST /chat)"}'),
            "not_configured",
            False,
            "/chat/completions",
        ),
        (
            provider.error_response(400, "Too many tokens.", code="context_length_exceeded"),
            "bad_request",
            False,
            "tokens",
        ),
        (
            provider.error_response(400, "Filtered.", code="content_filter"),
            "blocked",
            False,
            "Filtered.",
        ),
        (
            provider.error_response(403, "Flagged.", metadata={"reasons": ["violence"]}),
            "blocked",
            False,
            "Flagged.",
        ),
        (provider.error_response(429, "Slow down."), "rate_limited", True, "Slow down."),
        (
            provider.error_response(429, "Limit of requests per day (RPD): 200."),
            "quota_exhausted",
            False,
            "day",
        ),
        (
            provider.error_response(429, "Check your plan.", code="insufficient_quota"),
            "quota_exhausted",
            False,
            "credit",
        ),
        (provider.error_response(402, "Insufficient credits."), "quota_exhausted", False, "credit"),
        (provider.error_response(500, "Oops."), "provider_unavailable", True, "500"),
        (answer(502, b"<html>Bad Gateway"), "provider_unavailable", True, "502"),
        (provider.error_response(504, "Late."), "provider_timeout", True, "in time"),
        (
            answer(302, b"", {"location": "http://127.0.0.1:9/"}),
            "provider_unavailable",
            True,
            "302",
        ),
        (answer(200, b"<html>hello</html>"), "provider_unavailable", True, "made no sense"),
        (answer(200, b"[1, 2"), "provider_unavailable", True, "made no sense"),
        (
            answer(200, gzip.compress(b"data: {}"), {"content-encoding": "gzip"}),
            "provider_unavailable",
            True,
            "packed as gzip",
        ),
        (raw_stream(events(chunk(["no text"])).encode()), "provider_unavailable", True, "no sense"),  # pyright: ignore[reportArgumentType]
        (raw_stream(events({"choices": "?"}).encode()), "empty_answer", True, "no usable"),
        (raw_stream(events().encode()), "provider_unavailable", True, "no event"),
        (provider.text_stream(" \n"), "empty_answer", True, "stop"),
        (provider.text_stream("", finish="length"), "empty_answer", False, "longest answer"),
        (provider.text_stream("Hm.", finish="tool_calls"), "empty_answer", True, "tool_calls"),
        (provider.text_stream("A", finish="content_filter"), "blocked", False, "content_filter"),
        (
            raw_stream(events(chunk("A fine "), ERROR_IN_STREAM).encode()),
            "provider_unavailable",
            True,
            "disconnected",
        ),
        (
            raw_stream(events(VLLM_ERROR).encode()),
            "provider_unavailable",
            True,
            "overloaded",
        ),
        (
            raw_stream(events({"error": {"code": "rate_limit_exceeded", "message": "!"}}).encode()),
            "rate_limited",
            True,
            "!",
        ),
        (
            raw_stream(events(chunk("A fine "), end="").encode(), cut=True),
            "provider_unavailable",
            True,
            "broke off",
        ),
        (raw_stream(events(chunk("A fine ")).encode()), "provider_unavailable", True, "broke off"),
    ],
)
async def test_a_failure_says_what_happened_and_whether_to_try_again(
    server: OpenaiServer,
    fail: Fail,
    respond: Respond,
    code: str,
    *,
    retryable: bool,
    message_part: str,
) -> None:
    server.respond = respond
    error = await fail()

    assert (error.code, error.retryable) == (code, retryable)
    assert message_part in error.message
    assert len(server.asked) == 1  # the SDK does not try again on its own


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "7"}, "Slow.", 7),
        ({"retry-after": "7", "retry-after-ms": "250"}, "Slow.", 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, "Slow.", 0),
        ({}, "Limit 30000, Used 29000. Please try again in 1.5s.", 1.5),
        ({}, "Please try again in 250ms.", 0.25),
        ({}, "Please try again in 6m12s.", 372),
    ],
)
async def test_the_wait_that_the_provider_asks_for_is_kept(
    server: OpenaiServer, fail: Fail, headers: dict[str, str], message: str, seconds: float
) -> None:
    server.respond = provider.error_response(429, message, headers)
    error = await fail()
    assert (error.code, error.retry_after) == ("rate_limited", seconds)


async def test_a_wait_may_be_told_as_a_time(server: OpenaiServer, fail: Fail) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    server.respond = provider.error_response(429, "Slow.", {"retry-after": then})
    wait = (await fail()).retry_after
    assert wait is not None
    assert 3000 <= wait <= 3600


@pytest.mark.parametrize("said", ["", "soon", "-1", "\u0661", "9" * 40, "Thu, 99 Jan 1970"])
async def test_a_wait_that_makes_no_sense_is_none(
    server: OpenaiServer, fail: Fail, said: str
) -> None:
    headers = {"retry-after": said} if said.isascii() else {}
    server.respond = provider.error_response(429, f"Please try again in {said}.", headers)
    assert (await fail()).retry_after is None


async def test_an_error_never_repeats_the_key(
    server: OpenaiServer, client: OpenaiClient, fail: Fail
) -> None:
    server.respond = provider.error_response(400, f"Authorization: Bearer {KEY}.")
    error = await fail()
    assert KEY not in str(error)
    assert KEY not in repr(client)
    assert error.__cause__ is None
    assert KEY not in client.rate_limit_key
    other = OpenaiClient(ProviderAccess(api_key=SecretStr("sk-other")), ERRORS)
    assert client.rate_limit_key != other.rate_limit_key


async def test_a_provider_that_cannot_be_reached_is_unavailable(fail: Fail) -> None:
    client = OpenaiClient(ProviderAccess(base_url="http://me:hunter2@127.0.0.1:9/v1"), ERRORS)
    error = await fail(client)
    await client.close()
    assert (error.code, error.retryable) == ("provider_unavailable", True)
    assert "127.0.0.1:9 failed" in error.message
    assert "OPENAI_BASE_URL" in error.message
    assert "hunter2" not in error.message


async def test_a_silent_provider_is_a_timeout(server: OpenaiServer, fail: Fail) -> None:
    server.respond = hang
    access = ProviderAccess(base_url=server.url)
    client = OpenaiClient(access, ERRORS, read_timeout_seconds=0.2)
    error = await fail(client)
    await client.close()
    assert (error.code, error.retryable) == ("provider_timeout", True)


async def test_an_endless_answer_is_cut(server: OpenaiServer, fail: Fail) -> None:
    server.respond = provider.text_stream(*["x" * 10_000] * 101)
    assert (await fail()).code == "answer_too_long"


async def test_an_answer_of_forty_megabytes_without_an_end_of_line_is_not_read_whole(
    server: OpenaiServer, fail: Fail
) -> None:
    server.respond = raw_stream(b'data: {"choices": "' + b"x" * 40_000_000, size=1_000_000)
    assert (await fail()).code == "answer_too_long"
