"""A version of a workflow, compiled once per process: read, checked, and planned for what is run.

A version never changes, so what the check and the plan say of it holds for as long as the
catalogue of node types does. Documents of one version may differ in what is no content of it: the
order of nodes, which the steps of a plan follow, is looked at; name and positions are not, so
those of a compiled graph say nothing. Pure but for its memory, which is bounded.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from functools import cache, cached_property, lru_cache
from typing import Any, Final, cast
from uuid import UUID

from flows.graph.check import NodeTypes, check, check_document
from flows.graph.declarations import required_params
from flows.graph.read import ReadResult, read_graph
from flows.graph.topology import Topology
from flows.planning.plan import Plan, check_nodes, plan_nodes
from schemas.graph import Graph
from schemas.problem import Problem
from tasks.node_type.definition import NodeType
from tasks.registry import spec

MAX_VERSIONS: Final = 64
MAX_CHARACTERS: Final = 16_000_000
"""Of all versions together, as JSON: compiled, they take a few times as much memory."""
MAX_SCOPES: Final = 16
"""Of one version: sets of nodes whose problems and plans are kept."""

Nodes = frozenset[str]


class CompiledVersion:
    """A document that was read; what is asked of it is worked out once."""

    def __init__(self, reading: ReadResult, document: object, node_types: NodeTypes) -> None:
        """Work nothing out yet; `document` is what problems of one that is no graph are found in."""
        self.graph: Graph | None = reading.graph
        self._document = None if reading.graph else document
        self.node_types = node_types
        self.check = lru_cache(MAX_SCOPES)(self._check)
        """(nodes) -> the problems of a run of these nodes."""
        self.plan = lru_cache(MAX_SCOPES)(self._plan)
        """(nodes) -> the plan of a run of these nodes, which have no problems."""

    @classmethod
    def read(cls, document: object, node_types: NodeTypes) -> "CompiledVersion":
        """Compile a document as it is, with its name and positions; nothing remembers it."""
        return cls(read_graph(document), document, node_types)

    @classmethod
    def of(cls, graph: Graph, node_types: NodeTypes) -> "CompiledVersion":
        """Compile a graph that is no stored version; nothing remembers it."""
        return cls(ReadResult(graph, []), None, node_types)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the whole document; values of required inputs may be missing."""
        if self.graph is None:
            return tuple(check_document(self._document, self.node_types).problems)
        return tuple(check(self.graph, self.node_types, required_params(self.graph)))

    @cached_property
    def topology(self) -> Topology:
        """Which of its nodes depend on which."""
        return Topology.of(self.readable)

    @property
    def readable(self) -> Graph:
        """The graph. Raises ValueError where the document is none."""
        if self.graph is None:
            raise ValueError("the document is no graph")
        return self.graph

    def _check(self, nodes: Nodes) -> tuple[Problem, ...]:
        if len(nodes) == len(self.readable.nodes) and not required_params(self.readable):
            return self.problems
        return tuple(check_nodes(self.readable, self.node_types, nodes))

    def _plan(self, nodes: Nodes) -> Plan:
        return plan_nodes(self.readable, self.node_types, nodes)


class _Versions:
    """Compiled versions by key, the least recently used forgotten first; for any thread.

    Only what was compiled stays: the document as it was read, and the row it came from, do not.
    """

    def __init__(self) -> None:
        self._compiled: OrderedDict[tuple[object, ...], tuple[CompiledVersion, int]] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> CompiledVersion | None:
        """Give a compiled version, if it is still here."""
        with self._lock:
            if key not in self._compiled:
                return None
            self._compiled.move_to_end(key)
            return self._compiled[key][0]

    def add(
        self, key: tuple[object, ...], compiled: CompiledVersion, characters: int
    ) -> CompiledVersion:
        """Remember a version of so many characters; where another thread was first, give its own."""
        with self._lock:
            if key not in self._compiled:
                self._compiled[key] = compiled, characters
                self._characters += characters
            while len(self._compiled) > MAX_VERSIONS or self._characters > MAX_CHARACTERS:
                _, (_, dropped) = self._compiled.popitem(last=False)
                self._characters -= dropped
            return self._compiled.get(key, (compiled, 0))[0]


_versions: Final = _Versions()


def compile_version(
    version_id: UUID, document: Mapping[str, Any], node_types: NodeTypes
) -> CompiledVersion:
    """Give a version compiled; `document` is read where it is not known yet in its node order.

    Name and positions of the graph may be another document's of the same version.
    """
    key = (version_id, catalogue_digest(node_types.values()), _node_order(document))
    known = _versions.get(key)
    if known is not None:
        return known
    size = len(json.dumps(document))
    return _versions.add(key, CompiledVersion.read(document, node_types), size)


def catalogue_digest(node_types: Collection[NodeType]) -> str:
    """Hash what the catalogue says of these node types, by which check and plan go."""
    return _digest(tuple(node_types))


def _node_order(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the ids of the nodes as they stand, also of a document that may be no graph."""
    nodes: object = document.get("nodes")
    if not isinstance(nodes, list):
        return ()
    found = cast("list[object]", nodes)
    return tuple(str(cast("Any", n).get("id")) if isinstance(n, dict) else "" for n in found)


@cache
def _digest(node_types: tuple[NodeType, ...]) -> str:
    entries = [spec(node_type).model_dump(mode="json") for node_type in node_types]
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()
