"""The text node: what somebody typed."""

from typing import Annotated

from pydantic import Field

from schemas.errors import BadInputError
from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import TextValue
from tasks.node_type.definition import Context, Inputs, ParamPort, Params, node_type
from tasks.node_type.form import hints


class TextParams(Params):
    """The form of a text node."""

    text: Annotated[str, ParamPort(many=True)] = Field(
        "",
        title="Text",
        description="Passed on as it is; connected texts replace it.",
        json_schema_extra=hints("text", placeholder="Write something …"),
    )


@node_type(
    "text",
    version=1,
    title="Text",
    category="input",
    effects="none",
    task_name="text-input",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=5),
    example=NodeTypeExample(
        title="A product in one sentence",
        data={"label": "Product", "text": "A ceramic teapot, hand-made in Kyoto."},
    ),
    passes_on="text",
)
async def text(params: TextParams, inputs: Inputs, context: Context) -> TextValue:
    """Gives its text to other nodes."""
    if not params.text.strip():
        raise BadInputError(
            "empty_text", "The text is empty: write something into it, or connect a text."
        )
    return TextValue(text=params.text)
