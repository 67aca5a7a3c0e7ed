"""Values that a schedule's runs use instead of the stored ones. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from flows.graph.check import NodeTypes, check
from flows.graph.wording import named, quoted
from schemas.graph import Graph, Node
from schemas.problem import Problem, ProblemCode
from tasks.validation import own_params

Inputs = Mapping[str, Mapping[str, Any]]
"""By node id and name of the parameter."""
NO_INPUTS: Final[Inputs] = {}
_RESERVED: Final = frozenset({"label", "settings"})


def with_inputs(graph: Graph, inputs: Inputs) -> Graph:
    """Put values over those of a graph; nodes that it does not have are left out."""
    if not inputs:
        return graph
    nodes = [_with(node, inputs.get(node.id, {})) for node in graph.nodes]
    return graph.model_copy(update={"nodes": nodes})


def input_problems(graph: Graph, inputs: Inputs, node_types: NodeTypes) -> list[Problem]:
    """Report what is wrong with values, and those that would have no effect."""
    if not inputs:
        return []
    nodes = {node.id: node for node in graph.nodes}
    entering = {(edge.target, edge.target_handle) for edge in graph.edges}
    found: list[Problem] = []
    for id, values in inputs.items():
        node = nodes.get(id)
        if node is None:
            found.append(_unknown_node(id))
            continue
        found += [
            problem
            for name in values
            if (problem := _unfit(node, name, values[name], (id, name) in entering))
        ]
    bad = {(problem.node_id, problem.param) for problem in found}
    return found + [
        problem
        for problem in check(with_inputs(graph, inputs), node_types)
        if (problem.param or "").partition(".")[0] in inputs.get(problem.node_id or "", ())
        and (problem.node_id, problem.param) not in bad
    ]


def _with(node: Node, values: Mapping[str, Any]) -> Node:
    return node.model_copy(update={"data": {**node.data, **values}}) if values else node


def _unfit(node: Node, name: str, value: object, connected: bool) -> Problem | None:
    if name in _RESERVED or name not in own_params({name: value}):
        return _about(
            node, name, ProblemCode.UNKNOWN_PARAM, "is no parameter of a node: leave it out"
        )
    if connected:
        what = "is connected to another node, whose output wins: remove the edge, or leave it out"
        return _about(node, name, ProblemCode.BAD_PARAM, what)
    if isinstance(value, dict) and value.get("kind") == "base64":
        what = "must name a file that was uploaded before, as kind asset, or an address"
        return _about(node, name, ProblemCode.FILE_NOT_UPLOADED, what)
    return None


def _about(node: Node, name: str, code: ProblemCode, what: str) -> Problem:
    message = f"{named(node)}: the value for {quoted(name)} {what}."
    return Problem(code=code, message=message, node_id=node.id, param=name)


def _unknown_node(id: str) -> Problem:
    return Problem(
        code=ProblemCode.UNKNOWN_NODE,
        message=f"There is no node {quoted(id)} that could be given values: leave it out.",
        node_id=id,
    )
