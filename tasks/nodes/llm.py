"""The llm node: a large language model reads texts and pictures, and writes a text."""

import asyncio
from typing import Annotated, Final

from pydantic import ConfigDict, Field, JsonValue

from schemas.errors import BadInputError
from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.problem import ProblemCode
from schemas.values import ImageValue, TextValue
from tasks.form import group, groups, hints
from tasks.media import images as pictures
from tasks.node import (
    WHOLE,
    ChildContext,
    Context,
    Demand,
    DraftProblem,
    InputPort,
    Inputs,
    ParamPort,
    Params,
    node_type,
)
from tasks.providers.gemini.client import DEFAULT_MODEL, Answer, Request

ANALYZE: Final = "Analyze this."
"""What is asked when there is something to look at and no question."""
NOTHING_TO_SAY: Final = (
    "The model has nothing to work on: write or connect a user message or a system prompt, or"
    " connect an image."
)
TOKENS_A_PICTURE: Final = 1_120
"""What Gemini counts for a picture of ordinary resolution."""
MAX_PICTURES: Final = 64
MAX_PICTURE_BYTES: Final = 15_000_000
"""Of all pictures of one request: the provider takes 20 MB, and base64 adds a third."""


class LlmParams(Params):
    """The form of an llm node."""

    model_config = ConfigDict(
        json_schema_extra=groups(group("Answer", "temperature", "maxOutputTokens"))
    )

    model: str = Field(
        DEFAULT_MODEL,
        min_length=1,
        max_length=128,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9:_-]*([./][A-Za-z0-9:_-]+)*$",
        title="Model",
        description="The provider's name of the model.",
        json_schema_extra=hints(choices="/api/models"),
    )
    system_prompt: Annotated[str, ParamPort(many=True, placeholder=True)] = Field(
        "",
        title="System prompt",
        description="How the model shall behave. {{input}} is where connected text goes.",
        json_schema_extra=hints("text", placeholder="You are a careful copywriter."),
    )
    user_message: Annotated[str, ParamPort(many=True, placeholder=True)] = Field(
        "",
        title="User message",
        description="What the model shall do. {{input}} is where connected text goes.",
        json_schema_extra=hints("text", placeholder="Write a title for this: {{input}}"),
    )
    temperature: float | None = Field(
        None,
        ge=0,
        le=2,
        allow_inf_nan=False,
        title="Temperature",
        description="0: always much the same answer; 2: the most varied. Empty: the model's own.",
        json_schema_extra=hints(placeholder="its own", advanced=True),
    )
    max_output_tokens: Annotated[int, Field(ge=1, le=65_536), WHOLE] | None = Field(
        None,
        title="Longest answer",
        description="In tokens. Empty: as long as the model likes.",
        json_schema_extra=hints(placeholder="tokens", advanced=True),
    )
    response_schema: dict[str, JsonValue] | None = Field(
        None,
        title="Response schema",
        description="A JSON Schema; the answer is then JSON that fits it.",
        json_schema_extra=hints("json", advanced=True),
    )


class LlmInputs(Inputs):
    """What edges may bring beside texts."""

    images: Annotated[list[ImageValue], InputPort("Images", "Pictures for the model.")] = Field(
        default_factory=list[ImageValue]
    )


def judge(params: LlmParams, connected: frozenset[str]) -> list[DraftProblem]:
    """Find a node whose model would be asked nothing."""
    if connected & {"systemPrompt", "userMessage", "images"} or _has_words(params):
        return []
    return [DraftProblem(ProblemCode.NOTHING_TO_SAY, NOTHING_TO_SAY, param="userMessage")]


def demand(params: LlmParams, inputs: LlmInputs) -> Demand:
    """Estimate what the question will cost: four characters are about one token."""
    characters = len(params.system_prompt) + len(params.user_message)
    pictures_ = len(inputs.images) * TOKENS_A_PICTURE
    return Demand(params.model, max(1, characters // 4) + pictures_)


@node_type(
    "llm",
    version=1,
    title="LLM",
    category="ai",
    effects="network",
    task_name="llm-execution",
    defaults=NodeDefaults(retries=3, retry_delay_seconds=1, timeout_seconds=120),
    example=NodeTypeExample(
        title="A slogan",
        data={
            "label": "Slogan",
            "model": DEFAULT_MODEL,
            "systemPrompt": "You write short, honest slogans.",
            "userMessage": "Write a slogan for a hand-made teapot.",
            "temperature": 0.7,
        },
    ),
    judge=judge,
    repeats=lambda params: params.temperature == 0,
    demand=demand,
)
async def llm(params: LlmParams, inputs: LlmInputs, context: Context) -> TextValue:
    """Asks a Gemini model about texts and pictures; gives its answer as text.

    Pictures are sent with at most 2048 pixels a side, as JPEG without metadata.
    """
    if not _has_words(params) and not inputs.images:
        raise BadInputError("nothing_to_say", NOTHING_TO_SAY)
    request = Request(
        model=params.model,
        system_instruction=params.system_prompt if params.system_prompt.strip() else None,
        user_message=params.user_message if params.user_message.strip() else ANALYZE,
        images=await _pictures(inputs.images, context),
        temperature=params.temperature,
        max_output_tokens=params.max_output_tokens,
        response_schema=params.response_schema,
    )
    answer: Answer = await context.remote.generate(
        request,
        idempotency_key=context.idempotency_key,
        say=context.say,
        count=context.record_usage,
    )
    return TextValue(text=answer.text)


def _has_words(params: LlmParams) -> bool:
    return bool(params.system_prompt.strip() or params.user_message.strip())


async def _pictures(values: list[ImageValue], context: Context) -> tuple[tuple[str, bytes], ...]:
    """Make pictures ready for the model, in their order."""
    if len(values) > MAX_PICTURES:
        raise BadInputError(
            "too_many_pictures",
            f"{len(values)} images are connected; the model takes at most {MAX_PICTURES}.",
        )
    ready: list[bytes] = await asyncio.gather(
        *(context.in_child(_for_model, context.for_child(), value) for value in values)
    )
    if sum(map(len, ready)) > MAX_PICTURE_BYTES:
        raise BadInputError(
            "too_many_pictures",
            f"The {len(values)} images are more than the {MAX_PICTURE_BYTES / 1e6:g} MB that the"
            " model takes at once; connect fewer, or resize them first.",
        )
    return tuple((pictures.FOR_MODEL, data) for data in ready)


def _for_model(context: ChildContext, value: ImageValue) -> bytes:
    """Read a picture and make it ready, in a child process."""
    return pictures.for_model(context.read(value))
