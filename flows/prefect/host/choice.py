"""Which host executes a run: Prefect, or this process directly. One pure function."""

from collections.abc import Iterable, Mapping
from enum import Enum, auto

from pydantic import ValidationError

from flows.planning.plan import Step
from schemas.settings import PrefectMode
from tasks.node_type.definition import NodeType
from tasks.node_type.validation import own_params


class PrefectStatus(Enum):
    """What this process knows of Prefect when a run is about to begin."""

    UNREACHABLE = auto()
    """There is none, or it does not answer."""
    NOT_LOADED = auto()
    """It answers, but was not imported here yet, which takes seconds."""
    LOADED = auto()


class RunHost(Enum):
    """Where a run is executed."""

    DIRECT = auto()
    DIRECT_AND_LOAD = auto()
    """Direct; Prefect is imported meanwhile, for those that come after."""
    PREFECT = auto()
    """Inside a flow run, once Prefect is imported."""


def choose_host(
    mode: PrefectMode, prefect: PrefectStatus, *, began_in_prefect: bool, uses_network: bool
) -> RunHost:
    """Choose the host of a run that began in Prefect or not, and whose nodes may wait for others."""
    wanted = mode == "tasks" or (mode == "auto" and (began_in_prefect or uses_network))
    if not wanted or prefect is PrefectStatus.UNREACHABLE:
        return RunHost.DIRECT
    waits_for_import = began_in_prefect or mode == "tasks"
    if prefect is PrefectStatus.NOT_LOADED and not waits_for_import:
        return RunHost.DIRECT_AND_LOAD
    return RunHost.PREFECT


def uses_network(steps: Iterable[Step], node_types: Mapping[str, NodeType]) -> bool:
    """Whether one of the steps may wait for another machine: a model provider, a web server."""
    return any(_uses_network(step, node_types[step.node_type]) for step in steps)


def _uses_network(step: Step, node_type: NodeType) -> bool:
    if node_type.effects == "none":
        return False
    if node_type.demand is not None or step.bindings:
        return True
    try:
        params = node_type.params.model_validate(
            own_params(step.data), by_alias=True, by_name=False
        )
    except ValidationError:
        return False  # it fails before it asks anybody
    return not node_type.is_pure(params)
