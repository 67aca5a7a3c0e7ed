"""The llm node: a large language model reads texts and pictures, and writes a text."""

import asyncio
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, JsonValue

from schemas.errors import BadInputError
from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.problem import ProblemCode
from schemas.values import ImageValue, TextValue
from tasks.media import images
from tasks.node_type.definition import (
    ACCEPTS_INTEGRAL_FLOAT,
    ChildContext,
    Context,
    Demand,
    InputPort,
    Inputs,
    NodeProblem,
    ParamPort,
    Params,
    node_type,
)
from tasks.node_type.form import group, groups, hints
from tasks.node_type.model_answer import generate_answer, generate_json
from tasks.providers.base import MODEL_NAME, RequestLimits, TextRequest
from tasks.providers.json_schema import schema_problem
from tasks.providers.registry import (
    default_model,
    has_own_services,
    known_model,
    parse_model,
    provider_types,
    retired_message,
    split_model,
)

DEFAULT_USER_MESSAGE: Final = "Analyze this."
"""What is asked when there is something to look at and no question."""
NOTHING_TO_SAY: Final = (
    "The model has nothing to work on: write or connect a user message or a system prompt, or"
    " connect an image."
)


class LlmParams(Params):
    """The form of an llm node."""

    model_config = ConfigDict(
        json_schema_extra=groups(
            group("Answer", "temperature", "maxOutputTokens", "truncatedAnswer")
        )
    )

    model: str = Field(
        default_model(),
        min_length=1,
        max_length=128,
        pattern=f"^{MODEL_NAME}$",
        title="Model",
        description="The name of the model, or `provider/name` where the provider is not Google.",
        json_schema_extra=hints(choices="/api/models"),
    )
    system_prompt: Annotated[str, ParamPort(many=True, placeholder=True)] = Field(
        "",
        title="System prompt",
        description="How the model shall behave. {{input}} is where connected text goes.",
        json_schema_extra=hints("text", placeholder="You are a careful copywriter."),
    )
    user_message: Annotated[str, ParamPort(many=True, placeholder=True, preferred=True)] = Field(
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
        description="0: much the same answer each time; 2: the most varied. Empty: the model's own."
        " Models since Gemini 3.6 and GPT-5.6 take none, and are sent none.",
        json_schema_extra=hints(placeholder="its own", advanced=True),
    )
    max_output_tokens: Annotated[int, Field(ge=1, le=65_536), ACCEPTS_INTEGRAL_FLOAT] | None = (
        Field(
            None,
            title="Longest answer",
            description="In tokens. Empty: as long as the model likes.",
            json_schema_extra=hints(placeholder="tokens", advanced=True),
        )
    )
    truncated_answer: Literal["fail", "accept"] = Field(
        "fail",
        title="Cut answer",
        description="What becomes of an answer that was cut off at the longest answer: the node fails and"
        " shows what came of it, or passes it on like a whole one.",
        json_schema_extra=hints(advanced=True),
    )
    response_schema: dict[str, JsonValue] | None = Field(
        None,
        title="Response schema",
        description="A JSON Schema; the answer is then JSON that fits it. One that does not is asked for"
        " once more, and then fails the node.",
        json_schema_extra=hints("json", advanced=True),
    )


class LlmInputs(Inputs):
    """What edges may bring beside texts."""

    images: Annotated[list[ImageValue], InputPort("Images", "Pictures for the model.")] = Field(
        default_factory=list[ImageValue]
    )


def validate(params: LlmParams, connected: frozenset[str]) -> list[NodeProblem]:
    """Find a node whose model is nobody's, or would be asked nothing."""
    problems: list[NodeProblem] = []
    if "model" not in connected:
        try:
            parse_model(params.model)
        except BadInputError as error:
            problems.append(NodeProblem(ProblemCode.UNKNOWN_PROVIDER, error.message, param="model"))
    if params.response_schema is not None:
        wrong = schema_problem(params.response_schema)
        if wrong:
            message = f"“Response schema” {wrong}."
            problems.append(NodeProblem(ProblemCode.BAD_PARAM, message, param="responseSchema"))
    if not (connected & {"systemPrompt", "userMessage", "images"} or _has_text(params)):
        problems.append(
            NodeProblem(ProblemCode.NOTHING_TO_SAY, NOTHING_TO_SAY, param="userMessage")
        )
    return problems


