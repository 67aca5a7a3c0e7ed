"""Problems: what is wrong with a graph, each with its place. They are values, never raised."""

from enum import StrEnum

from schemas.base import FrozenModel


class ProblemCode(StrEnum):
    """Every problem a graph can have."""

    # What is no graph at all: refused even as a draft.
    MALFORMED = "malformed"
    """A part of the document has the wrong type or is missing."""
    UNKNOWN_NODE_TYPE = "unknown_node_type"
    DUPLICATE_NODE_ID = "duplicate_node_id"
    DUPLICATE_EDGE_ID = "duplicate_edge_id"
    DANGLING_EDGE = "dangling_edge"
    MALFORMED_PARAM = "malformed_param"
    """A value in a node's data has the wrong type."""
    UNKNOWN_PARAM = "unknown_param"
    TOO_MANY_NODES = "too_many_nodes"
    TOO_MANY_EDGES = "too_many_edges"
    GRAPH_TOO_LARGE = "graph_too_large"
    ID_TOO_LONG = "id_too_long"
    # What a draft may have and a run may not.
    BAD_PARAM = "bad_param"
    """A value in a node's data has the right type but is not allowed."""
    UNKNOWN_HANDLE = "unknown_handle"
    KIND_MISMATCH = "kind_mismatch"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    """Several edges enter a port that takes one value."""
    DUPLICATE_CONNECTION = "duplicate_connection"
    """Two edges join the same two handles."""
    CYCLE = "cycle"
    MISSING_INPUT = "missing_input"
    MISSING_SOURCE = "missing_source"
    """An image or video node without a file or an address."""
    ASSET_NOT_FOUND = "asset_not_found"
    FILE_NOT_UPLOADED = "file_not_uploaded"
    """A source names a file on the author's computer; the server never reads paths."""
    NOTHING_TO_SAY = "nothing_to_say"
    """An llm node without user message, system prompt and image."""
    UNKNOWN_PROVIDER = "unknown_provider"
    """An llm node asks a model of a provider that is not here."""
    TEXT_TOO_LONG = "text_too_long"
    """Texts would be put together into one that no node takes, or that no run may hold."""
    BAD_DECLARATION = "bad_declaration"
    """A declared input or output names what is not there, or what another one has."""
    # What does not keep a graph from running: it stands among the warnings.
    MODEL_RETIRED = "model_retired"
    """A model that its provider has taken away or replaced, or will on a known day."""
    MODEL_UNKNOWN = "model_unknown"
    """A model of which it is not known whether it can see the images that it is sent."""
    PARAM_IGNORED = "param_ignored"
    """A value that has no effect, as the model takes none of it."""
    # What a run asks for.
    UNKNOWN_INPUT = "unknown_input"
    """A value for an input that the workflow does not declare."""
    INPUT_REQUIRED = "input_required"
    """A declared input without a value."""
    BAD_INPUT_VALUE = "bad_input_value"
    """A value that its input does not take."""
    NOTHING_TO_RUN = "nothing_to_run"
    UNKNOWN_NODE = "unknown_node"
    """A scope names a node that is not in the workflow."""
    INPUT_NOT_AVAILABLE = "input_not_available"
    """A node in the scope needs one outside of it that has never completed."""
    BAD_TABLE = "bad_table"
    """What a batch cannot read of its table: a row, a column, or an axis."""
    # What publishing asks for.
    BREAKS_CALLERS = "breaks_callers"
    """A published function would not take, or not give, what it does now."""


BLOCKS_SAVING: frozenset[ProblemCode] = frozenset(
    {
        ProblemCode.MALFORMED,
        ProblemCode.UNKNOWN_NODE_TYPE,
        ProblemCode.DUPLICATE_NODE_ID,
        ProblemCode.DUPLICATE_EDGE_ID,
        ProblemCode.DANGLING_EDGE,
        ProblemCode.MALFORMED_PARAM,
        ProblemCode.UNKNOWN_PARAM,
        ProblemCode.TOO_MANY_NODES,
        ProblemCode.TOO_MANY_EDGES,
        ProblemCode.GRAPH_TOO_LARGE,
        ProblemCode.ID_TOO_LONG,
    }
)
"""Codes of what is no graph at all: such a document cannot even be saved as a draft."""


class Problem(FrozenModel):
    """One problem, or one warning: what is wrong, where, and in a sentence that says what to do.

    `port` is the handle and `param` the field of the node's data that it is about; `input` the name
    of the declared input whose value it is about.
    """

    code: ProblemCode
    message: str
    node_id: str | None = None
    edge_id: str | None = None
    port: str | None = None
    param: str | None = None
    input: str | None = None

    @property
    def blocks_saving(self) -> bool:
        """Whether a document with this problem cannot be saved."""
        return self.code in BLOCKS_SAVING
