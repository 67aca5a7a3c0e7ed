"""What a node is, in words that operators filter and limit by."""

from collections.abc import Mapping, Sequence
from typing import Final

from flows.planning.plan import Step
from schemas.values import TextValue, Value
from tasks.node import NodeType

MODEL: Final = "model:"
_PARAM: Final = "model"
_UNCONNECTED: Final[Mapping[str, Sequence[Value]]] = {}


def kind_of(node_type: NodeType) -> str:
    """Name what a node gives, or `llm` where a model is asked for it."""
    return node_type.output if node_type.demand is None else "llm"


def model_of(
    step: Step, node_type: NodeType, connected: Mapping[str, Sequence[Value]] = _UNCONNECTED
) -> str | None:
    """Name the model that a node asks; None: none, or it is known only when its inputs are."""
    field = node_type.params.model_fields.get(_PARAM)
    if node_type.demand is None or field is None:
        return None
    if any(binding.handle == _PARAM for binding in step.bindings):
        value = next(iter(connected.get(_PARAM, ())), None)
        return value.text if isinstance(value, TextValue) else None
    typed = step.data.get(_PARAM, field.default)
    return typed if isinstance(typed, str) else None


def tags_of(step: Step, node_type: NodeType, model: str | None) -> list[str]:
    """Tag a node: its kind, its type, its task, and the model that it asks."""
    tags = [kind_of(node_type), step.task_name, step.node_type]
    if model:
        tags.append(f"{MODEL}{model}")
    return list(dict.fromkeys(tags))
