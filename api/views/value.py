"""Values as the outside sees them."""

from typing import Any

from db.lists.results import ListedResult
from db.queue.events import EventWithOutput
from db.tables import NodeExecution
from flows.functions.results import present_value
from schemas.node_type import OUTPUT_HANDLE
from schemas.values import outputs_adapter


def present_outputs(row: NodeExecution | EventWithOutput | ListedResult) -> dict[str, Any]:
    """Present what a node gave: the value at `output`, and all by handle where there are more."""
    values = outputs_adapter.validate_python(row.outputs)
    read = {handle: present_value(value) for handle, value in values.items()}
    return {
        "output": read.get(OUTPUT_HANDLE),
        "outputs": {} if row.other_outputs is None else read,
    }
