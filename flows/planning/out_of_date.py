"""Which results no longer fit what is drawn, and why. Pure.

A result fits as long as its node would be run with the same again: the key by which results
are reused is that of the node as it is drawn, with what its sources show. What depends on an
outdated result is outdated, too, whatever its source will give next.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError
from typing import Any, Final
from uuid import UUID

from flows.graph.check import NodeTypes
from flows.graph.topology import Topology
from flows.graph.wording import join_words, quoted, quoted_label
from flows.planning.cache_key import resolve_step
from flows.planning.compiled import CompiledVersion
from flows.planning.plan import Step
from schemas.graph import Edge, Node
from schemas.graph_summary import canonical_json
from schemas.values import Value
from schemas.wire.workflow import OutOfDateResult
from tasks.node_type.definition import NodeType
from tasks.node_type.ports import input_ports
from tasks.node_type.texts import has_placeholder
from tasks.node_type.validation import own_params

MAX_NAMED: Final = 3
OTHER_TYPE = "It is a node of another type now."
OTHER_MAKING = "The node type, or what answers for its model, is another one now."


@dataclass(frozen=True)
class RecordedResult:
    """What became of a node in a run: it gave something, failed, or was not taken."""

    execution_id: UUID
    run_id: UUID
    version_id: UUID
    """Of the graph that the run executed."""
    cache_key: str | None
    values: Mapping[str, Value] | None
    """By handle of the output; none at all where nothing was sent to it, None where it failed."""
    is_long: bool = False
    """Whether its values are left out, and read when they are needed."""
    not_taken: bool = False


Documents = Callable[[UUID], Mapping[str, Any]]
"""(version id) -> the document of that version."""
LongValues = Callable[[frozenset[UUID]], Mapping[UUID, Mapping[str, Value]] | None]
"""(execution ids) -> what these nodes gave; None: more than any node could be given."""


@dataclass
class ResultCheck:
    """Compares what nodes show with what is drawn."""

    version: CompiledVersion
    """What is drawn; it may have problems."""
    results: Mapping[str, RecordedResult]
    """By node id."""
    documents: Documents
    long_values: LongValues
    demo: bool
    _found: dict[str, str] = field(default_factory=dict[str, str])
    """Why results are out of date, by node id."""

    def out_of_date(self) -> list[OutOfDateResult]:
        """Give the results that no longer fit, each source before what depends on it.

        While there is a circle in the graph nothing is said.
        """
        topology = self.version.topology
        try:
            ordered = topology.order(topology.nodes)
            steps = self._steps(topology)
        except CycleError:
            return []
        for id in ordered:
            result = self.results.get(id)
            reason = result and self._reason(id, result, steps.get(id))
            if reason:
                self._found[id] = reason
        return [
            OutOfDateResult(
                node_id=id, execution_id=self.results[id].execution_id, reason=self._found[id]
            )
            for id in self._found
        ]

    def _steps(self, topology: Topology) -> dict[str, Step]:
        """Give the steps of the nodes without problems."""
        edges = {edge.id: edge.target for edge in self.version.readable.edges}
        broken = {each.node_id or edges.get(each.edge_id or "") for each in self.version.problems}
        sound = frozenset(topology.nodes) - broken
        return {step.node_id: step for step in self.version.plan(sound).steps} if sound else {}

    def _reason(self, id: str, result: RecordedResult, step: Step | None) -> str | None:
        """Say why a result does not fit any more; None: it does."""
        parents = self.version.topology.parents[id]
        changed = [one for one in parents if one in self._found or not self._gives(one)]
        if not changed and step is not None and self._fits(result, step):
            return None
        difference = self._difference(id, result)
        sentences = [*difference.sentences(), *self._input_sentences(changed)]
        # Of what gave something without a key nobody knows more than the version says.
        unknown = result.cache_key is None and result.values is not None and not result.not_taken
        if not sentences and step is not None and not unknown:
            others = [one for one in parents if self.results[one].run_id != result.run_id]
            sentences = [*self._input_sentences(others)] or [OTHER_MAKING]
        return " ".join(sentences) or None

    def _gives(self, id: str) -> bool:
        return id in self.results and self.results[id].values is not None

    def _fits(self, result: RecordedResult, step: Step) -> bool:
        values = self._values(step)
        if values is None:  # it can only have failed, or could only fail, before there was a key
            return result.cache_key is None and not result.not_taken
        connected = step.connected(values)
        if connected is None or result.not_taken:
            return connected is None and result.not_taken
        node_type = self.version.node_types[step.node_type]
        resolved = resolve_step(step, node_type, connected, demo=self.demo)
        return (resolved and resolved.key) == result.cache_key

    def _values(self, step: Step) -> dict[str, Mapping[str, Value]] | None:
        """Give what the sources of a step show; None: it is more than any node could be given."""
        sources = {id: self.results[id] for id in step.dependencies}
        wanted = frozenset(one.execution_id for one in sources.values() if one.is_long)
        long = self.long_values(wanted) if wanted else {}
        if long is None:
            return None
        return {id: long.get(one.execution_id, one.values or {}) for id, one in sources.items()}

    def _input_sentences(self, changed: Sequence[str]) -> Iterator[str]:
        if changed:
            labels = {node.id: quoted_label(node) for node in self.version.readable.nodes}
            said = "An input changed" if len(changed) == 1 else "Inputs changed"
            yield f"{said}: {_names([labels[id] for id in changed])}."

    def _difference(self, id: str, result: RecordedResult) -> "_Difference":
        graph = self.version.readable
        now = next(node for node in graph.nodes if node.id == id)
        document = self.documents(result.version_id)
        before = next((one for one in document.get("nodes", ()) if one.get("id") == id), None)
        entered = (one for one in document.get("edges", ()) if one.get("target") == id)
        return _Difference(
            before and Node.model_validate(before),
            now,
            [Edge.model_validate(one) for one in entered],
            [edge for edge in graph.edges if edge.target == id],
            self.version.node_types,
        )


@dataclass(frozen=True)
class _Difference:
    """A node and what enters it, as it was run and as it is drawn."""

    before: Node | None
    now: Node
    entered: Sequence[Edge]
    enter: Sequence[Edge]
    node_types: NodeTypes

    def sentences(self) -> Iterator[str]:
        """Say what is another now; nothing where the node and its edges are as they were."""
        node_type = self.node_types.get(self.now.type)
        if self.before is None or node_type is None or self.before.type != self.now.type:
            yield OTHER_TYPE
            return
        typed = _names(list(self._changed_params(self.before, node_type)))
        if typed:
            yield f"{typed} changed."
        connected = _names(list(self._changed_ports(node_type)))
        if connected:
            yield f"The connections of {connected} changed."

    def _changed_params(self, before: Node, node_type: NodeType) -> Iterator[str]:
        was, typed = own_params(before.data), own_params(self.now.data)
        connected = {edge.target_handle for edge in self.enter}
        for port in input_ports(node_type):
            value = typed.get(port.handle)
            hidden = port.handle in connected and not has_placeholder(port, value)
            if port.param and not hidden and _differ(was.get(port.handle), value):
                yield quoted(port.title)

    def _changed_ports(self, node_type: NodeType) -> Iterator[str]:
        was, enter = _sources(self.entered), _sources(self.enter)
        for port in input_ports(node_type):
            if was.get(port.handle) != enter.get(port.handle):
                yield quoted(port.title)


def _sources(edges: Sequence[Edge]) -> dict[str, list[tuple[str, str | None]]]:
    """Give what enters each handle, in order."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for edge in sorted(edges, key=lambda edge: (edge.order is None, edge.order or 0)):
        found.setdefault(edge.target_handle or "", []).append((edge.source, edge.source_handle))
    return found


def _differ(one: object, other: object) -> bool:
    return canonical_json(one) != canonical_json(other)


def _names(quoted_names: list[str]) -> str:
    more = len(quoted_names) - MAX_NAMED
    return join_words(quoted_names if more <= 0 else [*quoted_names[:MAX_NAMED], f"{more} more"])
