"""Turns a graph without problems into steps in the order of their needs. Pure."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.check import NodeTypes, check
from flows.document.content import content_sha256
from schemas.errors import InvalidGraphError
from schemas.graph import Edge, Graph, Node, NodeSettings
from schemas.node_type import NodeDefaults
from schemas.plan import PlanRead, PlanStepRead
from schemas.problem import Problem, ProblemCode
from schemas.run import Scope
from tasks.base import NodeType
from tasks.ports import ports_of


@dataclass(frozen=True)
class Binding:
    """What enters one input: the ids of the nodes whose outputs it takes, in their order."""

    handle: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One node of a run: everything that running it needs except the values themselves."""

    node_id: str
    ordinal: int
    """The place among the steps, from 0."""
    node_type: str
    version: int
    """Of the node type."""
    label: str
    data: dict[str, Any]
    retries: int
    """Further attempts after the first. The node's own setting, or else its type's default."""
    retry_delay_seconds: float
    """Before the first retry; likewise."""
    timeout_seconds: float
    """Of one attempt; likewise."""
    bindings: tuple[Binding, ...]
    """In the order of the node type's ports; only inputs that something is connected to."""
    needs: frozenset[str]
    """The ids of the nodes that must have ended before."""
    task_name: str


@dataclass(frozen=True)
class Plan:
    """The steps of a run, each after everything it needs."""

    steps: tuple[Step, ...]


def make_plan(graph: Graph, node_types: NodeTypes, scope: Scope) -> Plan:
    """Plan a run of the nodes in `scope`.

    Independent nodes keep the order in which they stand in the document.

    Raises:
        InvalidGraphError: the graph has problems, or there is nothing to run.
    """
    problems = check(graph, node_types)
    nodes = _in_scope(graph, scope)
    if not nodes:
        sentence = "The workflow has no nodes yet: add one, then run it."
        problems.append(Problem(code=ProblemCode.NOTHING_TO_RUN, message=sentence))
    if problems:
        raise InvalidGraphError(problems, _summary(problems))
    entering: dict[str, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        entering[edge.target].append(edge)
    needs = {node.id: frozenset(edge.source for edge in entering[node.id]) for node in nodes}
    ordered = _ordered(nodes, needs)
    return Plan(
        tuple(
            _step(ordinal, node, node_types[node.type], entering[node.id])
            for ordinal, node in enumerate(ordered)
        )
    )


def plan_read(plan: Plan) -> PlanRead:
    """Say what a run of the plan would do."""
    return PlanRead(
        steps=tuple(
            PlanStepRead(node_id=step.node_id, action="run", reason="It is in the run's scope.")
            for step in plan.steps
        )
    )


def _in_scope(graph: Graph, scope: Scope) -> list[Node]:
    """Give the nodes that a run is about; every scope there is so far means all of them."""
    return graph.nodes


def _summary(problems: Sequence[Problem]) -> str:
    if len(problems) == 1:
        return problems[0].message
    return f"The workflow cannot run: it has {len(problems)} problems. {problems[0].message}"


def _ordered(nodes: Sequence[Node], needs: Mapping[str, frozenset[str]]) -> list[Node]:
    """Put every node after what it needs; among those that are free, the first comes first."""
    place = {node.id: index for index, node in enumerate(nodes)}
    dependants: dict[str, list[str]] = defaultdict(list)
    for id, needed in needs.items():
        for need in needed:
            dependants[need].append(id)
    open_needs = {id: len(needed) for id, needed in needs.items()}
    free = [place[id] for id, count in open_needs.items() if count == 0]
    heapq.heapify(free)
    ordered: list[Node] = []
    while free:
        node = nodes[heapq.heappop(free)]
        ordered.append(node)
        for dependant in dependants[node.id]:
            open_needs[dependant] -= 1
            if open_needs[dependant] == 0:
                heapq.heappush(free, place[dependant])
    return ordered


def _step(ordinal: int, node: Node, node_type: NodeType, entering: Iterable[Edge]) -> Step:
    bindings = _bindings(node_type, entering)
    settings = _settings(node, node_type)
    return Step(
        node_id=node.id,
        ordinal=ordinal,
        node_type=node_type.id,
        version=node_type.version,
        label=node.label,
        data=node.data,
        retries=settings.retries,
        retry_delay_seconds=settings.retry_delay_seconds,
        timeout_seconds=settings.timeout_seconds,
        bindings=bindings,
        needs=frozenset(source for binding in bindings for source in binding.sources),
        task_name=node_type.task_name,
    )


def _bindings(node_type: NodeType, entering: Iterable[Edge]) -> tuple[Binding, ...]:
    """Order sources by their edge's `data.order`, those without one after them as they stand."""
    sources: dict[str, list[str]] = defaultdict(list)
    for edge in sorted(entering, key=lambda edge: (edge.order is None, edge.order or 0)):
        sources[edge.target_handle or ""].append(edge.source)
    handles = [port.handle for port in ports_of(node_type)]
    return tuple(Binding(each, tuple(sources[each])) for each in handles if each in sources)


def _settings(node: Node, node_type: NodeType) -> NodeDefaults:
    """Lay the node's own settings over its type's defaults."""
    own = NodeSettings.model_validate(node.data.get("settings") or {})
    changes = own.model_dump(exclude_none=True, exclude={"reuse"}, by_alias=False)
    return node_type.defaults.model_copy(update=changes)


__all__ = [
    "Binding",
    "Plan",
    "Step",
    "content_sha256",
    "make_plan",
    "plan_read",
]
