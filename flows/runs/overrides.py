"""Values for params that a run uses instead of the stored ones. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from flows.graph.check import NodeTypes, check
from flows.graph.wording import quoted, quoted_label
from schemas.graph import Graph, Node
from schemas.problem import Problem, ProblemCode
from tasks.node_type.validation import own_params

ParamOverrides = Mapping[str, Mapping[str, Any]]
"""By node id and name of the parameter."""
NO_OVERRIDES: Final[ParamOverrides] = {}
_RESERVED: Final = frozenset({"label", "settings"})


def merge_overrides(first: ParamOverrides, second: ParamOverrides) -> ParamOverrides:
    """Put two sets of values together; the second one wins where both have one."""
    ids = {**first, **second}
    return {id: {**first.get(id, {}), **second.get(id, {})} for id in ids}


def override_params(graph: Graph, overrides: ParamOverrides) -> Graph:
    """Put values over those of a graph; nodes that it does not have are left out."""
    if not overrides:
        return graph
    nodes = [_override_node(node, overrides.get(node.id, {})) for node in graph.nodes]
    return graph.model_copy(update={"nodes": nodes})


def override_problems(
    graph: Graph, overrides: ParamOverrides, node_types: NodeTypes
) -> list[Problem]:
    """Report what is wrong with values, and those that would have no effect."""
    if not overrides:
        return []
    nodes = {node.id: node for node in graph.nodes}
    entering = {(edge.target, edge.target_handle) for edge in graph.edges}
    found: list[Problem] = []
    for id, values in overrides.items():
        node = nodes.get(id)
        if node is None:
            found.append(_unknown_node_problem(id))
            continue
        found += [
            problem
            for name in values
            if (problem := _override_problem(node, name, values[name], (id, name) in entering))
        ]
    bad = {(problem.node_id, problem.param) for problem in found}
    return found + [
        problem
        for problem in check(override_params(graph, overrides), node_types)
        if (problem.param or "").partition(".")[0] in overrides.get(problem.node_id or "", ())
        and (problem.node_id, problem.param) not in bad
    ]


def _override_node(node: Node, values: Mapping[str, Any]) -> Node:
    return node.model_copy(update={"data": {**node.data, **values}}) if values else node


def _override_problem(node: Node, name: str, value: object, connected: bool) -> Problem | None:
    if name in _RESERVED or name not in own_params({name: value}):
        return _param_problem(
            node, name, ProblemCode.UNKNOWN_PARAM, "is no parameter of a node: leave it out"
        )
    if connected:
        what = "is connected to another node, whose output wins: remove the edge, or leave it out"
        return _param_problem(node, name, ProblemCode.BAD_PARAM, what)
    if isinstance(value, dict) and value.get("kind") == "base64":
        what = "must name a file that was uploaded before, as kind asset, or an address"
        return _param_problem(node, name, ProblemCode.FILE_NOT_UPLOADED, what)
    return None


def _param_problem(node: Node, name: str, code: ProblemCode, what: str) -> Problem:
    message = f"{quoted_label(node)}: the value for {quoted(name)} {what}."
    return Problem(code=code, message=message, node_id=node.id, param=name)


def _unknown_node_problem(id: str) -> Problem:
    return Problem(
        code=ProblemCode.UNKNOWN_NODE,
        message=f"There is no node {quoted(id)} that could be given values: leave it out.",
        node_id=id,
    )
