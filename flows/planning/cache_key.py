"""Which earlier result may stand for running a node again. Pure.

A node's key is a hash over what decides its output: type and version, resolved params, and
the content of its inputs. Id, label, place, position and settings are not in it, so a node
that was moved, renamed or copied keeps what it has made.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from flows.planning.plan import Step
from schemas.errors import NodeError
from schemas.graph_summary import normalize_numbers
from schemas.values import AssetValue, Value
from schemas.wire.run import Reuse
from tasks.node_type.bind import bind
from tasks.node_type.definition import Inputs, NodeType, Params


@dataclass(frozen=True)
class ReusableResult:
    """A result that may be taken over, and the run that it is from."""

    run_id: UUID
    values: Mapping[str, Value]
    """By handle of the output."""


@dataclass(frozen=True)
class ReusePolicy:
    """What a run allows.

    `partial`: it is about a part of the workflow, or repeats what failed. `demo`: the small
    demo model answers; its answers are never taken for those of the real one.
    """

    reuse: Reuse = "auto"
    partial: bool = False
    demo: bool = False

    def allows(self, step: Step, node_type: NodeType, params: Params) -> bool:
        """Whether an earlier result may be taken over.

        A function of its inputs gives the same again. What a model or a web server answers
        differs each time: a run of everything asks anew unless it or the node is told `always`, one
        of a part goes on with what is there.
        """
        told = (self.reuse, step.reuse)
        if "never" in told:
            return False
        return "always" in told or self.partial or node_type.is_pure(params)


SAME_INPUTS: Final = "Its inputs are the same as in an earlier run."
"""Why a result was taken over, or would be."""


@dataclass(frozen=True)
class ResolvedStep:
    """What a node would run with."""

    params: Params
    key: str


def resolve_step(
    step: Step, node_type: NodeType, connected: Mapping[str, Sequence[Value]], *, demo: bool
) -> ResolvedStep | None:
    """Bind a step's inputs and give its key; None where they do not fit, so it will fail."""
    try:
        params, inputs = bind(node_type, step.data, connected)
    except NodeError:
        return None
    return ResolvedStep(params, cache_key(node_type, params, inputs, demo=demo))


def cache_key(node_type: NodeType, params: Params, inputs: Inputs, *, demo: bool = False) -> str:
    """Hash what decides a node's output; assets count by their bytes."""
    content = {
        "type": node_type.id,
        "version": node_type.version,
        "params": normalize_numbers(params.model_dump(mode="json")),
        "inputs": {name: _content(getattr(inputs, name)) for name in type(inputs).model_fields},
    }
    if demo and node_type.effects != "none":
        content["by"] = "demo"
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _content(value: Any) -> Any:
    if isinstance(value, list):
        return [_content(each) for each in value]
    if isinstance(value, AssetValue):
        return [value.sha256, value.media_type]
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
