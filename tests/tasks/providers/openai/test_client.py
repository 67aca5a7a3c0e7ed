"""What is asked of a chat API, and what comes back."""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from schemas.errors import NodeError
from schemas.settings import ProviderAccess
from schemas.wire.run import Usage
from support.servers import openai_server as provider
from support.servers.openai_server import OpenaiServer, chunk, events, raw_stream
from support.servers.web_server import HttpRequest, hang
from tasks.providers.base import TextRequest, TextResponse
from tasks.providers.openai.client import OpenaiClient
from tasks.providers.openai.errors import ERRORS
from tasks.providers.openai.request import make_body
from tasks.providers.text import generate_text

KEY = "sk-not-a-real-key"
Ask = Callable[..., Awaitable[TextResponse]]
Fail = Callable[..., Awaitable[NodeError]]
SCHEMA = {"type": "object", "properties": {"slogan": {"type": "string"}}}


async def test_an_answer_streams_piece_by_piece_and_is_counted(
    server: OpenaiServer, client: OpenaiClient
) -> None:
    server.respond = provider.text_stream("A ", "fine ", "teapot.")
    pieces: list[str] = []

    request = TextRequest(model="gpt-x", user_message="Say tea.")
    said = await generate_text(
        client, request, idempotency_key="key-7", emit=pieces.append, record_usage=lambda _: None
    )

    assert said.text == "A fine teapot."
    assert [piece for piece in pieces if piece] == ["A ", "fine ", "teapot."]
    assert said.usage == Usage(
        model="gpt-real-name", input_tokens=11, output_tokens=5, total_tokens=16
    )


async def test_everything_asked_reaches_the_provider(server: OpenaiServer, ask: Ask) -> None:
    await ask(
        system_prompt="Be brief.",
        images=(("image/jpeg", b"\xff\xd8one"), ("image/jpeg", b"\xff\xd8two")),
        temperature=0.0,
        max_output_tokens=9,
        response_schema=SCHEMA,
    )
    (asked,), (body,) = server.asked, server.requests
    system, user = body["messages"]

    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["idempotency-key"] == "key-7"
    assert system == {"role": "system", "content": "Be brief."}
    *images, text = user["content"]
    prefix = "data:image/jpeg;base64,"
    urls = [image["image_url"]["url"] for image in images]
    assert all(url.startswith(prefix) for url in urls)
    assert [base64.b64decode(url.removeprefix(prefix)) for url in urls] == [
        b"\xff\xd8one",
        b"\xff\xd8two",
    ]
    assert text == {"type": "text", "text": "Say tea."}
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})
    assert (body["temperature"], body["max_tokens"]) == (0.0, 9)
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA


async def test_what_was_not_asked_is_not_sent(server: OpenaiServer, ask: Ask) -> None:
    await ask()
    (body,) = server.requests
    assert set(body) == {"model", "messages", "stream", "stream_options"}
    assert body["messages"] == [{"role": "user", "content": "Say tea."}]


@pytest.mark.parametrize("status", [400, 422])
async def test_fields_that_a_model_refuses_are_left_out_and_not_tried_again(
    server: OpenaiServer, ask: Ask, status: int
) -> None:
    server.respond = provider.refusing("max_tokens", "temperature", "stream_options", status=status)
    asked = {"temperature": 0.5, "max_output_tokens": 9}
    assert (await ask(**asked)).text == "A fine teapot."
    assert len(server.asked) == 4
    last = server.requests[-1]
    assert last["max_completion_tokens"] == 9  # the same by its other name
    assert not {"max_tokens", "temperature", "stream_options"} & set(last)

    assert (await ask(**asked)).text == "A fine teapot."
    assert len(server.asked) == 5
    await ask(model="another", **asked)
    assert len(server.asked) == 9  # what one model refuses says nothing of another


async def test_a_response_schema_is_asked_for_in_words_where_it_is_not_taken(
    server: OpenaiServer, ask: Ask
) -> None:
    server.respond = provider.refusing("response_format")
    await ask(response_schema=SCHEMA, system_prompt="Be brief.")
    first, second = server.requests
    assert "response_format" in first
    assert "response_format" not in second
    system = second["messages"][0]["content"]
    assert system.startswith("Be brief.\n\n")
    assert json.loads(system[system.index("{") :]) == SCHEMA


