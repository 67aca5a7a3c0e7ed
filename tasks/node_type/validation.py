"""What is wrong with the data of a node that is drawn but not yet run."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from pydantic import ValidationError

from schemas.graph import VOLATILE_DATA, NodeSettings
from schemas.node_type import Port
from schemas.problem import ProblemCode
from tasks.node_type.definition import NodeData, NodeProblem, NodeType, Params
from tasks.node_type.ports import input_ports
from tasks.node_type.texts import PLACEHOLDER, has_placeholder
from tasks.node_type.validation_messages import FieldProblem, field_problems

_COMMON_FIELDS: Final = frozenset(NodeData.model_fields)


def own_params(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give a node's data without label, settings and run state."""
    return {
        name: value for name, value in data.items() if name not in VOLATILE_DATA | _COMMON_FIELDS
    }


def param_problems(
    node_type: NodeType, data: Mapping[str, Any], connected_handles: frozenset[str]
) -> list[NodeProblem]:
    """Give everything wrong with a node's data, all at once.

    `malformed_param` (wrong type), `unknown_param`, `bad_param` (right type, not allowed), and
    what the node type itself finds, and `{{input}}` that nothing is connected to. The typed value of a connected param is judged only on
    its type: at run time another one takes its place.
    """
    params = own_params(data)
    found = [
        problem
        for problem in _params_problems(node_type, params)
        if problem.code is not ProblemCode.BAD_PARAM or problem.handle not in connected_handles
    ]
    undetermined = connected_handles | {problem.handle for problem in found}
    return [
        *(_node_problem(problem) for problem in [*found, *_common_problems(data)]),
        *_unconnected_placeholders(node_type, params, connected_handles),
        *_node_type_problems(node_type, params, undetermined),
    ]


def unconnected_placeholder_message(port: Port) -> str:
    """Say that nothing is there to be put where `{{input}}` is typed."""
    return (
        f"“{port.title}” holds {PLACEHOLDER}, and nothing is connected there: connect a text to it, or"
        f" take {PLACEHOLDER} out."
    )


def _unconnected_placeholders(
    node_type: NodeType, params: Mapping[str, Any], connected_handles: frozenset[str]
) -> Iterator[NodeProblem]:
    for port in input_ports(node_type):
        if port.handle not in connected_handles and has_placeholder(port, params.get(port.handle)):
            message = unconnected_placeholder_message(port)
            yield NodeProblem(
                ProblemCode.MISSING_INPUT, message, param=port.handle, port=port.handle
            )


def _params_problems(node_type: NodeType, params: Mapping[str, Any]) -> list[FieldProblem]:
    try:
        node_type.params.model_validate(params, by_alias=True, by_name=False)
    except ValidationError as error:
        return field_problems(error, node_type.params, params)
    return []


def _common_problems(data: Mapping[str, Any]) -> list[FieldProblem]:
    """Judge what every node may have: `label` and `settings`."""
    common = {name: value for name, value in data.items() if name in _COMMON_FIELDS}
    try:
        NodeData.model_validate(common, by_alias=True, by_name=False)
    except ValidationError as error:
        settings = common.get("settings")
        if not isinstance(settings, dict):
            return field_problems(error, NodeData, common)
        return [*_label_problems(common), *_settings_problems(settings)]
    return []


def _label_problems(common: Mapping[str, Any]) -> list[FieldProblem]:
    label = {"label": common.get("label")}
    try:
        NodeData.model_validate(label, by_alias=True, by_name=False)
    except ValidationError as error:
        return field_problems(error, NodeData, label)
    return []


def _settings_problems(settings: Mapping[str, Any]) -> list[FieldProblem]:
    try:
        NodeSettings.model_validate(settings, by_alias=True, by_name=False)
    except ValidationError as error:
        return field_problems(error, NodeSettings, settings, prefix="settings.")
    return []


def param_warnings(
    node_type: NodeType, data: Mapping[str, Any], connected_handles: frozenset[str], today: date
) -> list[NodeProblem]:
    """Give what is to be known of a node's data and keeps nothing from running."""
    known = _determined(node_type, own_params(data), connected_handles)
    if node_type.warn is None or known is None:
        return []
    return node_type.warn(known, connected_handles, today)


def connection_limits(
    node_type: NodeType, data: Mapping[str, Any], connected_handles: frozenset[str]
) -> Mapping[str, int]:
    """Give how many values may enter ports that take many, where there is a limit."""
    known = _determined(node_type, own_params(data), connected_handles)
    return node_type.max_connections(known) if node_type.max_connections and known else {}


def _node_type_problems(
    node_type: NodeType, params: Mapping[str, Any], undetermined: frozenset[str]
) -> list[NodeProblem]:
    """Ask the node type; what is connected or already found wrong is out of its sight."""
    known = _determined(node_type, params, undetermined)
    return [] if known is None else node_type.validate(known, undetermined)


def _determined(
    node_type: NodeType, params: Mapping[str, Any], undetermined: frozenset[str]
) -> Params | None:
    """Give the params with defaults for what is undetermined; None where others are wrong."""
    known = {name: value for name, value in params.items() if name not in undetermined}
    try:
        return node_type.params.model_validate(known, by_alias=True, by_name=False)
    except ValidationError:
        return None


def _node_problem(problem: FieldProblem) -> NodeProblem:
    return NodeProblem(problem.code, problem.message, param=problem.param)
