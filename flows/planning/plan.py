"""Turns a graph without problems into steps in the order of their needs. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flows.graph.check import NodeTypes, check
from flows.graph.connections import Source
from flows.graph.content import content_sha256
from flows.graph.topology import Topology
from flows.planning.scope import (
    NO_NODES,
    nodes_in_scope,
    nothing_to_run,
    scope_problems,
    subgraph,
)
from schemas.errors import InvalidGraphError
from schemas.graph import Edge, Graph, Node, NodeSettings
from schemas.node_type import NodeDefaults, Port
from schemas.problem import Problem
from schemas.values import Value
from schemas.wire.run import Reuse, Scope
from tasks.node_type.definition import NodeType
from tasks.node_type.ports import input_ports
from tasks.node_type.texts import has_placeholder


@dataclass(frozen=True)
class Binding:
    """What enters one input: the outputs that it takes, in their order."""

    handle: str
    sources: tuple[Source, ...]
    required: bool = False
    """Whether the step cannot run without a value: the port says so, or `{{input}}` is typed."""


ValuesByNode = Mapping[str, Mapping[str, Value]]
"""What nodes gave, by node id and handle."""


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
    dependencies: frozenset[str]
    """The ids of the nodes whose outputs it takes, also those outside of the plan."""
    task_name: str
    reuse: Reuse = "auto"
    """The node's own setting: `never` runs it each time, `always` gives the same answer each time."""

    def connected(self, values: ValuesByNode) -> dict[str, list[Value]] | None:
        """Give what arrives by handle, of what nodes gave; None: nothing was sent to this step.

        An output without a value was not taken. A step runs with what arrives, unless nothing
        does, or nothing at an input that it cannot do without.
        """
        arrived = {
            binding.handle: [
                values[source.node_id][source.handle]
                for source in binding.sources
                if source.handle in values[source.node_id]
            ]
            for binding in self.bindings
        }
        missing = any(each.required and not arrived[each.handle] for each in self.bindings)
        if missing or (self.bindings and not any(arrived.values())):
            return None
        return {handle: sent for handle, sent in arrived.items() if sent}


@dataclass(frozen=True)
class Plan:
    """The steps of a run, each after everything it needs."""

    steps: tuple[Step, ...]
    external_inputs: frozenset[str] = NO_NODES
    """The ids of the nodes that are not run here and whose earlier outputs enter a step."""


def make_plan(
    graph: Graph, node_types: NodeTypes, scope: Scope, unfinished: Collection[str] = NO_NODES
) -> Plan:
    """Plan a run of the nodes in `scope`; for the scope `failed` these are the `unfinished` ones.

    Independent nodes keep the order in which they stand in the document.

    Raises:
        InvalidGraphError: the scope has problems, or there is nothing to run.
    """
    topology = Topology.of(graph)
    nodes = nodes_in_scope(topology, scope, unfinished)
    problems = [*scope_problems(topology, scope), *check_nodes(graph, node_types, nodes)]
    if not nodes and not problems:
        problems.append(nothing_to_run(graph))
    if problems:
        raise InvalidGraphError(problems, _summary(problems))
    return plan_nodes(graph, node_types, nodes)


def check_nodes(graph: Graph, node_types: NodeTypes, nodes: Collection[str]) -> list[Problem]:
    """Check what a run of `nodes` needs: them and what enters them.

    What is wrong elsewhere does not keep a part from running: a broken node outside is only
    asked for the output that it gave before.
    """
    if len(nodes) == len(graph.nodes):
        return check(graph, node_types)
    found = check(subgraph(graph, nodes), node_types)
    return [problem for problem in found if problem.edge_id or problem.node_id in nodes]


def plan_nodes(graph: Graph, node_types: NodeTypes, nodes: Collection[str]) -> Plan:
    """Plan a run of exactly these nodes of a graph, which have no problems."""
    topology, by_id = Topology.of(graph), {node.id: node for node in graph.nodes}
    entering: dict[str, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        entering[edge.target].append(edge)
    steps = [
        _step(ordinal, by_id[id], node_types[by_id[id].type], entering[id])
        for ordinal, id in enumerate(topology.order(nodes))
    ]
    return Plan(tuple(steps), topology.entering(nodes))


def _summary(problems: Sequence[Problem]) -> str:
    if len(problems) == 1:
        return problems[0].message
    return f"The workflow cannot run: it has {len(problems)} problems. {problems[0].message}"


def _step(ordinal: int, node: Node, node_type: NodeType, entering: Iterable[Edge]) -> Step:
    bindings = _bindings(node, node_type, entering)
    own = NodeSettings.model_validate(node.data.get("settings") or {})
    settings = _settings(own, node_type)
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
        dependencies=frozenset(source.node_id for each in bindings for source in each.sources),
        task_name=node_type.task_name,
        reuse=cast("Reuse", own.reuse or "auto"),
    )


def _bindings(node: Node, node_type: NodeType, entering: Iterable[Edge]) -> tuple[Binding, ...]:
    """Order sources by their edge's `data.order`, those without one after them as they stand."""
    sources: dict[str, list[Source]] = defaultdict(list)
    for edge in sorted(entering, key=lambda edge: (edge.order is None, edge.order or 0)):
        sources[edge.target_handle or ""].append(Source.of(edge))
    return tuple(
        Binding(port.handle, tuple(sources[port.handle]), _is_required(port, node.data))
        for port in input_ports(node_type)
        if port.handle in sources
    )


def _is_required(port: Port, data: Mapping[str, Any]) -> bool:
    return port.required or has_placeholder(port, data.get(port.handle))


def _settings(own: NodeSettings, node_type: NodeType) -> NodeDefaults:
    """Lay the node's own settings over its type's defaults."""
    changes = own.model_dump(exclude_none=True, exclude={"reuse"}, by_alias=False)
    return node_type.defaults.model_copy(update=changes)


__all__ = [
    "Binding",
    "Plan",
    "Source",
    "Step",
    "check_nodes",
    "content_sha256",
    "make_plan",
    "plan_nodes",
]
