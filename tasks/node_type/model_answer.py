"""How a node asks a model, and gets the JSON that it wants: judged by us, asked for twice at most."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from schemas.errors import NodeError
from schemas.wire.run import Usage
from tasks.node_type.definition import Context
from tasks.node_type.live import TextDelta
from tasks.providers.base import TextRequest
from tasks.providers.errors import unfitting_answer_error
from tasks.providers.json_schema import FittedAnswer, fit_answer
from tasks.providers.text import ModelCall

FIT_SECONDS: Final = 10.0
"""For judging an answer: a schema can be written so that it takes any time."""
_MAX_REPEATED_CHARACTERS: Final = 100_000
"""Of an answer that a model is shown again."""
_REPAIR: Final = (
    "{question}\n\n---\nYou have answered this before:\n\n{answer}\n\nThat answer does not fit the JSON"
    " Schema that it must fit. {mismatches}\nAnswer again, with nothing but JSON that fits it."
)


async def generate_answer(
    call: ModelCall, request: TextRequest, context: Context, *, key: str
) -> str:
    """Ask a model, showing what it says while it says it; `key` is the call's idempotency key."""
    response = await call.generate_text(
        request,
        idempotency_key=key,
        emit=lambda text: context.emit(TextDelta(text)),
        record_usage=context.record_usage,
    )
    return response.text


async def generate_json(
    request: TextRequest, schema: Mapping[str, JsonValue], context: Context
) -> str:
    """Ask a model for JSON that fits a schema; where it does not, say why and ask once more.

    Raises:
        ProviderError: `invalid_json` or `schema_mismatch`, with the answer, after asking again.
        NodeError: what a call raises.
    """
    call = context.granted_call()
    first = await _fit(
        await generate_answer(call, request, context, key=context.idempotency_key), schema, context
    )
    if not first.mismatches:
        return first.text
    context.log(f"The answer does not fit the response schema; asking once more. {first.summary}")
    context.record_usage(Usage(model=request.model, repairs=1))
    context.emit(TextDelta("\n\n"))
    question = _REPAIR.format(
        question=request.user_message,
        answer=first.text[:_MAX_REPEATED_CHARACTERS],
        mismatches=first.summary,
    )
    key = f"{context.idempotency_key}-repair"
    try:
        answer = await generate_answer(
            await call.renew(), replace(request, user_message=question), context, key=key
        )
    except NodeError as error:
        repair = f"Asking once more failed ({error.code})."
        raise _unfitting(first, repair) from error
    second = await _fit(answer, schema, context)
    if second.mismatches:
        raise _unfitting(second, "It was asked once more, which did not help.")
    return second.text


async def _fit(answer: str, schema: Mapping[str, JsonValue], context: Context) -> FittedAnswer:
    try:
        return await context.run_in_child(fit_answer, answer, schema, seconds=FIT_SECONDS)
    except NodeError as error:
        mismatch = (
            f"It could not be judged within {FIT_SECONDS:g} s, or not with the memory there is."
        )
        judged = FittedAnswer(answer, (mismatch,))
        raise _unfitting(judged, "Use a simpler schema.") from error


def _unfitting(judged: FittedAnswer, repair: str) -> NodeError:
    return unfitting_answer_error(
        judged.text, judged.mismatches, is_json=judged.is_json, repair=repair
    )
