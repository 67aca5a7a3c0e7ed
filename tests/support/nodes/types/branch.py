"""A node type of tests only: sends a text on at one of two outputs; the other one stays empty."""

from typing import Annotated

from pydantic import Field

from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import TextValue
from tasks.node_type.definition import Context, InputPort, Inputs, Outputs, Params, node_type


class BranchParams(Params):
    """What decides."""

    word: Annotated[str, Field(title="Word")] = ""


class BranchInputs(Inputs):
    """What is sent on."""

    text: Annotated[TextValue, InputPort("Text")]


class BranchOutputs(Outputs):
    """Two ways of which one is taken."""

    output: Annotated[TextValue | None, Field(title="Has the word")] = None
    otherwise: Annotated[TextValue | None, Field(title="Has it not")] = None


@node_type(
    "branch",
    version=1,
    title="Branch",
    category="input",
    effects="none",
    task_name="branch",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=5),
    example=NodeTypeExample(title="Urgent texts go another way.", data={"word": "urgent"}),
)
async def branch(params: BranchParams, inputs: BranchInputs, context: Context) -> BranchOutputs:
    """Sends a text one way if a word is in it, else the other way."""
    if params.word in inputs.text.text:
        return BranchOutputs(output=inputs.text)
    return BranchOutputs(otherwise=inputs.text)
