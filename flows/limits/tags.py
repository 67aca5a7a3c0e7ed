"""What a node is, in words that operators filter and limit by."""

from collections.abc import Mapping, Sequence
from typing import Final

from flows.planning.plan import Step
from schemas.values import TextValue, Value
from tasks.node_type.definition import NodeType

MODEL_TAG_PREFIX: Final = "model:"
_MODEL_PARAM: Final = "model"
_NO_VALUES: Final[Mapping[str, Sequence[Value]]] = {}


def node_kind(node_type: NodeType) -> str:
    """Name what a node gives, or `llm` where a model is asked for it."""
    return node_type.output if node_type.demand is None else "llm"


def step_model(
    step: Step, node_type: NodeType, connected: Mapping[str, Sequence[Value]] = _NO_VALUES
) -> str | None:
    """Name the model that a node asks; None: none, or it is known only when its inputs are."""
    field = node_type.params.model_fields.get(_MODEL_PARAM)
    if node_type.demand is None or field is None:
        return None
    if any(binding.handle == _MODEL_PARAM for binding in step.bindings):
        value = next(iter(connected.get(_MODEL_PARAM, ())), None)
        return value.text if isinstance(value, TextValue) else None
    typed = step.data.get(_MODEL_PARAM, field.default)
    return typed if isinstance(typed, str) else None


def step_tags(step: Step, node_type: NodeType, model: str | None) -> list[str]:
    """Tag a node: its kind, its type, its task, and the model that it asks."""
    tags = [node_kind(node_type), step.task_name, step.node_type]
    if model:
        tags.append(f"{MODEL_TAG_PREFIX}{model}")
    return list(dict.fromkeys(tags))
