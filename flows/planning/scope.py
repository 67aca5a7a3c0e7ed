"""Which nodes a run is about, and the part of the graph that decides whether it can run. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from flows.graph.wording import quoted
from schemas.graph import Graph
from schemas.problem import Problem, ProblemCode
from schemas.wire.run import Scope, ScopeAll, ScopeFailed, ScopeFrom, ScopeNodes, ScopeUntil

NO_NODES: Final[frozenset[str]] = frozenset()


def nodes_in_scope(
    graph: Graph, scope: Scope, unfinished: Collection[str] = NO_NODES
) -> frozenset[str]:
    """Give the ids of the nodes that a run is about.

    Args:
        graph: What is to be run.
        scope: Which part of it; ids that are not in the graph select nothing.
        unfinished: For the scope `failed`: the nodes that did not complete in that run.
    """
    there = frozenset(node.id for node in graph.nodes)
    match scope:
        case ScopeAll():
            return there
        case ScopeNodes(node_ids=ids):
            return there.intersection(ids)
        case ScopeFrom(node_id=id):
            return _reachable(there.intersection({id}), _successors(graph))
        case ScopeUntil(node_id=id):
            return _reachable(there.intersection({id}), _predecessors(graph))
        case ScopeFailed():
            return _reachable(there.intersection(unfinished), _successors(graph))


def scope_problems(graph: Graph, scope: Scope) -> list[Problem]:
    """Report what a scope names and the graph does not have, and a scope that selects nothing."""
    there = {node.id for node in graph.nodes}
    match scope:
        case ScopeNodes(node_ids=ids):
            named = list(dict.fromkeys(ids))
        case ScopeFrom(node_id=id) | ScopeUntil(node_id=id):
            named = [id]
        case _:
            named = []
    return [
        Problem(
            code=ProblemCode.UNKNOWN_NODE,
            message=f"The node {quoted(id)} is not in the workflow: choose one that is, or save"
            " the workflow first.",
            node_id=id,
        )
        for id in named
        if id not in there
    ]


def nothing_to_run(graph: Graph) -> Problem:
    """Give the problem of a run without nodes."""
    sentence = (
        "Nothing of that run is left to be done: all of its nodes completed, or are no longer in"
        " the workflow."
        if graph.nodes
        else "The workflow has no nodes yet: add one, then run it."
    )
    return Problem(code=ProblemCode.NOTHING_TO_RUN, message=sentence)


def external_inputs(graph: Graph, nodes: Collection[str]) -> frozenset[str]:
    """Give the ids of the nodes outside of `nodes` whose outputs enter one of them."""
    return frozenset(
        edge.source for edge in graph.edges if edge.target in nodes and edge.source not in nodes
    )


def subgraph(graph: Graph, nodes: Collection[str]) -> Graph:
    """Give what a run of `nodes` has to do with: them, what enters them, and where that is from."""
    kept = external_inputs(graph, nodes).union(nodes)
    return graph.model_copy(
        update={
            "nodes": [node for node in graph.nodes if node.id in kept],
            "edges": [edge for edge in graph.edges if edge.target in nodes],
        }
    )


def _successors(graph: Graph) -> Mapping[str, list[str]]:
    return _adjacency((edge.source, edge.target) for edge in graph.edges)


def _predecessors(graph: Graph) -> Mapping[str, list[str]]:
    return _adjacency((edge.target, edge.source) for edge in graph.edges)


def _adjacency(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
    return found


def _reachable(start: Collection[str], neighbours: Mapping[str, list[str]]) -> frozenset[str]:
    """Walk from `start` as far as it goes; circles end by themselves."""
    reached = set(start)
    waiting = list(start)
    while waiting:
        for id in neighbours.get(waiting.pop(), ()):
            if id not in reached:
                reached.add(id)
                waiting.append(id)
    return frozenset(reached)
