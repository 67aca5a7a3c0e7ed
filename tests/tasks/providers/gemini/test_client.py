"""The real SDK against a provider on loopback."""

import asyncio
import base64
import subprocess
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from pydantic import SecretStr

from schemas.errors import BadInputError, NodeError, NotConfiguredError, ProviderError
from schemas.settings import ProviderAccess
from schemas.wire.run import Usage
from support.servers import gemini_server as provider
from support.servers.gemini_server import GeminiServer
from support.servers.web_server import HttpRequest, Respond, answer, hang
from tasks.providers.base import TextRequest, TextResponse
from tasks.providers.gemini import ERRORS
from tasks.providers.gemini.client import Gemini
from tasks.providers.text import generate_text, replace_unstorable

KEY = "AIza-not-a-real-key"


def access(url: str) -> ProviderAccess:
    return ProviderAccess(api_key=SecretStr(KEY), base_url=url)


@pytest.fixture
async def server() -> AsyncIterator[GeminiServer]:
    async with GeminiServer() as server:
        yield server


@pytest.fixture
async def gemini(server: GeminiServer) -> AsyncIterator[Gemini]:
    gemini = Gemini(access(server.url), ERRORS)
    yield gemini
    await gemini.close()


async def _ask(gemini: Gemini, **request: object) -> TextResponse:
    asked = {"model": "gemini-x", "user_message": "Say tea.", **request}
    return await generate_text(
        gemini,
        TextRequest(**asked),  # pyright: ignore[reportArgumentType]
        idempotency_key="key-7",
        emit=lambda _: None,
        record_usage=lambda _: None,
    )


async def _error(gemini: Gemini, **request: object) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await _ask(gemini, **request)
    return caught.value


async def test_an_answer_streams_piece_by_piece_and_is_counted(
    server: GeminiServer, gemini: Gemini
) -> None:
    server.respond = provider.text_stream("A ", "fine ", "teapot.")
    pieces: list[str] = []

    request = TextRequest(model="gemini-x", user_message="Say tea.")
    said = await generate_text(
        gemini, request, idempotency_key="key-7", emit=pieces.append, record_usage=lambda _: None
    )

    assert said.text == "A fine teapot."
    assert pieces == ["A ", "fine ", "teapot."]
    assert said.usage == Usage(
        model="gemini-real-name", input_tokens=11, output_tokens=5, total_tokens=16
    )


