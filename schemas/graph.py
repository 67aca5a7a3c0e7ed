"""The stored document: React Flow's nodes and edges, typed.

`Graph` is what a graph is after it was read; `flows.graph.check` reads raw documents and says
everything that is wrong with them at once.
"""

from typing import Any, Final

from pydantic import ConfigDict, Field, JsonValue

from schemas.base import Model

MAX_NODES: Final = 500
MAX_EDGES: Final = 2_000
MAX_BYTES: Final = 1_000_000
"""Of the whole graph, as compact UTF-8 JSON."""
MAX_ID_LENGTH: Final = 128
"""In characters, of node and edge ids."""
MAX_NAME_LENGTH: Final = 200
MAX_DECLARATIONS: Final = 100
"""Of inputs, and of outputs, that a workflow declares."""
DECLARED_NAME: Final = "^[a-z][a-z0-9_]{0,62}$"
"""What a declared input or output may be called: a word in any program."""

VOLATILE_FIELDS: Final = frozenset({"selected", "dragging", "resizing", "measured"})
"""React Flow's own fields on nodes and edges that say how the canvas looks right now."""
VOLATILE_DATA: Final = frozenset({"status", "runState", "isRunning", "progress", "error", "output"})
"""Run state that editors keep in `data`; no node type may have a param of such a name."""


class Position(Model):
    """A place on the canvas, in flow units."""

    x: float = Field(allow_inf_nan=False)
    y: float = Field(allow_inf_nan=False)


class Viewport(Position):
    """The part of the canvas that was in view."""

    zoom: float = Field(gt=0, allow_inf_nan=False)


class NodeSettings(Model):
    """How a node is run; everything absent is the node type's default."""

    model_config = ConfigDict(strict=True, frozen=True)

    retries: int | None = Field(None, ge=0, le=10)
    """Further attempts after the first."""
    retry_delay_seconds: float | None = Field(None, ge=0, le=3600, allow_inf_nan=False)
    """Before the first retry; doubled for each further one."""
    timeout_seconds: float | None = Field(None, gt=0, le=3600, allow_inf_nan=False)
    """Of one attempt."""
    reuse: str | None = Field(None, pattern="^(auto|always|never)$")
    """Whether an earlier result of the same inputs stands in: `always` also in a run of everything."""


class _ReactFlow(Model):
    model_config = ConfigDict(extra="allow")


class Node(_ReactFlow):
    """A node as React Flow has it; fields we do not know are kept as they are."""

    id: str = Field(min_length=1)
    type: str = Field(min_length=1)
    position: Position
    data: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def label(self) -> str:
        """What people call the node: `data.label`, else its type and id."""
        label = self.data.get("label")
        return label if isinstance(label, str) and label.strip() else f"{self.type} {self.id}"


class Edge(_ReactFlow):
    """An edge as React Flow has it; fields we do not know are kept as they are."""

    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    source_handle: str | None = None
    target: str = Field(min_length=1)
    target_handle: str | None = None
    data: dict[str, JsonValue] | None = None

    @property
    def order(self) -> float | None:
        """`data.order`: the place among the values of a port that takes many."""
        order = (self.data or {}).get("order")
        return order if isinstance(order, (int, float)) and not isinstance(order, bool) else None


class DeclaredInput(Model):
    """A param of a node that callers of the workflow give a value for, by name."""

    name: str = Field(pattern=DECLARED_NAME)
    node_id: str = Field(min_length=1, max_length=MAX_ID_LENGTH)
    param: str = Field(min_length=1, max_length=MAX_NAME_LENGTH)
    title: str | None = Field(None, max_length=MAX_NAME_LENGTH)
    description: str | None = Field(None, max_length=2_000)
    required: bool = False
    """Whether a call must give it; else what is typed in the node stands, or the default."""
    default: JsonValue = None
    """What stands where a call gives nothing, instead of what is typed in the node."""

    @property
    def is_required(self) -> bool:
        """Whether a call that does not give it is refused."""
        return self.required and self.default is None


class DeclaredOutput(Model):
    """An output of a node that is a result of the workflow, by name."""

    name: str = Field(pattern=DECLARED_NAME)
    node_id: str = Field(min_length=1, max_length=MAX_ID_LENGTH)
    handle: str | None = Field(None, max_length=MAX_NAME_LENGTH)
    """Of the node's output; `output` where it is left out."""
    title: str | None = Field(None, max_length=MAX_NAME_LENGTH)
    description: str | None = Field(None, max_length=2_000)


def readable_title(declared: DeclaredInput | DeclaredOutput) -> str:
    """Give a title; where there is none the name as people write it: `product_name` is “Product name”."""
    words = declared.name.replace("_", " ").strip()
    return declared.title or words[:1].upper() + words[1:]


class Graph(Model):
    """A whole document."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH)
    nodes: list[Node] = Field(default_factory=list[Node])
    edges: list[Edge] = Field(default_factory=list[Edge])
    viewport: Viewport = Field(default_factory=lambda: Viewport(x=0, y=0, zoom=1))
    inputs: list[DeclaredInput] = Field(
        default_factory=list[DeclaredInput], max_length=MAX_DECLARATIONS
    )
    outputs: list[DeclaredOutput] = Field(
        default_factory=list[DeclaredOutput], max_length=MAX_DECLARATIONS
    )

    def document(self) -> dict[str, Any]:
        """Give the JSON document, without nulls for what was not there, nor empty declarations."""
        document = self.model_dump(mode="json", exclude_unset=True, exclude={"inputs", "outputs"})
        return (
            document
            | self.declarations()
            | {
                "nodes": [node.model_dump(mode="json", exclude_unset=True) for node in self.nodes],
                "edges": [edge.model_dump(mode="json", exclude_unset=True) for edge in self.edges],
                "viewport": self.viewport.model_dump(mode="json"),
            }
        )

    def declarations(self) -> dict[str, Any]:
        """Give what it declares, as `inputs` and `outputs`; those of which there are none are left out."""
        declared = {"inputs": self.inputs, "outputs": self.outputs}
        return {
            key: [each.model_dump(mode="json", exclude_defaults=True) for each in declarations]
            for key, declarations in declared.items()
            if declarations
        }
