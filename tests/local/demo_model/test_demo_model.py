"""The demo model, asked through Google's own client: real weights, real answers."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from google import genai
from google.genai import errors, types
from google.genai.client import AsyncClient

from local.demo_model.chat import to_json_schema
from local.demo_model.engine import CONTEXT_TOKENS
from local.demo_model.protocol import MODEL_VERSION
from local.machine.health import is_healthy
from local.machine.ports import find_free_port
from support.product.processes import wait_for

KEY = "only-for-this-test"
SHORT = types.GenerateContentConfig(temperature=0, max_output_tokens=12)
SERVE = "import sys; from local.demo_model.serve import serve; serve(port=int(sys.argv[1]), key=sys.argv[2])"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = find_free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(port), KEY])
    address = f"http://127.0.0.1:{port}"
    wait_for(lambda: is_healthy(f"{address}/health"), "the endpoint answers")
    yield address
    process.terminate()
    process.wait()


@asynccontextmanager
async def client(address: str, key: str = KEY, version: str = "v1") -> AsyncGenerator[AsyncClient]:
    async with httpx2.AsyncClient(timeout=60) as http:  # else it would be aiohttp, which warns
        options = types.HttpOptions(base_url=address, api_version=version, httpx_async_client=http)
        made = genai.Client(api_key=key, http_options=options).aio
        yield made
        await made.aclose()


@pytest.fixture
async def model(address: str) -> AsyncIterator[AsyncClient]:
    async with client(address) as made:
        yield made


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_it_answers_whatever_model_was_asked_for(address: str, version: str) -> None:
    async with client(address, version=version) as model:
        complete = await model.models.generate_content(
            model="gemini-3.8-flash", contents="Say hello.", config=SHORT
        )
        assert complete.text
        assert complete.model_version == MODEL_VERSION
        usage = complete.usage_metadata
        assert usage
        assert usage.prompt_token_count
        assert usage.candidates_token_count
        assert usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count


async def test_temperature_zero_gives_the_same_answer_twice(model: AsyncClient) -> None:
    first, second = [
        await model.models.generate_content(model="x", contents="Name a colour.", config=SHORT)
        for _ in range(2)
    ]
    assert first.text == second.text


async def test_a_system_instruction_reaches_the_model(model: AsyncClient) -> None:
    counts: list[int] = []
    for instruction in (None, "Answer like a pirate who has been at sea for far too long."):
        config = SHORT.model_copy(update={"system_instruction": instruction})
        complete = await model.models.generate_content(model="x", contents="Hello", config=config)
        assert complete.usage_metadata
        counts.append(complete.usage_metadata.prompt_token_count or 0)
    assert counts[0] != counts[1]


async def test_the_token_limit_is_kept_and_said(model: AsyncClient) -> None:
    complete = await model.models.generate_content(
        model="x", contents="Tell a long story.", config=SHORT
    )
    assert complete.usage_metadata
    assert complete.usage_metadata.candidates_token_count == 12
    assert complete.candidates
    assert complete.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS


async def test_its_own_limit_is_said_in_the_answer_and_is_no_cut(model: AsyncClient) -> None:
    config = types.GenerateContentConfig(temperature=0)
    question = "Tell a very long story about a teapot, with many chapters."
    complete = await model.models.generate_content(model="x", contents=question, config=config)
    assert complete.candidates
    assert complete.candidates[0].finish_reason == types.FinishReason.STOP
    assert (complete.text or "").endswith("it says no more than 160 tokens at once.]")


async def test_a_stream_brings_text_in_pieces_and_usage_at_the_end(model: AsyncClient) -> None:
    stream = await model.models.generate_content_stream(
        model="x", contents="Count to ten.", config=SHORT
    )
    pieces = [piece async for piece in stream]
    assert len([piece for piece in pieces if piece.text]) > 3
    assert pieces[-1].usage_metadata
    assert pieces[-1].usage_metadata.candidates_token_count == 12


async def test_it_says_that_it_cannot_see_images(model: AsyncClient) -> None:
    image = types.Part.from_bytes(data=b"not looked at", mime_type="image/png")
    one = await model.models.generate_content(
        model="x", contents=["What is this?", image], config=SHORT
    )
    assert one.text
    assert one.text.startswith("[Built-in demo model: it cannot see the picture that was sent.]")
    stream = await model.models.generate_content_stream(
        model="x", contents=[image, image], config=SHORT
    )
    text = "".join([piece.text or "" async for piece in stream])
    assert text.startswith("[Built-in demo model: it cannot see the 2 pictures that were sent.]")


async def test_the_note_of_an_earlier_answer_is_not_imitated(model: AsyncClient) -> None:
    earlier = "[Built-in demo model: it cannot see the picture that was sent.]\n\nA cup of tea."
    with_note = await model.models.generate_content(model="x", contents=earlier, config=SHORT)
    without = await model.models.generate_content(model="x", contents="A cup of tea.", config=SHORT)
    assert with_note.text == without.text


@pytest.mark.parametrize(
    "schema",
    [
        {
            "response_schema": {
                "type": "OBJECT",
                "properties": {"mood": {"type": "STRING", "enum": ["good", "bad"]}},
                "required": ["mood"],
            }
        },
        {
            "response_json_schema": {
                "type": "object",
                "properties": {"mood": {"enum": ["good", "bad"]}},
                "required": ["mood"],
            }
        },
    ],
    ids=["responseSchema", "responseJsonSchema"],
)
async def test_an_answer_has_the_shape_of_the_schema(
    model: AsyncClient, schema: dict[str, object]
) -> None:
    config = types.GenerateContentConfig.model_validate(
        {"response_mime_type": "application/json", "temperature": 0, **schema}
    )
    complete = await model.models.generate_content(
        model="x", contents="I love this bicycle!", config=config
    )
    assert complete.parsed in ({"mood": "good"}, {"mood": "bad"})


def test_googles_dialect_of_schemas_becomes_json_schema() -> None:
    schema = {
        "type": "OBJECT",
        "property_ordering": ["size"],
        "properties": {"size": {"type": "INTEGER", "nullable": True}},
    }
    assert to_json_schema(schema) == {  # pyright: ignore[reportArgumentType]
        "type": "object",
        "properties": {"size": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
    }


async def test_tokens_are_counted_without_answering(model: AsyncClient) -> None:
    few = await model.models.count_tokens(model="x", contents="one")
    many = await model.models.count_tokens(model="x", contents="one two three four five six")
    assert few.total_tokens
    assert many.total_tokens
    assert few.total_tokens < many.total_tokens


async def test_a_prompt_that_is_too_long_is_refused_with_both_numbers(model: AsyncClient) -> None:
    with pytest.raises(errors.ClientError) as refused:
        await model.models.generate_content(model="x", contents="word " * 6000)
    assert refused.value.code == 400
    assert refused.value.status == "INVALID_ARGUMENT"
    assert str(CONTEXT_TOKENS) in (refused.value.message or "")


async def test_a_wrong_key_is_refused_as_google_does(address: str) -> None:
    async with client(address, key="wrong") as model:
        with pytest.raises(errors.ClientError, match="API key not valid") as refused:
            await model.models.generate_content(model="x", contents="Hello")
        assert refused.value.code == 400
        assert "API_KEY_INVALID" in str(refused.value.details)


async def test_too_many_at_once_are_told_when_to_come_back(model: AsyncClient) -> None:
    tiny = types.GenerateContentConfig(max_output_tokens=1)
    asked = [
        model.models.generate_content(model="x", contents=f"Number {number}", config=tiny)
        for number in range(60)
    ]
    answered = await asyncio.gather(*asked, return_exceptions=True)
    refused = [each for each in answered if isinstance(each, errors.ClientError)]
    assert 0 < len(refused) < 60
    assert {each.code for each in refused} == {429}
    assert "RetryInfo" in str(refused[0].details)
    assert all(
        isinstance(each, types.GenerateContentResponse) for each in answered if each not in refused
    )


async def test_models_are_listed(model: AsyncClient) -> None:
    pager = await model.models.list()
    assert [each.name for each in pager.page] == [f"models/{MODEL_VERSION}"]


@pytest.mark.parametrize("body", [b"{", b"{}", b'{"contents": "text"}', b"[]"])
async def test_a_malformed_request_is_a_400(address: str, body: bytes) -> None:
    import httpx

    async with httpx.AsyncClient(base_url=address, headers={"x-goog-api-key": KEY}) as http:
        complete = await http.post("/v1/models/x:generateContent", content=body)
    assert complete.status_code == 400
    assert complete.json()["error"]["status"] == "INVALID_ARGUMENT"