def warn(params: LlmParams, connected: frozenset[str], today: date) -> list[NodeProblem]:
    """Find what is to be known of a model: that it goes, may not see, or takes no temperature."""
    if "model" in connected:
        return []
    model_name = split_model(params.model)
    model = known_model(model_name)
    found: list[NodeProblem] = []
    if message := retired_message(model_name, today):
        found.append(NodeProblem(ProblemCode.MODEL_RETIRED, message, param="model"))
    elif "images" in connected and not model.sees and has_own_services(model_name):
        message = (
            f"it is not known whether the model “{model.name}” can see images; one that cannot refuses the"
            " request, or answers without them."
        )
        found.append(NodeProblem(ProblemCode.MODEL_UNKNOWN, message, param="model"))
    has_temperature = params.temperature is not None or "temperature" in connected
    if has_temperature and not model.supports_temperature:
        message = (
            f"the model “{model.name}” takes no temperature and is sent none. For the same answer each"
            " time, set “Earlier result” in the node's settings to always."
        )
        found.append(NodeProblem(ProblemCode.PARAM_IGNORED, message, param="temperature"))
    return found


def max_images(params: LlmParams) -> int:
    """Give how many pictures the model's provider takes in one request."""
    provider_type = provider_types().get(split_model(params.model).provider)
    return provider_type.limits.max_images if provider_type else 0


def estimate_demand(params: LlmParams, inputs: LlmInputs) -> Demand:
    """Estimate what the question will be counted as."""
    model = parse_model(params.model)
    characters = len(params.system_prompt) + len(params.user_message)
    provider_type = provider_types()[model.provider]
    return Demand(model, provider_type.estimate_tokens(characters, len(inputs.images)))


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
            "model": default_model(),
            "systemPrompt": "You write short, honest slogans.",
            "userMessage": "Write a slogan for a hand-made teapot.",
        },
    ),
    validate=validate,
    warn=warn,
    max_connections=lambda params: {"images": max_images(params)},
    demand=estimate_demand,
)
async def llm(params: LlmParams, inputs: LlmInputs, context: Context) -> TextValue:
    """Asks a model about texts and pictures; gives its answer as text.

    Pictures are sent with at most 2048 pixels a side, as JPEG without metadata.
    """
    if not _has_text(params) and not inputs.images:
        raise BadInputError("nothing_to_say", NOTHING_TO_SAY)
    model = parse_model(params.model)
    limits = provider_types()[model.provider].limits
    request = TextRequest(
        model=model.name,
        system_prompt=params.system_prompt if params.system_prompt.strip() else None,
        user_message=params.user_message if params.user_message.strip() else DEFAULT_USER_MESSAGE,
        images=await _encode_images(inputs.images, limits, context),
        temperature=params.temperature if known_model(model).supports_temperature else None,
        max_output_tokens=params.max_output_tokens,
        response_schema=params.response_schema,
        accepts_cut_answer=params.truncated_answer == "accept",
    )
    if params.response_schema is not None:
        return TextValue(text=await generate_json(request, params.response_schema, context))
    call, key = context.granted_call(), context.idempotency_key
    return TextValue(text=await generate_answer(call, request, context, key=key))


def _has_text(params: LlmParams) -> bool:
    return bool(params.system_prompt.strip() or params.user_message.strip())


async def _encode_images(
    values: list[ImageValue], limits: RequestLimits, context: Context
) -> tuple[tuple[str, bytes], ...]:
    """Make pictures ready for the model, in their order."""
    if len(values) > limits.max_images:
        raise BadInputError(
            "too_many_pictures",
            f"{len(values)} images are connected; the model takes at most {limits.max_images}.",
        )
    total = 0

    async def encode(value: ImageValue) -> bytes:
        nonlocal total
        data: bytes = await context.run_in_child(_encode_image, context.for_child(), value)
        total += len(data)
        if total > limits.max_image_bytes:  # before there are more of them in memory
            raise BadInputError(
                "too_many_pictures",
                f"The {len(values)} images are more than the {limits.max_image_bytes / 1e6:g} MB that"
                " the model takes at once; connect fewer, or resize them first.",
            )
        return data

    ready = await asyncio.gather(*map(encode, values))
    return tuple((images.MODEL_MEDIA_TYPE, data) for data in ready)


def _encode_image(context: ChildContext, value: ImageValue) -> bytes:
    """Read a picture and make it ready, in a child process."""
    return images.encode_for_model(context.read(value))
