"""Values of a schedule: by the names of declared inputs, or by node id and param. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import JsonValue

from flows.graph.check import NodeTypes
from flows.runs.declared_inputs import bind_inputs
from flows.runs.overrides import ParamOverrides, merge_overrides, override_problems
from schemas.graph import Graph
from schemas.problem import Problem
from tasks.node_type.ports import fields_by_handle


@dataclass(frozen=True)
class ScheduleInputs:
    """What a schedule gives its runs."""

    values: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """By the name of the declared input."""
    overrides: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """By node id and param: what no input is declared for."""


def split_inputs(graph: Graph, inputs: Mapping[str, Any], node_types: NodeTypes) -> ScheduleInputs:
    """Tell named values from those of nodes.

    A name that an input is declared by goes first, unless a node of that id is given params of its
    own, as schedules have it that were made before the declaration. What is neither counts as a
    name where the workflow declares inputs.
    """
    found = ScheduleInputs()
    declared = {each.name for each in graph.inputs}
    params = {
        node.id: fields_by_handle(node_type.params).keys()
        for node in graph.nodes
        if (node_type := node_types.get(node.type))
    }
    for key, value in inputs.items():
        is_node = key in params if declared else True
        if key in declared:
            is_node = is_node and isinstance(value, dict) and value.keys() <= params.get(key, set())
        if is_node and isinstance(value, dict):
            found.overrides[key] = cast("Mapping[str, Any]", value)
        else:
            found.values[key] = value
    return found


def input_problems(
    graph: Graph, inputs: ScheduleInputs, node_types: NodeTypes
) -> tuple[list[Problem], ParamOverrides]:
    """Report what is wrong with the values of a schedule; give all of them by node and param, too."""
    bound = bind_inputs(graph, inputs.values, node_types, strict=False)
    merged = merge_overrides({} if bound.problems else bound.overrides, inputs.overrides)
    found = override_problems(graph, merged, node_types)
    return [*bound.problems, *name_inputs(graph, inputs, found)], merged


def name_inputs(graph: Graph, inputs: ScheduleInputs, problems: list[Problem]) -> list[Problem]:
    """Have problems of named values say the name."""
    names = {
        (each.node_id, each.param): each.name for each in graph.inputs if each.name in inputs.values
    }
    return [
        problem.model_copy(
            update={"input": names.get((problem.node_id or "", problem.param or ""))}
        )
        for problem in problems
    ]
