"""Whether a model's answer is the JSON that was asked for: providers do not make sure of it.

`jsonschema` is imported when it is first needed. A schema comes from a user, and matching it may take
any time (`pattern`, and references to references): `fit_answer` is for a child process with a time limit.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final, cast

from pydantic import JsonValue

MAX_SCHEMA_CHARACTERS: Final = 65_536
"""Of a schema as compact JSON."""
MAX_SCHEMA_VALUES: Final = 2_000
"""Objects, lists, texts and so on in a schema: judging it may take the square of it."""
MAX_MISMATCHES: Final = 5
_MAX_MISMATCH_CHARACTERS: Final = 300
_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
_FENCE: Final = re.compile(r"```[A-Za-z0-9_-]*[ \t]*\r?\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)

Schema = Mapping[str, JsonValue]


@dataclass(frozen=True)
class FittedAnswer:
    """The JSON in an answer, and what keeps it from fitting its schema; no mismatch: it fits."""

    text: str
    """The JSON by itself, as the model wrote it; the whole answer where there is none."""
    mismatches: tuple[str, ...] = ()
    is_json: bool = True

    @property
    def summary(self) -> str:
        """All mismatches, in sentences."""
        return " ".join(self.mismatches)


def schema_problem(schema: Schema) -> str | None:
    """Say why nothing can be judged by this schema; None: it can."""
    try:
        text = json.dumps(schema, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except RecursionError:
        return "is nested too deeply"
    if len(text) > MAX_SCHEMA_CHARACTERS:
        return f"has {len(text):,} characters; at most {MAX_SCHEMA_CHARACTERS:,} are allowed"
    return _schema_problem(text)


@lru_cache(256)
def _schema_problem(text: str) -> str | None:
    from jsonschema import validators  # noqa: PLC0415 # see the top of the module

    schema: dict[str, Any] = json.loads(text)
    values = list(islice(_values(schema), MAX_SCHEMA_VALUES + 1))
    if len(values) > MAX_SCHEMA_VALUES:
        return f"has too many parts; at most {MAX_SCHEMA_VALUES:,} are allowed"
    try:
        language: Any = validators.validator_for(schema, validators.Draft202012Validator)
        wrong = next(language(language.META_SCHEMA).iter_errors(schema), None)
    except (RecursionError, ValueError, TypeError):
        return "cannot be read"
    if wrong is not None:
        return f"is no JSON Schema: at {wrong.json_path}, {_short(wrong.message)}"
    objects = [cast("dict[str, Any]", each) for each in values if isinstance(each, dict)]
    return _reference_problem(schema, objects) or _pattern_problem(objects)


def _reference_problem(schema: Schema, objects: Iterable[Mapping[str, Any]]) -> str | None:
    """Find what leads nowhere: nothing is fetched."""
    from referencing import Registry, Resource  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415

    root = Resource[Any].from_contents(schema, default_specification=DRAFT202012)
    resolver = Registry[Any]().with_resource("", root).resolver()
    names = (each[name] for each in objects for name in _REFERENCES if name in each)
    for name in names:
        try:
            if isinstance(name, str):
                resolver.lookup(name)
        except (Unresolvable, ValueError):
            return f"refers to {_short(repr(name))}, which is not in it"
    return None


def _pattern_problem(objects: Iterable[Mapping[str, Any]]) -> str | None:
    for each in objects:
        by_pattern = each.get("patternProperties")
        patterns = [each.get("pattern"), *(by_pattern if isinstance(by_pattern, dict) else ())]
        for pattern in patterns:
            try:
                if isinstance(pattern, str):
                    re.compile(pattern)
            except (re.error, RecursionError, OverflowError):
                return f"has a pattern that cannot be read: {_short(str(pattern))}"
    return None


def fit_answer(answer: str, schema: Schema) -> FittedAnswer:
    """Take the JSON out of an answer, and judge it by its schema."""
    found = next(_json_in(answer), None)
    if found is None:
        return FittedAnswer(answer, ("The answer is no JSON.",), is_json=False)
    text, value = found
    return FittedAnswer(text, tuple(_mismatches(value, schema)))


def _json_in(answer: str) -> Iterator[tuple[str, Any]]:
    """Give what in an answer is JSON: all of it, what stands in a fence, or between other words."""
    for text in _candidates(answer):
        try:
            yield text, json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            continue


def _candidates(answer: str) -> Iterator[str]:
    yield answer.strip()
    yield from (fence[1].strip() for fence in _FENCE.finditer(answer))
    starts = [place for mark in "{[" if (place := answer.find(mark)) >= 0]
    if starts:
        yield answer[min(starts) : max(answer.rfind("}"), answer.rfind("]")) + 1]


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _mismatches(value: Any, schema: Schema) -> Iterator[str]:
    """Say where and why a value does not fit."""
    from jsonschema import validators  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    language: Any = validators.validator_for(schema, validators.Draft202012Validator)
    # A registry of its own: the library's would fetch what a schema refers to.
    judge = language(schema, registry=Registry())
    try:
        for wrong in islice(judge.iter_errors(value), MAX_MISMATCHES):
            yield f"At {wrong.json_path}: {_short(wrong.message)}."
    except RecursionError:
        yield "It is nested too deeply."
    except Unresolvable as error:
        yield f"The schema refers to {_short(error.ref)}, which is not in it."


def _values(value: Any) -> Iterator[Any]:
    """Give a value and all that is in it."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, dict):
            waiting += cast("dict[str, Any]", each).values()
        elif isinstance(each, list):
            waiting += cast("list[Any]", each)


def _short(text: str) -> str:
    cut = len(text) > _MAX_MISMATCH_CHARACTERS
    return f"{text[:_MAX_MISMATCH_CHARACTERS]}…" if cut else text
