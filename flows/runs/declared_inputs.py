"""Binds values that callers give by name to the params that a workflow declares as its inputs. Pure.

One function for all doors: the API, the command line, forms, schedules, Prefect.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue

from flows.graph.check import NodeTypes
from flows.graph.declarations import resolve_inputs
from flows.graph.input_values import read_input_value
from flows.graph.wording import join_words, quoted
from flows.runs.overrides import ParamOverrides
from schemas.graph import DeclaredInput, Graph
from schemas.problem import Problem, ProblemCode

InputValues = Mapping[str, JsonValue]
"""By the name of the declared input."""
NO_INPUTS: Final[InputValues] = {}


@dataclass(frozen=True)
class BoundInputs:
    """What a run of a workflow is given: by name as it is recorded, and by node and param."""

    values: dict[str, JsonValue]
    """Also defaults that stand for what was not given."""
    overrides: ParamOverrides
    problems: list[Problem]
    """All of them, those of values in the order of the declarations."""


def bind_inputs(
    graph: Graph, given: InputValues, node_types: NodeTypes, *, strict: bool
) -> BoundInputs:
    """Bind values to the inputs that a graph declares.

    An input that is not given has its default, or what is typed in its node; where `strict`, a
    required one has to be given. Declarations that point nowhere are the check's to report.
    """
    declared = {each.name: each for each in graph.inputs}
    problems = list(_unknown_problems(declared, given))
    values: dict[str, JsonValue] = {}
    overrides: dict[str, dict[str, Any]] = defaultdict(dict)
    for each, node, node_type in resolve_inputs(graph, node_types):
        value = given.get(each.name, each.default)
        if value is None:
            if strict and each.required:
                problems.append(_required_problem(each))
            continue
        read = read_input_value(node, node_type, each, value)
        problems.extend(read.problems)
        values[each.name] = value
        if read.param_value != node.data.get(each.param):
            overrides[node.id][each.param] = read.param_value
    return BoundInputs(values, overrides, problems)


def _unknown_problems(
    declared: Mapping[str, DeclaredInput], given: InputValues
) -> Iterator[Problem]:
    names = [quoted(each) for each in declared]
    known = "The workflow declares none."
    if names:
        noun = "The only input is" if len(names) == 1 else "The inputs are"
        known = f"{noun} {join_words(names, 'and')}."
    for name in given:
        if name not in declared:
            yield Problem(
                code=ProblemCode.UNKNOWN_INPUT,
                message=f"There is no input {quoted(name)}: leave it out. {known}",
                input=name,
            )


def _required_problem(declared: DeclaredInput) -> Problem:
    return Problem(
        code=ProblemCode.INPUT_REQUIRED,
        message=f"The input {quoted(declared.name)} is required: give it a value.",
        node_id=declared.node_id,
        param=declared.param,
        input=declared.name,
    )