async def test_a_schema_that_is_refused_says_nothing_of_others(
    server: OpenaiServer, ask: Ask
) -> None:
    async def respond(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        wanted = json.loads(asked.body).get("response_format")
        is_bad = wanted and "oneOf" in json.dumps(wanted)
        message = "Invalid schema for response_format 'answer': 'oneOf' is not permitted here."
        bad = provider.error_response(400, message, param="response_format", code="invalid_schema")
        await (bad if is_bad else provider.text_stream("{}"))(asked, writer)

    server.respond = respond
    await ask(response_schema={"oneOf": [SCHEMA]})
    await ask(response_schema=SCHEMA)
    assert ["response_format" in each for each in server.requests] == [True, False, True]


@pytest.mark.parametrize(
    ("param", "message"),
    [
        ("max_tokens", "max_tokens is too large: 65536. This model supports at most 16384 tokens."),
        ("temperature", "Invalid 'temperature': expected a value <= 1, but got 1.5 instead."),
        (None, "temperature must be at most 1"),
    ],
)
async def test_a_value_out_of_range_is_told_and_not_left_out(
    server: OpenaiServer, ask: Ask, param: str | None, message: str
) -> None:
    server.respond = provider.error_response(400, message, param=param)
    with pytest.raises(NodeError, match=message[:20]) as caught:
        await ask(temperature=1.5, max_output_tokens=65_536)
    assert (caught.value.code, len(server.asked)) == ("bad_request", 1)


async def test_a_request_that_is_refused_for_something_else_is_not_repeated(
    server: OpenaiServer, fail: Fail
) -> None:
    server.respond = provider.error_response(
        400, "Too long: lower the temperature", param="messages"
    )
    error = await fail(temperature=0.5)
    assert (error.code, error.retryable, len(server.asked)) == ("bad_request", False, 1)


def test_openai_itself_is_asked_by_its_own_names() -> None:
    """Its models refuse `max_tokens`, so they are not asked with it first."""
    request = TextRequest("gpt-x", "Say tea.", max_output_tokens=9)
    body = make_body(request, refused=(), is_own_service=False)
    assert (body["max_completion_tokens"], "max_tokens" in body) == (9, False)
    assert OpenaiClient(ProviderAccess(), ERRORS)._address == "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("base_url", "path"),
    [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        ("/api/v1", "/api/v1/chat/completions"),
    ],
)
async def test_an_address_without_a_path_has_the_api_under_v1(
    server: OpenaiServer, ask: Ask, base_url: str, path: str
) -> None:
    access = ProviderAccess(base_url=f"http://127.0.0.1:{server.port}{base_url}")
    client = OpenaiClient(access, ERRORS)
    assert (await ask(client)).text == "A fine teapot."
    await client.close()
    assert server.asked[0].path == path
    assert "authorization" not in server.asked[0].headers  # there is no key to send


async def test_an_answer_cut_at_the_token_limit_is_kept_and_passed_on_only_where_accepted(
    server: OpenaiServer, ask: Ask, fail: Fail
) -> None:
    server.respond = provider.text_stream("A fine", finish="length")
    error = await fail()
    assert (error.code, error.retryable, error.answer) == ("answer_cut", False, "A fine")

    accepted = await ask(accepts_cut_answer=True)
    assert (accepted.text, accepted.usage.finish_reason) == ("A fine", "length")


async def test_thoughts_are_not_told(server: OpenaiServer, ask: Ask) -> None:
    thought = chunk(reasoning_content="Hm.", reasoning="Hm.")
    server.respond = raw_stream(events(thought, chunk("Tea."), chunk(finish="stop")).encode())
    assert (await ask()).text == "Tea."


async def test_a_refusal_of_the_model_is_no_answer(server: OpenaiServer, fail: Fail) -> None:
    refusal = [chunk(refusal="I cannot "), chunk(refusal="help with that."), chunk(finish="stop")]
    server.respond = raw_stream(events(*refusal).encode())
    error = await fail()
    assert (error.code, error.retryable) == ("blocked", False)
    assert "I cannot help with that." in error.message


async def test_cancelling_ends_the_request(server: OpenaiServer, ask: Ask) -> None:
    arrived = asyncio.Event()

    async def notice(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await hang(asked, writer)

    server.respond = notice
    task: asyncio.Future[Any] = asyncio.ensure_future(ask())
    await asyncio.wait_for(arrived.wait(), 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_no_proxy_leads_to_a_service_on_this_machine(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # nobody listens there
    assert (await ask()).text == "A fine teapot."


async def test_many_requests_share_one_client(ask: Ask) -> None:
    answers = await asyncio.gather(*(ask() for _ in range(20)))
    assert {answer.text for answer in answers} == {"A fine teapot."}


def test_the_sdk_is_loaded_with_the_first_request_only() -> None:
    code = "import sys, tasks.registry as r; r.node_types(); print('openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
