"""Finds what goes round in circles. Iterative: a graph may be one chain of any length."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.graph import Edge


def cycles(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Give one cycle of each component of the graph, as edges in the order they are followed.

    A component is a set of nodes that all reach each other (a strongly connected component); a
    node connected to itself is one. The cycle is a shortest one through the component's first
    node; nodes count in the order in which the edges name them.
    """
    leaving = _outgoing(edges)
    found: list[list[Edge]] = []
    for component in _strong_components(leaving):
        first = next(node for node in leaving if node in component)
        cycle = _shortest_cycle(first, component, leaving)
        if cycle:
            found.append(cycle)
    return found


def _outgoing(edges: Iterable[Edge]) -> dict[str, list[Edge]]:
    leaving: dict[str, list[Edge]] = {}
    for edge in edges:
        leaving.setdefault(edge.source, []).append(edge)
        leaving.setdefault(edge.target, [])
    return leaving


def _strong_components(leaving: Mapping[str, Sequence[Edge]]) -> Iterator[set[str]]:
    """Give the strongly connected components (Kosaraju's algorithm)."""
    after = {node: [edge.target for edge in edges] for node, edges in leaving.items()}
    before: dict[str, list[str]] = {node: [] for node in leaving}
    for node, targets in after.items():
        for target in targets:
            before[target].append(node)
    finished = list(_postorder(leaving, after, set()))
    seen: set[str] = set()
    for node in reversed(finished):
        if node not in seen:
            yield set(_postorder([node], before, seen))


def _postorder(
    roots: Iterable[str], after: Mapping[str, Sequence[str]], seen: set[str]
) -> Iterator[str]:
    """Walk depth first; give each unseen node once all that follows it was given."""
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(after[root]))]
        while stack:
            node, following = stack[-1]
            step = next((each for each in following if each not in seen), None)
            if step is None:
                stack.pop()
                yield node
            else:
                seen.add(step)
                stack.append((step, iter(after[step])))


def _shortest_cycle(
    start: str, component: set[str], leaving: Mapping[str, Sequence[Edge]]
) -> list[Edge]:
    """Walk breadth first from `start` until back there; empty if there is no way back."""
    reached_by: dict[str, Edge] = {}
    queue = deque([start])
    while queue and start not in reached_by:
        for edge in leaving[queue.popleft()]:
            if edge.target in component and edge.target not in reached_by:
                reached_by[edge.target] = edge
                queue.append(edge.target)
    cycle: list[Edge] = []
    node = start
    while node in reached_by and not (cycle and node == start):
        cycle.append(reached_by[node])
        node = cycle[-1].source
    return cycle[::-1]
