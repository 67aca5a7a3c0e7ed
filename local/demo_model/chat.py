"""From a Gemini request to what the local engine is asked, and the note on what it cannot do."""

import re
from collections import Counter
from typing import Any, Final, cast

from pydantic import JsonValue

from local.demo_model.protocol import Content, GenerateRequest, GenerationConfig, Media

_DEFAULT_TOKENS: Final = 160
_DEFAULT_JSON_TOKENS: Final = 512
_NOTE: Final = re.compile(r"(?: …\n\n)?\[Built-in demo model: [^\]]*\]\s*")
_ROLES: Final = {"model": "assistant"}
_SCHEMA_LISTS: Final = ("anyOf",)
_SCHEMA_DROPPED: Final = ("propertyOrdering", "property_ordering", "nullable", "format", "example")


def to_chat(request: GenerateRequest) -> dict[str, Any]:
    """Give the same request as llama.cpp's chat completion takes it."""
    config = request.generation_config
    schema = _schema(config)
    limit = config.max_output_tokens or (_DEFAULT_JSON_TOKENS if schema else _DEFAULT_TOKENS)
    chat: dict[str, Any] = {
        "messages": _messages(request),
        "max_tokens": limit,
        "temperature": 0.3 if config.temperature is None else config.temperature,
        "repeat_penalty": 1.1,  # a model this small gets stuck without it
        "min_p": 0.1,  # and says odd things when unlikely words are let in
    }
    options = {"top_p": config.top_p, "top_k": config.top_k, "seed": config.seed}
    chat |= {name: value for name, value in options.items() if value is not None}
    if config.stop_sequences:
        chat["stop"] = config.stop_sequences
    if schema:
        chat["response_format"] = schema
    return chat


def attachment_notice(request: GenerateRequest) -> str:
    """Give what an answer begins with where files were sent that the model cannot see.

    Empty where none were, and where the answer must be JSON.
    """
    if not request.media or _schema(request.generation_config):
        return ""
    counts = Counter(_noun(file) for file in request.media)
    words = [f"{count} {noun}s" if count > 1 else noun for noun, count in counts.items()]
    were = "was" if counts.total() == 1 else "were"
    return f"[Built-in demo model: it cannot see the {' and '.join(words)} that {were} sent.]\n\n"


def own_limit_notice(request: GenerateRequest) -> str:
    """Give what an answer ends with that was cut off though nobody had set a longest answer.

    Empty where somebody had, and where the answer must be JSON: then it is simply cut.
    """
    config = request.generation_config
    if config.max_output_tokens is not None or _schema(config):
        return ""
    return f" …\n\n[Built-in demo model: it says no more than {_DEFAULT_TOKENS} tokens at once.]"


def _noun(file: Media) -> str:
    kind = file.mime_type.split("/")[0]
    return {"image": "picture", "video": "video", "audio": "recording"}.get(kind, "file")


def _messages(request: GenerateRequest) -> list[dict[str, str]]:
    system = request.system_instruction
    first = [{"role": "system", "content": _text(system)}] if system and system.text else []
    return first + [
        {"role": _ROLES.get(content.role or "", "user"), "content": _text(content)}
        for content in request.contents
    ]


def _text(content: Content) -> str:
    """Give the text without notes of ours from earlier answers, which the model would imitate."""
    return _NOTE.sub("", content.text) or "(no text)"


def _schema(config: GenerationConfig) -> dict[str, Any] | None:
    """Give llama.cpp's `response_format`, or None for plain text."""
    schema = config.response_json_schema
    if schema is None and config.response_schema is not None:
        schema = to_json_schema(config.response_schema)
    if schema is not None:
        return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    return {"type": "json_object"} if config.response_mime_type == "application/json" else None


def to_json_schema(schema: JsonValue) -> JsonValue:
    """Turn Google's dialect of OpenAPI schemas (`"type": "STRING"`, `nullable`) into JSON Schema."""
    if not isinstance(schema, dict):
        return schema
    plain: dict[str, JsonValue] = {
        key: value for key, value in schema.items() if key not in _SCHEMA_DROPPED
    }
    if "any_of" in plain:
        plain["anyOf"] = plain.pop("any_of")
    kind = plain.get("type")
    if isinstance(kind, str):
        plain["type"] = kind.lower()
    properties = plain.get("properties")
    if isinstance(properties, dict):
        plain["properties"] = {name: to_json_schema(each) for name, each in properties.items()}
    if "items" in plain:
        plain["items"] = to_json_schema(plain["items"])
    for name in _SCHEMA_LISTS:
        if isinstance(plain.get(name), list):
            plain[name] = [to_json_schema(each) for each in cast("list[JsonValue]", plain[name])]
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain
