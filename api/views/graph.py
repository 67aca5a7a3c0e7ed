"""Graphs in the bodies of requests."""

from typing import Final

from pydantic.alias_generators import to_camel

from flows.graph.check import check_document
from schemas.errors import InvalidGraphError
from schemas.graph import Graph
from schemas.wire.version import GraphRead
from schemas.wire.workflow import WorkflowRead
from tasks.registry import node_types

READ_ONLY_FIELDS: Final = frozenset(
    to_camel(name)
    for name in (WorkflowRead.model_fields.keys() | GraphRead.model_fields.keys())
    - Graph.model_fields.keys()
)
"""What the API says of a graph beside what is in it."""
GRAPH_OPTIONS: Final = {"graph": True}
"""Tells `StrictJsonRequest` to leave texts and depth to `flows.graph.check`, which names their places."""


def parse_graph(document: object) -> Graph:
    """Read a graph that is to be saved; a draft's problems are fine.

    What answers have beside the graph is left out, so that what was read can be sent back.

    Raises:
        InvalidGraphError: it is no graph at all.
    """
    if isinstance(document, dict):
        document = {key: value for key, value in document.items() if key not in READ_ONLY_FIELDS}
    checked = check_document(document, node_types())
    if checked.graph is None:
        refusing = [problem for problem in checked.problems if problem.blocks_saving]
        raise InvalidGraphError(
            refusing or checked.problems, "This is no graph that can be saved; see its problems."
        )
    return checked.graph
