"""What may be a response schema, and what it takes to judge by one."""

from typing import Any

import pytest

from flows.compute.process_pool import ChildProcessPool
from schemas.errors import NodeError
from tasks.providers.json_schema import fit_answer, schema_problem


def deep(levels: int) -> dict[str, Any]:
    """Nest schemas."""
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"not": schema}
    return schema


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "OBJECT"}, "at $.type, 'OBJECT' is not valid"),
        ({"properties": {"a": {"enum": "S"}}}, "at $.properties.a.enum"),
        ({"required": [{}, {"a": 1}]}, "at $.required[0]"),
        ({"$ref": "https://example.com/schema.json"}, "refers to 'https://example.com"),
        ({"properties": {"a": {"$ref": "#/$defs/none"}}}, "refers to '#/$defs/none', which is not"),
        ({"type": "string", "pattern": "("}, "a pattern that cannot be read: ("),
        ({"patternProperties": {"[": {}}}, "a pattern that cannot be read: ["),
        ({"enum": ["x" * 70_000]}, "has 70,013 characters"),
        ({"enum": list(range(3_000))}, "too many parts"),
        (deep(5_000), "nested too deeply"),
    ],
)
def test_what_nothing_can_be_judged_by_is_said_before_anything_is_paid(
    schema: dict[str, Any], words: str
) -> None:
    assert words in (schema_problem(schema) or "")


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": {"$ref": {"type": "string"}}},
        {"$defs": {"size": {"enum": ["S"]}}, "properties": {"a": {"$ref": "#/$defs/size"}}},
        {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]},
        {"type": "string", "pattern": "^a+$", "format": "no such format", "x-own": 1},
    ],
)
def test_schemas_of_every_day_are_taken(schema: dict[str, Any]) -> None:
    assert schema_problem(schema) is None


@pytest.mark.parametrize(
    ("answer", "mismatch"),
    [
        ("[1, 2]", "At $: [1, 2] is not of type 'object'."),
        ("{}", "At $: 'a' is a required property."),
        ('{"a": NaN}', "The answer is no JSON."),
        ('{"a": 1, "a": "x"}', "At $.a: 'x' is not of type 'integer'."),
    ],
)
def test_mismatches_say_where_and_why(answer: str, mismatch: str) -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "required": ["a"],
    }
    assert fit_answer(answer, schema).summary == mismatch


def test_mismatches_are_few_and_short() -> None:
    schema: dict[str, Any] = {"items": {"type": "integer"}}
    judged = fit_answer(str(["x" * 10_000] * 100).replace("'", '"'), schema)
    assert len(judged.mismatches) == 5
    assert len(judged.summary) < 2_000


def test_a_schema_that_leads_in_a_circle_is_a_mismatch() -> None:
    assert "nested too deeply" in fit_answer("1", {"$ref": "#"}).summary


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        ({"type": "string", "pattern": "^(a+)+$"}, f'"{"a" * 60}b"'),
        (
            {
                "$defs": {
                    f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)
                }
                | {"d40": {"type": "integer"}},
                "$ref": "#/$defs/d0",
            },
            "1",
        ),
    ],
)
async def test_judging_that_takes_any_time_ends_in_its_child(
    schema: dict[str, Any], answer: str
) -> None:
    assert schema_problem(schema) is None
    children = ChildProcessPool(workers=1)
    try:
        with pytest.raises(NodeError) as caught:
            await children.call(fit_answer, answer, schema, seconds=1)
        assert caught.value.code == "timed_out"
        assert await children.call(fit_answer, "1", {"type": "integer"}, seconds=20)
    finally:
        children.stop()
