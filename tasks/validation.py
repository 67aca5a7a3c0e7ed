"""What is wrong with the data of a node that is drawn but not yet run."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from schemas.graph import VOLATILE_DATA, NodeSettings
from schemas.problem import ProblemCode
from tasks.node import DraftProblem, NodeData, NodeType
from tasks.validation_messages import Complaint, complaints

_FRAME: Final = frozenset(NodeData.model_fields)


def own_params(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give a node's data without label, settings and run state."""
    return {name: value for name, value in data.items() if name not in VOLATILE_DATA | _FRAME}


def param_problems(
    node_type: NodeType, data: Mapping[str, Any], connected_handles: frozenset[str]
) -> list[DraftProblem]:
    """Give everything wrong with a node's data, all at once.

    `malformed_param` (wrong type), `unknown_param`, `bad_param` (right type, not allowed), and
    what the node type itself finds. The typed value of a connected param is judged only on
    its type: at run time another one takes its place.
    """
    params = own_params(data)
    found = [
        complaint
        for complaint in _of_params(node_type, params)
        if complaint.code is not ProblemCode.BAD_PARAM or complaint.handle not in connected_handles
    ]
    unclear = connected_handles | {complaint.handle for complaint in found}
    return [
        *(_problem(complaint) for complaint in [*found, *_of_frame(data)]),
        *_of_node_type(node_type, params, unclear),
    ]


def _of_params(node_type: NodeType, params: Mapping[str, Any]) -> list[Complaint]:
    try:
        node_type.params.model_validate(params, by_alias=True, by_name=False)
    except ValidationError as error:
        return complaints(error, node_type.params, params)
    return []


def _of_frame(data: Mapping[str, Any]) -> list[Complaint]:
    """Judge what every node may have: `label` and `settings`."""
    frame = {name: value for name, value in data.items() if name in _FRAME}
    try:
        NodeData.model_validate(frame, by_alias=True, by_name=False)
    except ValidationError as error:
        settings = frame.get("settings")
        if not isinstance(settings, dict):
            return complaints(error, NodeData, frame)
        return [*_of_label(frame), *_of_settings(settings)]
    return []


def _of_label(frame: Mapping[str, Any]) -> list[Complaint]:
    label = {"label": frame.get("label")}
    try:
        NodeData.model_validate(label, by_alias=True, by_name=False)
    except ValidationError as error:
        return complaints(error, NodeData, label)
    return []


def _of_settings(settings: Mapping[str, Any]) -> list[Complaint]:
    try:
        NodeSettings.model_validate(settings, by_alias=True, by_name=False)
    except ValidationError as error:
        return complaints(error, NodeSettings, settings, prefix="settings.")
    return []


def _of_node_type(
    node_type: NodeType, params: Mapping[str, Any], unclear: frozenset[str]
) -> list[DraftProblem]:
    """Ask the node type; what is connected or already found wrong is out of its sight."""
    known = {name: value for name, value in params.items() if name not in unclear}
    try:
        valid = node_type.params.model_validate(known, by_alias=True, by_name=False)
    except ValidationError:
        return []
    return node_type.judge(valid, unclear)


def _problem(complaint: Complaint) -> DraftProblem:
    return DraftProblem(complaint.code, complaint.message, param=complaint.param)
