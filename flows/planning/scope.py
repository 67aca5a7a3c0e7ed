"""Which nodes a run is about, and the part of the graph that decides whether it can run. Pure."""

from collections.abc import Collection
from typing import Final

from flows.graph.topology import Topology
from flows.graph.wording import quoted
from schemas.graph import Graph
from schemas.problem import Problem, ProblemCode
from schemas.wire.run import Scope, ScopeAll, ScopeFailed, ScopeFrom, ScopeNodes, ScopeUntil

NO_NODES: Final[frozenset[str]] = frozenset()


def nodes_in_scope(
    topology: Topology,
    scope: Scope,
    unfinished: Collection[str] = NO_NODES,
    not_taken: Collection[str] = NO_NODES,
) -> frozenset[str]:
    """Give the ids of the nodes that a run is about.

    Args:
        topology: Of what is to be run.
        scope: Which part of it; ids that are not in the graph select nothing.
        unfinished: For the scope `failed`: the nodes that did not complete in that run.
        not_taken: Likewise: those that nothing was sent to. They gave nothing that could enter
            the run, so those whose outputs would enter it are decided about once more.
    """
    match scope:
        case ScopeAll():
            return frozenset(topology.nodes)
        case ScopeNodes(node_ids=ids):
            return frozenset(topology.nodes).intersection(ids)
        case ScopeFrom(node_id=id):
            return topology.descendants({id})
        case ScopeUntil(node_id=id):
            return topology.ancestors({id})
        case ScopeFailed():
            nodes = topology.descendants(unfinished)
            while silent := topology.entering(nodes).intersection(not_taken):
                nodes |= silent
            return nodes


def scope_problems(topology: Topology, scope: Scope) -> list[Problem]:
    """Report what a scope names and the graph does not have, and a scope that selects nothing."""
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
        if id not in topology.nodes
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


def subgraph(graph: Graph, nodes: Collection[str]) -> Graph:
    """Give what a run of `nodes` has to do with: them, what enters them, and where that is from."""
    kept = Topology.of(graph).entering(nodes).union(nodes)
    return graph.model_copy(
        update={
            "nodes": [node for node in graph.nodes if node.id in kept],
            "edges": [edge for edge in graph.edges if edge.target in nodes],
        }
    )
