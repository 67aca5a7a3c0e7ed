"""Values that callers of a workflow give for its declared inputs: plain JSON, read as params. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from flows.graph.wording import quoted
from schemas.graph import DeclaredInput, Node
from schemas.problem import Problem, ProblemCode
from tasks.node_type.definition import NodeType
from tasks.node_type.ports import fields_by_handle, param_port
from tasks.node_type.validation import param_problems

MEDIA_FORMS: Final = '{"assetId": …}, {"url": …} or {"base64": …, "mediaType": …}'
"""How a picture, video or sound is given."""
_MEDIA_KEYS: Final = ({"assetId"}, {"url"}, {"base64"}, {"base64", "mediaType"})
_BLANK_LINE: Final = "\n\n"


@dataclass(frozen=True)
class InputValue:
    """A value as its node's param has it, or what is wrong with it."""

    param_value: Any
    problems: list[Problem]


def read_input_value(
    node: Node, node_type: NodeType, declared: DeclaredInput, value: object
) -> InputValue:
    """Read a value for a declared input; `node` and its param are known to be there."""
    if declared.param == node_type.asset_param:
        source = _media_source(value)
        if source is None:
            return _refused(node, declared, f"must be {MEDIA_FORMS}.")
        if source["kind"] == "base64":
            what = (
                "holds no file that can be read: give the base64 of a picture or video, or upload"
            )
            what += " the file and give its assetId."
            return _refused(node, declared, what, ProblemCode.FILE_NOT_UPLOADED)
        value = source
    elif isinstance(value, list) and _is_text_list(value) and _takes_many(node_type, declared):
        value = _BLANK_LINE.join(value)
    found = param_problems(node_type, node.data | {declared.param: value}, frozenset())
    return InputValue(
        value,
        [
            _problem(node, declared, each.message, ProblemCode.BAD_INPUT_VALUE)
            for each in found
            if (each.param or "").partition(".")[0] == declared.param
        ],
    )


def _media_source(value: object) -> dict[str, Any] | None:
    """Give the source that a reference to a file is for a node; None where it is none."""
    if not isinstance(value, Mapping):
        return None
    given = cast("Mapping[str, Any]", value)
    if set(given) not in _MEDIA_KEYS or not all(isinstance(each, str) for each in given.values()):
        return None
    kind = {"assetId": "asset", "url": "url"}.get(next(iter(given)), "base64")
    return {"kind": kind, **given}


def _is_text_list(value: list[Any]) -> bool:
    return all(isinstance(each, str) for each in value)


def _takes_many(node_type: NodeType, declared: DeclaredInput) -> bool:
    return param_port(fields_by_handle(node_type.params)[declared.param]).many


def _refused(
    node: Node, declared: DeclaredInput, what: str, code: ProblemCode = ProblemCode.BAD_INPUT_VALUE
) -> InputValue:
    return InputValue(None, [_problem(node, declared, what, code)])


def _problem(node: Node, declared: DeclaredInput, what: str, code: ProblemCode) -> Problem:
    return Problem(
        code=code,
        message=f"The input {quoted(declared.name)}: {what}",
        node_id=node.id,
        param=declared.param,
        input=declared.name,
    )
