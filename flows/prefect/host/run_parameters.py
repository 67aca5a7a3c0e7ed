"""What somebody may choose who starts a run in Prefect: its form, and what it gives. No Prefect here."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from schemas.errors import InvalidInputError
from schemas.graph import MAX_DECLARATIONS, MAX_NODES
from schemas.wire.run import NodeId, RunCreate, scope_adapter

ScopeKind = Literal["all", "nodes", "from", "until"]
ReuseKind = Literal["auto", "always", "never"]
MAX_NODES_OFFERED: Final = 200
"""Of a larger graph the form has no list of nodes to choose from."""
FORM_VERSION: Final = 2
"""Of `form_schema`: a deployment with another one gets a new form."""
_FORM_KEY: Final = "x-nodeloom-form"
_NODES: Final[dict[ScopeKind, tuple[int, int, str]]] = {
    "all": (0, 0, "no nodes"),
    "nodes": (1, MAX_NODES, "at least one node"),
    "from": (1, 1, "exactly one node"),
    "until": (1, 1, "exactly one node"),
}
FILE_FIELDS: Final = frozenset({"url", "assetId"})
"""What the form has of an input for a picture or video."""
NODES_HINT: Final = "Ids of nodes, as their addresses in the editor have them"


class RunParameters(BaseModel):
    """The parameters of a flow run; what is null counts as left out."""

    model_config = ConfigDict(frozen=True)

    workflow_id: int | None = None
    run_id: UUID | None = None
    schedule_id: UUID | None = None
    revision: Annotated[int, Field(ge=1)] | None = None
    scope: ScopeKind = "all"
    nodes: tuple[NodeId, ...] = ()
    reuse: ReuseKind = "auto"
    inputs: Annotated[dict[str, JsonValue], Field(max_length=MAX_DECLARATIONS)] = Field(
        default_factory=dict[str, JsonValue]
    )
    """Values for declared inputs, by name."""

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> "RunParameters":
        """Read what a flow run was started with.

        Raises:
            InvalidInputError: `bad_parameters`, with a sentence for each that is wrong.
        """
        given = {name: value for name, value in parameters.items() if value is not None}
        try:
            found = cls.model_validate(given)
        except ValidationError as error:
            wrong = (
                f"{'.'.join(map(str, each['loc']))}: {each['msg']}." for each in error.errors()
            )
            raise _bad_parameters(" ".join(list(wrong)[:5])) from error
        if found.workflow_id is found.run_id is found.schedule_id is None:
            raise _bad_parameters("Give the id of a workflow as workflow_id.")
        found.run_create()
        return found

    def run_create(self) -> RunCreate:
        """Give what a client of the API would send. Raises `bad_parameters`."""
        least, most, words = _NODES[self.scope]
        if not least <= len(self.nodes) <= most:
            raise _bad_parameters(f"Scope “{self.scope}” takes {words}, not {len(self.nodes)}.")
        fields: dict[str, Any] = {"nodeIds": self.nodes} if self.scope == "nodes" else {}
        if self.scope in ("from", "until"):
            fields = {"nodeId": self.nodes[0]}
        scope = scope_adapter.validate_python({"kind": self.scope} | fields)
        inputs = {name: _without_empty(value) for name, value in self.inputs.items()}
        empty = {name for name, value in inputs.items() if value is None}
        given = {name: value for name, value in inputs.items() if name not in empty}
        return RunCreate(scope=scope, reuse=self.reuse, inputs=given)


def form_schema(
    node_ids: Collection[str], inputs: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give what Prefect draws its form from: what may be chosen for a workflow with these nodes.

    `inputs`: the schema of an object with what the workflow declares.
    """
    nodes: dict[str, Any] = {"type": "string"}
    if 0 < len(node_ids) <= MAX_NODES_OFFERED:
        nodes["enum"] = list(node_ids)
    properties: dict[str, dict[str, Any]] = {
        **({"inputs": dict(inputs)} if inputs else {}),
        "revision": {
            "title": "Revision",
            "description": "Of the workflow's history; empty: the newest.",
            "type": "integer",
            "minimum": 1,
        },
        "scope": {
            "title": "Scope",
            "description": "All nodes; these nodes; a node and what depends on it; or a node and what it needs.",
            "type": "string",
            "enum": list(get_args(ScopeKind)),
            "default": "all",
        },
        "nodes": {
            "title": "Nodes",
            "description": f"{NODES_HINT}; one for “from” and “until”.",
            "type": "array",
            "items": nodes,
            "default": [],
        },
        "reuse": {
            "title": "Reuse",
            "description": "Whether earlier results are used instead of running a node again.",
            "type": "string",
            "enum": list(get_args(ReuseKind)),
            "default": "auto",
        },
    }
    for position, each in enumerate(properties.values()):
        each["position"] = position
    return {
        "title": "Parameters",
        "type": "object",
        "properties": properties,
        "required": [],
        "definitions": {},
        _FORM_KEY: FORM_VERSION,
    }


def has_form(schema: Mapping[str, Any] | None) -> bool:
    """Whether a schema is one of ours, as this version makes it."""
    return (schema or {}).get(_FORM_KEY) == FORM_VERSION


def _without_empty(value: JsonValue) -> JsonValue:
    """Leave out what was left empty of a reference to a file, or all of it."""
    if not isinstance(value, dict) or not value.keys() <= FILE_FIELDS:
        return value
    return {name: each for name, each in value.items() if each not in (None, "")} or None


def _bad_parameters(sentence: str) -> InvalidInputError:
    return InvalidInputError("bad_parameters", sentence)
