"""Whether ids are unique and short enough, and edges end at nodes that are there."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from flows.graph.wording import quoted
from schemas.graph import MAX_ID_LENGTH
from schemas.problem import Problem, ProblemCode


@dataclass(frozen=True)
class EdgeEnds:
    """An edge's id and the ids of the nodes it joins; None where it names none."""

    id: str | None
    source: str | None
    target: str | None


def node_id_problems(ids: Iterable[str]) -> Iterator[Problem]:
    """Report ids that are too long or used before."""
    seen: set[str] = set()
    for id in ids:
        if len(id) > MAX_ID_LENGTH:
            yield Problem(
                code=ProblemCode.ID_TOO_LONG,
                message=_too_long("node", id),
                node_id=id,
            )
        if id in seen:
            yield Problem(
                code=ProblemCode.DUPLICATE_NODE_ID,
                message=f"Two nodes have the id {quoted(id)}: give one of them another id.",
                node_id=id,
            )
        seen.add(id)


def edge_problems(edges: Iterable[EdgeEnds], nodes: Collection[str]) -> Iterator[Problem]:
    """Report ids that are too long or used before, and ends that are not in `nodes`."""
    seen: set[str] = set()
    for edge in edges:
        if edge.id is not None:
            yield from _edge_id_problems(edge.id, seen)
        for verb, end in (("starts", edge.source), ("ends", edge.target)):
            if end is not None and end not in nodes:
                name = "" if edge.id is None else f" {quoted(edge.id)}"
                yield Problem(
                    code=ProblemCode.DANGLING_EDGE,
                    message=f"The connection{name} {verb} at the node {quoted(end)}, which is not"
                    " in the workflow: remove the connection or add the node.",
                    edge_id=edge.id,
                )


def _edge_id_problems(id: str, seen: set[str]) -> Iterator[Problem]:
    if len(id) > MAX_ID_LENGTH:
        yield Problem(
            code=ProblemCode.ID_TOO_LONG,
            message=_too_long("connection", id),
            edge_id=id,
        )
    if id in seen:
        yield Problem(
            code=ProblemCode.DUPLICATE_EDGE_ID,
            message=f"Two connections have the id {quoted(id)}: give one of them another id.",
            edge_id=id,
        )
    seen.add(id)


def _too_long(what: str, id: str) -> str:
    return (
        f"The id {quoted(id)} of a {what} has {len(id):,} characters: "
        f"ids may have at most {MAX_ID_LENGTH}."
    )
