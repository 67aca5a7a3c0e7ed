"""A question as the chat API writes it."""

import base64
import json
from collections.abc import Collection
from typing import Any, Final

from tasks.providers.base import TextRequest

OPTIONAL_FIELDS: Final = (
    "response_format",
    "max_completion_tokens",
    "max_tokens",
    "stream_options",
    "temperature",
)
"""What some services or models refuse, and an answer can be had without."""
_SCHEMA: Final = "Answer with nothing but JSON that fits this JSON Schema:\n"


def make_body(
    request: TextRequest, *, refused: Collection[str], is_own_service: bool
) -> dict[str, Any]:
    """Write a question without the fields that its model is known to refuse.

    OpenAI's own models take only `max_completion_tokens`; those of others know `max_tokens`. Where a
    response schema is not taken, the model is asked for it in words.
    """
    limit_fields = ["max_completion_tokens", "max_tokens"]
    limit_fields.sort(reverse=is_own_service)
    limit = next((name for name in limit_fields if name not in refused), "")
    fields: dict[str, Any] = {
        "model": request.model,
        "messages": _messages(request, in_words="response_format" in refused),
        "stream_options": {"include_usage": True},
        "temperature": request.temperature,
        limit: request.max_output_tokens,
        "response_format": _response_format(request),
    }
    return {
        name: value
        for name, value in fields.items()
        if name and value is not None and name not in refused
    }


def _messages(request: TextRequest, *, in_words: bool) -> list[dict[str, Any]]:
    """Write the texts and the pictures; a text alone as such, which every service takes."""
    content: Any = request.user_message
    if request.images:
        parts = [_image(media_type, data) for media_type, data in request.images]
        content = [*parts, {"type": "text", "text": request.user_message}]
    system = [request.system_prompt] if request.system_prompt else []
    if in_words and request.response_schema is not None:
        system.append(_SCHEMA + json.dumps(request.response_schema, ensure_ascii=False))
    behaviour = [{"role": "system", "content": "\n\n".join(system)}] if system else []
    return [*behaviour, {"role": "user", "content": content}]


def _image(media_type: str, data: bytes) -> dict[str, Any]:
    url = f"data:{media_type};base64,{base64.b64encode(data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def _response_format(request: TextRequest) -> dict[str, Any] | None:
    if request.response_schema is None:
        return None
    schema = {"name": "answer", "schema": dict(request.response_schema)}
    return {"type": "json_schema", "json_schema": schema}
