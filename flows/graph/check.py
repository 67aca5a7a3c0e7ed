"""Says everything that is wrong with a graph, at once and each with its place. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from flows.graph.connections import Connection, connection_problems, connections, cycle_problems
from flows.graph.declarations import declaration_problems, required_params
from flows.graph.identity import EdgeEnds, edge_problems, node_id_problems
from flows.graph.read import read_graph
from flows.graph.text_sizes import TextSizes
from flows.graph.wording import join_kinds, join_words, quoted, quoted_label
from schemas.graph import Edge, Graph, Node
from schemas.problem import Problem, ProblemCode
from tasks.node_type.definition import NodeProblem, NodeType
from tasks.node_type.ports import input_ports
from tasks.node_type.validation import connection_limits, param_problems, param_warnings

NodeTypes = Mapping[str, NodeType]
_NO_PARAMS: Mapping[str, frozenset[str]] = {}


@dataclass(frozen=True)
class CheckResult:
    """A document that was read and checked.

    `graph` is None where a problem refuses the document; a graph with other problems is a
    draft: it can be saved and not be run.
    """

    graph: Graph | None
    problems: list[Problem]


def check_document(document: object, node_types: NodeTypes) -> CheckResult:
    """Read and check a raw JSON document.

    Where it is no graph at all, everything that refuses it is reported and nothing else:
    what is missing in a draft cannot be told from what could not be read.
    """
    reading = read_graph(document)
    if reading.graph is None:
        joined = connections(reading.nodes, reading.edges, node_types)
        further = _node_problems(reading.nodes, joined, node_types)
        return CheckResult(
            None, [*reading.problems, *(each for each in further if each.blocks_saving)]
        )
    problems = check(reading.graph, node_types, required_params(reading.graph))
    refused = any(problem.blocks_saving for problem in problems)
    return CheckResult(None if refused else reading.graph, problems)


def check(
    graph: Graph, node_types: NodeTypes, given: Mapping[str, frozenset[str]] = _NO_PARAMS
) -> list[Problem]:
    """Report every problem: nodes in document order, edges, cycles, then texts that grow too long.

    What is typed for params that are `given` with a run, by node id, is not judged.

    Whether assets exist is `missing_assets`'s question; an empty graph is no problem until
    somebody wants to run it.
    """
    joined = connections(graph.nodes, graph.edges, node_types)
    return [
        *_identity_problems(graph.nodes, graph.edges),
        *_node_problems(graph.nodes, joined, node_types, given),
        *connection_problems(joined),
        *cycle_problems(joined),
        *declaration_problems(graph, node_types),
        *TextSizes(graph.nodes, joined, node_types).problems(),
    ]


def warnings(graph: Graph, node_types: NodeTypes, today: date) -> list[Problem]:
    """Report what is to be known of a graph and keeps nothing from running."""
    entering = _entering_handles(connections(graph.nodes, graph.edges, node_types))
    return [
        _node_problem(node, draft)
        for node in graph.nodes
        if (node_type := node_types.get(node.type)) is not None
        for draft in param_warnings(node_type, node.data, frozenset(entering[node.id]), today)
    ]


def asset_ids(graph: Graph, node_types: NodeTypes) -> dict[str, UUID]:
    """Give the ids of the assets that the graph names, by node id."""
    found: dict[str, UUID] = {}
    for node in graph.nodes:
        node_type = node_types.get(node.type)
        asset_id = _asset_id(node.data.get(node_type.asset_param or "")) if node_type else None
        if asset_id is not None:
            found[node.id] = asset_id
    return found


def missing_assets(graph: Graph, node_types: NodeTypes, known: Collection[UUID]) -> list[Problem]:
    """Report the nodes whose asset is not among the `known` ones of the same owner."""
    wanted = asset_ids(graph, node_types)
    return [
        Problem(
            code=ProblemCode.ASSET_NOT_FOUND,
            message=f"The file of {quoted_label(node)} is not there any more: upload it again.",
            node_id=node.id,
            param=node_types[node.type].asset_param,
        )
        for node in graph.nodes
        if node.id in wanted and wanted[node.id] not in known
    ]


def _asset_id(source: object) -> UUID | None:
    if not isinstance(source, dict):
        return None
    reference = cast("dict[str, object]", source)
    id = reference.get("assetId")
    if reference.get("kind") != "asset" or not isinstance(id, str):
        return None
    try:
        return UUID(id)
    except ValueError:
        return None


def _identity_problems(nodes: Sequence[Node], edges: Sequence[Edge]) -> Iterator[Problem]:
    """Catch graphs that were put together by code and never read."""
    yield from node_id_problems(node.id for node in nodes)
    ends = (EdgeEnds(edge.id, edge.source, edge.target) for edge in edges)
    yield from edge_problems(ends, frozenset(node.id for node in nodes))


def _node_problems(
    nodes: Iterable[Node],
    joined: Iterable[Connection],
    node_types: NodeTypes,
    given: Mapping[str, frozenset[str]] = _NO_PARAMS,
) -> Iterator[Problem]:
    entering = _entering_handles(joined)
    for node in nodes:
        node_type = node_types.get(node.type)
        if node_type is None:
            yield _unknown_type(node, node_types)
        else:
            connected = frozenset(entering[node.id])
            yield from _param_problems(node, node_type, connected | given.get(node.id, frozenset()))
            yield from _missing_inputs(node, node_type, connected)
            yield from _crowded_ports(node, node_type, entering[node.id])


def _crowded_ports(
    node: Node, node_type: NodeType, entering: Mapping[str, int]
) -> Iterator[Problem]:
    limits = connection_limits(node_type, node.data, frozenset(entering))
    for handle, most in limits.items():
        if entering.get(handle, 0) > most > 0:
            yield Problem(
                code=ProblemCode.TOO_MANY_CONNECTIONS,
                message=f"{quoted_label(node)}: {entering[handle]} connections enter {quoted(handle)},"
                f" of which at most {most} are taken at once: connect fewer.",
                node_id=node.id,
                port=handle,
            )


def _entering_handles(joined: Iterable[Connection]) -> dict[str, Counter[str]]:
    """Count the connections that enter each port, by node id."""
    entering: dict[str, Counter[str]] = defaultdict(Counter)
    for each in joined:
        if each.port:
            entering[each.target.id][each.port.handle] += 1
    return entering


def _unknown_type(node: Node, node_types: NodeTypes) -> Problem:
    known = join_words([quoted(id) for id in node_types], "or")
    return Problem(
        code=ProblemCode.UNKNOWN_NODE_TYPE,
        message=f"{quoted_label(node)} is of the type {quoted(node.type)}, which is not known here:"
        f" use {known}.",
        node_id=node.id,
    )


def _param_problems(
    node: Node, node_type: NodeType, connected: frozenset[str]
) -> Iterator[Problem]:
    for draft in param_problems(node_type, node.data, connected):
        yield _node_problem(node, draft)


def _node_problem(node: Node, draft: NodeProblem) -> Problem:
    return Problem(
        code=draft.code,
        message=f"{quoted_label(node)}: {draft.message}",
        node_id=node.id,
        port=draft.port,
        param=draft.param,
    )


def _missing_inputs(
    node: Node, node_type: NodeType, connected: frozenset[str]
) -> Iterator[Problem]:
    for port in input_ports(node_type):
        if port.required and port.handle not in connected:
            kinds = join_kinds(port.kinds)
            yield Problem(
                code=ProblemCode.MISSING_INPUT,
                message=f"{quoted_label(node)} needs {kinds}: connect {kinds} to its"
                f" {quoted(port.title)} input.",
                node_id=node.id,
                port=port.handle,
            )


__all__ = [
    "CheckResult",
    "NodeTypes",
    "asset_ids",
    "check",
    "check_document",
    "missing_assets",
    "read_graph",
    "warnings",
]
