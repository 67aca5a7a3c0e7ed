"""Reads a raw JSON document into a graph, or says everything that makes it none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from flows.graph.identity import EdgeEnds, edge_problems, node_id_problems
from flows.graph.limits import count_problems, size_problems
from flows.graph.storable import MAX_PROBLEMS_OF_PART, DocumentProblem, Path, storage_problems
from flows.graph.wording import printable, quoted
from schemas.graph import VOLATILE_DATA, VOLATILE_FIELDS, Edge, Graph, Node
from schemas.problem import Problem, ProblemCode

_Model = TypeVar("_Model", bound=BaseModel)

_MESSAGES: Final = {
    "missing": "is missing",
    "extra_forbidden": "is an unknown field: remove it",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must be lower-case letters, digits and underscores, up to 63, a letter"
    " first",
    "too_long": "must have at most {max_length} entries",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than": "must be more than {gt:g}",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
}


@dataclass(frozen=True)
class ReadResult:
    """What a document turned out to be.

    `graph` is None exactly when there are problems; `nodes` and `edges` are those that
    could be read even so, for whoever wants to say more about them.
    """

    graph: Graph | None
    problems: list[Problem]
    nodes: list[Node] = field(default_factory=list[Node])
    edges: list[Edge] = field(default_factory=list[Edge])


def read_graph(document: object) -> ReadResult:
    """Read a raw JSON document; volatile fields are dropped.

    Never raises, whatever the document is: everything that makes it no graph is reported
    at once. `nodes` and `edges` must be there, `viewport` need not.
    """
    if not isinstance(document, dict):
        what = "A workflow must be a JSON object with the fields name, nodes and edges."
        return ReadResult(None, [Problem(code=ProblemCode.MALFORMED, message=what)])
    reader = _Reader(cast("dict[str, Any]", document))
    problems = [_with_printable_ids(problem) for problem in reader.read()]
    if problems or reader.envelope is None:
        return ReadResult(None, problems, reader.nodes, reader.edges)
    graph = reader.envelope.model_copy(update={"nodes": reader.nodes, "edges": reader.edges})
    return ReadResult(graph, problems, reader.nodes, reader.edges)


class _Reader:
    """One pass over one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        lists = {"nodes": document.get("nodes"), "edges": document.get("edges")}
        self._missing = [name for name in lists if name not in document]
        self._not_lists = [n for n, v in lists.items() if n in document and not isinstance(v, list)]
        self._raw: dict[str, list[Any]] = {
            name: [_without_volatile(item, name) for item in value]
            if isinstance(value, list)
            else []
            for name, value in lists.items()
        }
        self._rest = {key: document[key] for key in document if key not in lists}
        self._is_size_known = True
        self.envelope: Graph | None = None
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def read(self) -> Iterator[Problem]:
        """Fill the fields; give the problems in document order."""
        rest = {**self._rest, "nodes": [], "edges": []}
        self.envelope, problems = self._read_part(Graph, rest, ())
        yield from problems
        for name in self._missing:
            yield self._malformed(DocumentProblem((name,), "is missing: it must be a list"))
        for name in self._not_lists:
            yield self._malformed(DocumentProblem((name,), "must be a list"))
        too_many = list(count_problems(len(self._raw["nodes"]), len(self._raw["edges"])))
        yield from too_many or self._read_elements()  # a flood of problems would help nobody

    def _read_elements(self) -> Iterator[Problem]:
        for index, item in enumerate(self._raw["nodes"]):
            node, problems = self._read_part(Node, item, ("nodes", index))
            self.nodes += [node] if node else []
            yield from problems
        for index, item in enumerate(self._raw["edges"]):
            edge, problems = self._read_part(Edge, item, ("edges", index))
            self.edges += [edge] if edge else []
            yield from problems
        ids = [id for item in self._raw["nodes"] if (id := _text_field(item, "id")) is not None]
        ends = [
            EdgeEnds(
                _text_field(item, "id"), _text_field(item, "source"), _text_field(item, "target")
            )
            for item in self._raw["edges"]
        ]
        yield from node_id_problems(ids)
        yield from edge_problems(ends, frozenset(ids))
        if self._is_size_known:
            yield from size_problems({**self._rest, **self._raw})

    def _read_part(
        self, model: type[_Model], raw: object, at: Path
    ) -> tuple[_Model | None, list[Problem]]:
        """Read one node, one edge or the envelope; None where it has problems."""
        found = storage_problems(raw, at)
        part: _Model | None = None
        if any(problem.unreadable for problem in found):
            self._is_size_known = False
        else:
            part, errors = _validated(model, raw, at)
            known = {problem.path for problem in found}
            found += [error for error in errors if error.path not in known][:MAX_PROBLEMS_OF_PART]
        return (None if found else part), [self._malformed(problem) for problem in found]

    def _malformed(self, problem: DocumentProblem) -> Problem:
        """Put a problem into a sentence, with the node or edge and param it is about."""
        match problem.path:
            case ("nodes", int(index), *rest):
                raw = self._raw["nodes"][index]
                subject, node_id, edge_id = (
                    _subject("Node", index, raw),
                    _text_field(raw, "id"),
                    None,
                )
            case ("edges", int(index), *rest):
                raw = self._raw["edges"][index]
                subject, node_id, edge_id = (
                    _subject("Connection", index, raw),
                    None,
                    _text_field(raw, "id"),
                )
            case (*rest,):
                subject, node_id, edge_id = "The workflow", None, None
        place = f"{subject}: {quoted(_dotted_path(rest))}" if rest else subject
        return Problem(
            code=ProblemCode.MALFORMED,
            message=f"{place} {problem.detail}.",
            node_id=node_id,
            edge_id=edge_id,
            param=str(rest[1]) if node_id and rest[:1] == ["data"] and len(rest) > 1 else None,
        )