async def test_everything_asked_reaches_the_provider(server: GeminiServer, gemini: Gemini) -> None:
    server.respond = provider.text_stream('{"slogan": "Tea."}')
    schema = {"type": "object", "properties": {"slogan": {"type": "string"}}}
    await _ask(
        gemini,
        system_prompt="Be brief.",
        images=(("image/jpeg", b"\xff\xd8one"), ("image/jpeg", b"\xff\xd8two")),
        temperature=0.0,
        max_output_tokens=9,
        response_schema=schema,
    )
    (asked,) = server.asked
    parts = server.request["contents"][0]["parts"]
    settings = server.request["generationConfig"]

    assert asked.path == "/v1beta/models/gemini-x:streamGenerateContent?alt=sse"
    assert asked.headers["x-goog-api-key"] == KEY
    assert asked.headers["idempotency-key"] == "key-7"
    assert [base64.urlsafe_b64decode(part["inlineData"]["data"]) for part in parts[:2]] == [
        b"\xff\xd8one",
        b"\xff\xd8two",
    ]
    assert parts[2] == {"text": "Say tea."}
    assert server.request["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert settings["temperature"] == 0.0
    assert settings["maxOutputTokens"] == 9
    assert settings["responseMimeType"] == "application/json"
    assert settings["responseJsonSchema"] == schema


async def test_what_was_not_asked_is_not_sent(server: GeminiServer, gemini: Gemini) -> None:
    await _ask(gemini)

    assert set(server.request) <= {"contents", "generationConfig"}
    assert server.request.get("generationConfig", {}) == {}


async def test_an_answer_cut_at_the_token_limit_is_kept_and_passed_on_only_where_accepted(
    server: GeminiServer, gemini: Gemini
) -> None:
    server.respond = provider.text_stream("A fine", finish="MAX_TOKENS")
    error = await _error(gemini)
    assert (error.code, error.retryable, error.answer) == ("answer_cut", False, "A fine")
    assert "MAX_TOKENS" in error.message

    accepted = await _ask(gemini, accepts_cut_answer=True)
    assert (accepted.text, accepted.usage.finish_reason) == ("A fine", "MAX_TOKENS")


async def test_thoughts_are_counted_and_not_told(server: GeminiServer, gemini: Gemini) -> None:
    thought = {"candidates": [{"content": {"parts": [{"text": "Hm.", "thought": True}]}}]}
    last = provider.text_chunk("Tea.", finish="STOP", **provider.usage(3, 2, thoughts=40))
    server.respond = provider.chunk_stream(thought, last)

    said = await _ask(gemini)
    assert (said.text, said.usage.output_tokens, said.usage.total_tokens) == ("Tea.", 42, 45)


async def test_what_the_database_cannot_hold_is_replaced(
    server: GeminiServer, gemini: Gemini
) -> None:
    server.respond = provider.text_stream("tea\0pot \ud800!")
    assert (await _ask(gemini)).text == "tea\ufffdpot \ufffd!"
    assert replace_unstorable("a \ud83c\udf75") == "a 🍵"


async def test_without_a_key_the_message_names_the_variable() -> None:
    error = await _error(Gemini(ProviderAccess(), ERRORS))

    assert isinstance(error, NotConfiguredError)
    assert error.code == "not_configured"
    assert "GEMINI_API_KEY" in error.message


async def test_the_demo_model_needs_no_key(
    server: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # nobody listens there
    demo = Gemini(ProviderAccess(base_url=server.url), ERRORS, demo=True)

    assert (await _ask(demo)).text == "A fine teapot."
    await demo.close()


@pytest.mark.parametrize(
    ("respond", "code", "retryable", "message_part"),
    [
        (provider.WRONG_KEY, "wrong_key", False, "GEMINI_API_KEY"),
        (
            provider.error_response(401, "UNAUTHENTICATED", "No."),
            "wrong_key",
            False,
            "GEMINI_API_KEY",
        ),
        (
            provider.error_response(403, "PERMISSION_DENIED", "Leaked."),
            "wrong_key",
            False,
            "Leaked.",
        ),
        (
            provider.error_response(404, "NOT_FOUND", "Gone."),
            "model_not_found",
            False,
            "“gemini-x”",
        ),
        (
            provider.error_response(400, "INVALID_ARGUMENT", "Bad schema."),
            "bad_request",
            False,
            "schema",
        ),
        (
            provider.error_response(429, "RESOURCE_EXHAUSTED", "Slow."),
            "rate_limited",
            True,
            "Slow.",
        ),
        (
            provider.error_response(503, "UNAVAILABLE", "Busy."),
            "provider_unavailable",
            True,
            "Busy.",
        ),
        (provider.error_response(500, "INTERNAL", "Oops."), "provider_unavailable", True, "500"),
        (
            provider.error_response(504, "DEADLINE_EXCEEDED", "Late."),
            "provider_timeout",
            True,
            "in time",
        ),
        (answer(502, b"<html>Bad Gateway"), "provider_unavailable", True, "502"),
        (answer(200, b"<html>hello</html>"), "provider_unavailable", True, "made no sense"),
        (provider.chunk_stream({"choices": [{"text": "hi"}]}), "empty_answer", True, "no usable"),
        (provider.chunk_stream(), "empty_answer", True, "no usable answer"),
        (provider.text_stream(" \n"), "empty_answer", True, "STOP"),
        (provider.text_stream("", finish="MAX_TOKENS"), "empty_answer", False, "longest answer"),
        (
            provider.text_stream("Hm.", finish="MALFORMED_RESPONSE"),
            "empty_answer",
            True,
            "MALFORMED",
        ),
        (provider.BLOCKED_QUESTION, "blocked", False, "PROHIBITED_CONTENT"),
        (provider.BLOCKED_ANSWER, "blocked", False, "the answer (reason: SAFETY)"),
        (provider.text_stream("x", finish="IMAGE_SAFETY"), "blocked", False, "IMAGE_SAFETY"),
        (
            provider.chunk_stream(
                provider.text_chunk("A fine "),
                {"error": {"code": 503, "status": "UNAVAILABLE", "message": "Overloaded."}},
            ),
            "provider_unavailable",
            True,
            "Overloaded.",
        ),
        (
            provider.chunk_stream(provider.text_chunk("A fine "), cut=True),
            "provider_unavailable",
            True,
            "broke off",
        ),
        (
            provider.chunk_stream(provider.text_chunk("A fine ")),
            "provider_unavailable",
            True,
            "broke off",
        ),
    ],
)
async def test_a_failure_says_what_happened_and_whether_to_try_again(
    server: GeminiServer,
    gemini: Gemini,
    respond: Respond,
    code: str,
    *,
    retryable: bool,
    message_part: str,
) -> None:
    server.respond = respond
    error = await _error(gemini)

    assert (error.code, error.retryable) == (code, retryable)
    assert message_part in error.message
    assert len(server.asked) == 1  # the SDK does not try again on its own


@pytest.mark.parametrize(
    ("quota_id", "message"),
    [
        ("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "You exceeded your current quota."),
        ("", "Quota exceeded for metric: requests per day, limit: 20. Please retry in 20s."),
    ],
)
async def test_the_quota_of_a_day_is_not_waited_for(
    server: GeminiServer, gemini: Gemini, quota_id: str, message: str
) -> None:
    quota = {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": "GenerateRequestsPerMinute"}, {"quotaId": quota_id}],
    }
    server.respond = provider.error_response(
        429, "RESOURCE_EXHAUSTED", message, quota, provider.retry_info("20s")
    )
    error = await _error(gemini)
    assert (error.code, error.retryable, error.retry_after) == ("quota_exhausted", False, None)
    assert "gemini-x" in error.message


async def test_the_wait_that_the_provider_asks_for_is_kept(
    server: GeminiServer, gemini: Gemini
) -> None:
    quota = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []}
    server.respond = provider.error_response(
        429, "RESOURCE_EXHAUSTED", "Slow down.", quota, provider.retry_info("2.5s")
    )
    assert (await _error(gemini)).retry_after == 2.5


async def test_an_error_never_repeats_the_key(server: GeminiServer, gemini: Gemini) -> None:
    server.respond = provider.error_response(
        400, "INVALID_ARGUMENT", f"Header x-goog-api-key: {KEY}."
    )
    error = await _error(gemini)

    assert KEY not in str(error)
    assert KEY not in repr(gemini)
    assert error.__cause__ is None


async def test_a_provider_that_cannot_be_reached_is_unavailable(server: GeminiServer) -> None:
    gemini = Gemini(access("http://127.0.0.1:9"), ERRORS)
    error = await _error(gemini)
    await gemini.close()

    assert isinstance(error, ProviderError)
    assert (error.code, error.retryable) == ("provider_unavailable", True)
    assert "GEMINI_BASE_URL" in error.message


async def test_a_silent_provider_is_a_timeout(server: GeminiServer) -> None:
    server.respond = hang
    gemini = Gemini(access(server.url), ERRORS, read_timeout_seconds=0.2)
    error = await _error(gemini)
    await gemini.close()

    assert (error.code, error.retryable) == ("provider_timeout", True)


async def test_cancelling_ends_the_request(server: GeminiServer, gemini: Gemini) -> None:
    arrived = asyncio.Event()

    async def notice(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await hang(asked, writer)

    server.respond = notice
    task = asyncio.ensure_future(_ask(gemini))
    await asyncio.wait_for(arrived.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_endless_answer_is_cut(server: GeminiServer, gemini: Gemini) -> None:
    server.respond = provider.text_stream(*["x" * 10_000] * 101)
    error = await _error(gemini)

    assert isinstance(error, BadInputError)
    assert error.code == "answer_too_long"


async def test_many_requests_share_one_client(server: GeminiServer, gemini: Gemini) -> None:
    answers = await asyncio.gather(*(_ask(gemini) for _ in range(20)))
    assert {answer.text for answer in answers} == {"A fine teapot."}


async def test_the_sdk_leaves_aiohttp_alone(
    server: GeminiServer, gemini: Gemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes it where it is installed, as it is here, unless it is given a client."""
    monkeypatch.setattr(aiohttp, "ClientSession", None)
    assert (await _ask(gemini)).text == "A fine teapot."
    assert len(server.asked) == 1
    client = gemini._http
    await gemini.close()
    assert client is not None
    assert client.is_closed


def test_the_sdk_is_loaded_with_the_first_request_only() -> None:
    code = "import sys, tasks.registry as r; r.node_types(); print('google.genai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
