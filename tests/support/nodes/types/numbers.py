"""A node type of tests only: gives JSON of any size, or nothing at its only output."""

from typing import Annotated

from pydantic import Field, JsonValue

from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import JsonDataValue
from tasks.node_type.definition import Context, InputPort, Inputs, Params, node_type


class NumbersParams(Params):
    """What is given."""

    count: Annotated[int, Field(title="How many")] = 0
    exponent: Annotated[int, Field(title="How large")] = -1


class NumbersInputs(Inputs):
    """What is left alone."""

    others: Annotated[list[JsonDataValue], InputPort("Others")] = Field(
        default_factory=list[JsonDataValue]
    )


@node_type(
    "numbers",
    version=1,
    title="Numbers",
    category="input",
    effects="none",
    task_name="numbers",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=30),
    example=NodeTypeExample(title="Three halves.", data={"count": 3}),
)
async def numbers(
    params: NumbersParams, inputs: NumbersInputs, context: Context
) -> JsonDataValue | None:
    """Gives the same number, 0.5 for example, so many times; nothing if that is never."""
    numbers: list[JsonValue] = [float(f"5e{params.exponent}")] * params.count
    return JsonDataValue(json=numbers) if numbers else None
