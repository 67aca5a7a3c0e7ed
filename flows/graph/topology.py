"""Which nodes depend on which: worked out once for a graph, asked by everybody. Pure.

Ids are enough: whoever wants to know of edges or ports has the graph. Nothing in here recurses,
as a graph may be one chain of any length.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from types import MappingProxyType
from typing import Self

from schemas.graph import Graph

Neighbours = Mapping[str, tuple[str, ...]]
"""Ids of nodes by the id of the node that they are connected with, each once, in edge order."""


@dataclass(frozen=True)
class Topology:
    """The nodes of a graph and what joins them; equal edges count once."""

    nodes: tuple[str, ...]
    """In document order."""
    pairs: tuple[tuple[str, str], ...]
    """(source, target) of each edge, in the order in which the document first has it."""

    @classmethod
    def of(cls, graph: Graph) -> Self:
        """Give the topology of a graph."""
        edges = ((edge.source, edge.target) for edge in graph.edges)
        return cls.from_pairs((node.id for node in graph.nodes), edges)

    @classmethod
    def from_pairs(cls, nodes: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Self:
        """Give the topology of these nodes and of those among the pairs that join two of them."""
        known = dict.fromkeys(nodes)
        joined = (pair for pair in pairs if pair[0] in known and pair[1] in known)
        return cls(tuple(known), tuple(dict.fromkeys(joined)))

    @cached_property
    def parents(self) -> Neighbours:
        """The nodes whose outputs a node takes."""
        return self._neighbours((target, source) for source, target in self.pairs)

    @cached_property
    def children(self) -> Neighbours:
        """The nodes that take an output of a node."""
        return self._neighbours(self.pairs)

    def ancestors(self, ids: Iterable[str]) -> frozenset[str]:
        """Give these nodes and everything they depend on."""
        return _closure(ids, self.parents)

    def descendants(self, ids: Iterable[str]) -> frozenset[str]:
        """Give these nodes and everything that depends on them."""
        return _closure(ids, self.children)

    def entering(self, ids: Collection[str]) -> frozenset[str]:
        """Give the nodes that are not among these and whose outputs one of these takes."""
        return frozenset(parent for id in ids for parent in self.parents.get(id, ())).difference(
            ids
        )

    def order(self, ids: Collection[str]) -> list[str]:
        """Put each of these nodes after its parents; of those that are free, the first comes first.

        Raises:
            graphlib.CycleError: there is a cycle among them.
        """
        place = {id: index for index, id in enumerate(self.nodes) if id in ids}
        sorter = dependency_sorter({id: place.keys() & self.parents[id] for id in place})
        ordered: list[str] = []
        free: list[int] = []
        while sorter.is_active():
            for id in sorter.get_ready():
                heappush(free, place[id])
            ordered.append(self.nodes[heappop(free)])
            sorter.done(ordered[-1])
        return ordered

    def cycles(self) -> list[list[str]]:
        """Give one cycle of each strongly connected component, as nodes in the order of the edges.

        A component is a set of nodes that all reach each other; a node connected to itself is
        one. The cycle is a shortest one through the component's first node; nodes count in the
        order in which the edges name them.
        """
        named = dict.fromkeys(id for pair in self.pairs for id in pair)
        found = (
            self._shortest_cycle(next(id for id in named if id in component), component)
            for component in self._components(named)
        )
        return [cycle for cycle in found if cycle]

    def _neighbours(self, pairs: Iterable[tuple[str, str]]) -> Neighbours:
        found: dict[str, list[str]] = {id: [] for id in self.nodes}
        for one, other in pairs:
            found[one].append(other)
        return MappingProxyType({id: tuple(others) for id, others in found.items()})

    def _components(self, ids: Iterable[str]) -> Iterator[frozenset[str]]:
        """Give the strongly connected components (Kosaraju's algorithm)."""
        finished = list(_postorder(ids, self.children, set()))
        seen: set[str] = set()
        for id in reversed(finished):
            if id not in seen:
                yield frozenset(_postorder([id], self.parents, seen))

    def _shortest_cycle(self, start: str, component: frozenset[str]) -> list[str]:
        """Walk breadth first from `start` until back there; empty if there is no way back."""
        reached_from: dict[str, str] = {}
        queue = deque([start])
        while queue and start not in reached_from:
            id = queue.popleft()
            for child in self.children[id]:
                if child in component and child not in reached_from:
                    reached_from[child] = id
                    queue.append(child)
        cycle: list[str] = []
        id = start
        while id in reached_from and not (cycle and id == start):
            id = reached_from[id]
            cycle.append(id)
        return cycle[::-1]


def dependency_sorter(parents: Mapping[str, Collection[str]]) -> TopologicalSorter[str]:
    """Give who says which nodes are ready, and is told which are done.

    Raises:
        graphlib.CycleError: there is a cycle.
    """
    sorter = TopologicalSorter(parents)
    sorter.prepare()
    return sorter


def _closure(ids: Iterable[str], neighbours: Neighbours) -> frozenset[str]:
    """Walk from these nodes as far as it goes; unknown ids lead nowhere, cycles end by themselves."""
    reached = {id for id in ids if id in neighbours}
    waiting = list(reached)
    while waiting:
        new = set(neighbours[waiting.pop()]) - reached
        reached |= new
        waiting += new
    return frozenset(reached)


def _postorder(roots: Iterable[str], neighbours: Neighbours, seen: set[str]) -> Iterator[str]:
    """Walk depth first; give each unseen node once all that follows it was given."""
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(neighbours[root]))]
        while stack:
            id, following = stack[-1]
            next_id = next((each for each in following if each not in seen), None)
            if next_id is None:
                stack.pop()
                yield id
            else:
                seen.add(next_id)
                stack.append((next_id, iter(neighbours[next_id])))