def _without_volatile(item: object, name: str) -> object:
    """Give a node or edge without the fields that only say how things look right now."""
    if not isinstance(item, dict):
        return item
    raw = cast("dict[str, Any]", item)
    kept = {key: value for key, value in raw.items() if key not in VOLATILE_FIELDS}
    data = kept.get("data")
    if name == "nodes":
        kept |= {"data": data or {}} if "data" in kept and data is None else {}
        kept |= {"position": _placed(kept["position"])} if "position" in kept else {}
    if name == "nodes" and isinstance(data, dict):
        values = cast("dict[str, Any]", data).items()
        kept["data"] = {key: value for key, value in values if key not in VOLATILE_DATA}
    return kept


def _placed(position: object) -> object:
    """Give a position, with 0 for null: programs write that for NaN, and for what has no place yet."""
    if position is None:
        return {"x": 0, "y": 0}
    if not isinstance(position, dict):
        return position
    return {
        key: 0 if value is None and key in ("x", "y") else value
        for key, value in cast("dict[str, Any]", position).items()
    }


def _validated(
    model: type[_Model], raw: object, at: Path
) -> tuple[_Model | None, list[DocumentProblem]]:
    try:
        return model.model_validate(raw, strict=True, by_alias=True, by_name=False), []
    except ValidationError as invalid:
        return None, [
            DocumentProblem((*at, *error["loc"]), _error_text(error))
            for error in invalid.errors(include_url=False, include_input=False)
        ]


def _error_text(error: ErrorDetails) -> str:
    return _MESSAGES.get(error["type"], "is not valid").format(**error.get("ctx", {}))


def _text_field(raw: object, name: str) -> str | None:
    """Give the field of a raw node or edge if it is a text with something in it."""
    value = cast("dict[str, Any]", raw).get(name) if isinstance(raw, dict) else None
    return value if isinstance(value, str) and value else None


def _subject(what: str, index: int, raw: object) -> str:
    """Name a raw node or edge as well as it can be: by label, by id, by place in its list."""
    data = cast("dict[str, Any]", raw).get("data") if isinstance(raw, dict) else None
    label = _text_field(data, "label")
    if label and label.strip():
        return quoted(label)
    id = _text_field(raw, "id")
    return f"{what} {quoted(id)}" if id else f"{what} number {index + 1}"


def _dotted_path(path: list[str | int]) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return steps.removeprefix(".")


def _with_printable_ids(problem: Problem) -> Problem:
    """Make the ids of a problem safe to send: they may be what the problem is about."""
    ids = {"node_id": problem.node_id, "edge_id": problem.edge_id, "param": problem.param}
    clean = {name: printable(id) for name, id in ids.items() if id is not None}
    return problem if clean == ids else problem.model_copy(update=clean)
