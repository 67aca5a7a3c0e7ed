"""The node that asks a language model: what it is asked with, and answers that must fit a schema."""

from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image

from schemas.errors import BadInputError, NodeError
from schemas.values import ImageValue, TextValue
from support.nodes.media import encoded, stored
from support.nodes.node_runner import Model, NodeRunner
from tasks.media.images import decode
from tasks.node_type.live import TextDelta


async def test_a_model_is_asked_with_everything_that_was_typed(node_runner: NodeRunner) -> None:
    node_runner.model = Model('{"tea": 1}')
    schema = {"type": "object"}
    data = {
        "model": "gemini-x",
        "systemPrompt": "Be brief.",
        "userMessage": "Say tea.",
        "temperature": 1,
        "maxOutputTokens": 20,
        "responseSchema": schema,
    }
    output = await node_runner.run("llm", data)
    (request,) = node_runner.model.asked

    assert output == TextValue(text='{"tea": 1}')
    assert (request.model, request.system_prompt) == ("gemini-x", "Be brief.")
    assert (request.user_message, request.temperature) == ("Say tea.", 1)
    assert (request.max_output_tokens, request.response_schema) == (20, schema)
    assert node_runner.emitted == [TextDelta('{"tea": 1}')]
    assert node_runner.usage[0].total_tokens == 7


async def test_images_reach_the_model_in_order_as_jpeg(node_runner: NodeRunner) -> None:
    reds = [
        stored(encoded(Image.new("RGB", (4, 4), (red, 0, 0))), node_runner.child)
        for red in (9, 250)
    ]
    await node_runner.run("llm", {}, images=reds)
    (request,) = node_runner.model.asked

    assert [media_type for media_type, _ in request.images] == ["image/jpeg"] * 2
    first, second = (decode(data).image.getpixel((1, 1)) for _, data in request.images)
    assert first < second  # pyright: ignore[reportOperatorIssue]


@pytest.mark.parametrize("data", [{"systemPrompt": "You judge teapots."}, {"userMessage": "  "}])
async def test_without_a_user_message_the_model_shall_analyze_this(
    node_runner: NodeRunner, photo: ImageValue, data: Mapping[str, Any]
) -> None:
    await node_runner.run("llm", data, images=[photo])

    assert node_runner.model.asked[0].user_message == "Analyze this."


async def test_a_model_is_never_asked_nothing(node_runner: NodeRunner) -> None:
    with pytest.raises(BadInputError) as caught:
        await node_runner.run("llm", {}, userMessage=TextValue(text=" "))
    assert caught.value.code == "nothing_to_say"
    assert node_runner.model.asked == []


async def test_too_many_images_are_refused(node_runner: NodeRunner, photo: ImageValue) -> None:
    with pytest.raises(BadInputError, match="65 images are connected"):
        await node_runner.run("llm", {}, images=[photo] * 65)


SCHEMA = {"type": "object", "properties": {"size": {"enum": ["S", "M"]}}, "required": ["size"]}


def model_that_says(node_runner: NodeRunner, *answers: str) -> Model:
    """Have a model say one thing after the other."""
    node_runner.model = Model(*answers)
    return node_runner.model


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        ('{"size": "S"}', '{"size": "S"}'),
        ('\n {"size": "S"}\n', '{"size": "S"}'),
        ('```json\n{"size": "S"}\n```', '{"size": "S"}'),
        ('```\n{\n "size": "S"}\n```\n', '{\n "size": "S"}'),
        ('```json\n{"size": "S"}', '{"size": "S"}'),
        ('Here you are:\n\n```JSON\n{"size": "S"}\n```\nAnything else?', '{"size": "S"}'),
        ('Of course! {"size": "S"} Enjoy.', '{"size": "S"}'),
    ],
)
async def test_json_is_taken_out_of_what_stands_around_it(
    node_runner: NodeRunner, answer: str, output: str
) -> None:
    model = model_that_says(node_runner, answer)
    given = await node_runner.run("llm", {"userMessage": "a", "responseSchema": SCHEMA})
    assert given == TextValue(text=output)
    assert len(model.asked) == 1


async def test_an_answer_that_does_not_fit_is_asked_for_once_more(node_runner: NodeRunner) -> None:
    model = model_that_says(node_runner, '{"size": "XL"}', '```\n{"size": "M"}\n```')
    data = {"userMessage": "How large?", "responseSchema": SCHEMA}
    assert await node_runner.run("llm", data) == TextValue(text='{"size": "M"}')

    first, second = model.asked
    assert first.user_message == "How large?"
    assert second.user_message.startswith("How large?\n")
    assert '{"size": "XL"}' in second.user_message
    assert "$.size: 'XL' is not one of ['S', 'M']" in second.user_message
    assert second.response_schema == SCHEMA
    assert sum(used.repairs for used in node_runner.usage) == 1
    assert "asking once more" in node_runner.log[0]


@pytest.mark.parametrize(
    ("answer", "code"),
    [("I would rather not.", "invalid_json"), ('{"size": 3}', "schema_mismatch")],
)
async def test_an_answer_that_never_fits_fails_with_the_answer(
    node_runner: NodeRunner, answer: str, code: str
) -> None:
    model = model_that_says(node_runner, answer, answer, '{"size": "S"}')
    with pytest.raises(NodeError) as caught:
        await node_runner.run("llm", {"userMessage": "a", "responseSchema": SCHEMA})
    assert (caught.value.code, caught.value.answer) == (code, answer)
    assert not caught.value.retryable  # it was paid for twice
    assert len(model.asked) == 2
