"""Judges texts that a run would put together, as far as their sizes are known before it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Final

from flows.graph.connections import Connection, Source
from flows.graph.wording import quoted_label
from schemas.graph import Node
from schemas.node_type import OUTPUT_HANDLE, Port
from schemas.problem import Problem, ProblemCode
from schemas.values import MAX_TEXT_BYTES, text_bytes
from tasks.node_type.definition import NodeType
from tasks.node_type.ports import input_ports
from tasks.node_type.texts import MAX_BOUND_BYTES, joined_bytes, too_long_message

MAX_RUN_TEXT_BYTES: Final = 67_108_864
"""Of all texts that the nodes of one run give, as UTF-8."""


class TextSizes:
    """The least that texts will have, in bytes: what a model says is not known and counts nothing."""

    def __init__(
        self,
        nodes: Iterable[Node],
        joined: Sequence[Connection],
        node_types: Mapping[str, NodeType],
    ) -> None:
        """Work nothing out yet."""
        self._nodes = {node.id: node for node in nodes}
        self._node_types = node_types
        self._entering: dict[str, dict[str, list[Source]]] = defaultdict(lambda: defaultdict(list))
        for each in joined:
            if each.port:
                self._entering[each.target.id][each.port.handle].append(Source.of(each.edge))
        self._given: dict[str, int] = {}

    def problems(self) -> Iterator[Problem]:
        """Report the nodes that would put too much together, and the one by which a run has too much."""
        total = 0
        for id in self._ordered():
            node = self._nodes[id]
            node_type = self._node_types.get(node.type)
            if node_type is None:
                continue
            ports = [port for port in input_ports(node_type) if port.param]
            sizes = {port.handle: self._bound_bytes(node, port) for port in ports}
            yield from self._bound_problems(node, ports, sizes)
            if node_type.passes_on:
                size = sizes[node_type.passes_on]
                self._given[id] = min(size, MAX_TEXT_BYTES)
                yield from _output_problems(node, node_type.passes_on, size)
            before, total = total, total + self._given.get(id, 0)
            if before <= MAX_RUN_TEXT_BYTES < total:
                yield _run_problem(node)

    def _ordered(self) -> Iterator[str]:
        """Give the nodes whose inputs come before them; those of a cycle are left out."""
        needed = {
            id: {source.node_id for sources in self._entering[id].values() for source in sources}
            for id in self._nodes
        }
        sorter = TopologicalSorter(needed)
        with suppress(CycleError):  # it goes on with the others
            sorter.prepare()
        while ready := sorter.get_ready():
            yield from ready
            sorter.done(*ready)

    def _bound_bytes(self, node: Node, port: Port) -> int:
        """Give the size of a param: as typed, or as connected texts will make it."""
        typed, sources = node.data.get(port.handle), self._entering[node.id].get(port.handle)
        if not sources:
            return text_bytes(typed) if isinstance(typed, str) else 0
        sizes = (
            self._given.get(source.node_id, 0) if source.handle == OUTPUT_HANDLE else 0
            for source in sources
        )
        return joined_bytes(port, typed, sizes)

    def _bound_problems(
        self, node: Node, ports: Sequence[Port], sizes: Mapping[str, int]
    ) -> Iterator[Problem]:
        size = sum(sizes[port.handle] for port in ports if port.handle in self._entering[node.id])
        if size > MAX_BOUND_BYTES:
            largest = max(sizes, key=lambda handle: sizes[handle])
            yield _problem(node, largest, too_long_message(size))


def _output_problems(node: Node, param: str, size: int) -> Iterator[Problem]:
    if MAX_TEXT_BYTES < size <= MAX_BOUND_BYTES:
        what = (
            f"its text would have {size:,} bytes, of which a node gives at most {MAX_TEXT_BYTES:,}:"
            " connect fewer or shorter texts."
        )
        yield _problem(node, param, what)


def _run_problem(node: Node) -> Problem:
    what = (
        f"with it, the texts of this workflow's nodes come to more than {MAX_RUN_TEXT_BYTES:,} bytes,"
        " which is the most for one run: pass long texts through fewer nodes, or run it in parts."
    )
    return _problem(node, None, what)


def _problem(node: Node, param: str | None, what: str) -> Problem:
    return Problem(
        code=ProblemCode.TEXT_TOO_LONG,
        message=f"{quoted_label(node)}: {what}",
        node_id=node.id,
        port=param,
        param=param,
    )
