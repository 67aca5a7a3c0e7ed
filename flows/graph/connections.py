"""Judges edges: which handles they join, and whether what leaves one fits the other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from flows.graph.topology import Topology
from flows.graph.wording import join_kinds, join_words, output_name, quoted, quoted_label
from schemas.graph import Edge, Node
from schemas.node_type import OUTPUT_HANDLE, OutputPort, Port, fits
from schemas.problem import Problem, ProblemCode
from schemas.values import Kind
from tasks.node_type.definition import NodeType
from tasks.node_type.ports import input_ports

_NAMED_IN_CYCLE = 6
"""Nodes that a sentence on a cycle names at most."""


class Source(NamedTuple):
    """One output of one node."""

    node_id: str
    handle: str = OUTPUT_HANDLE

    @classmethod
    def of(cls, edge: Edge) -> Self:
        """Give what an edge leaves; without a handle it is the first output."""
        return cls(edge.source, edge.source_handle or OUTPUT_HANDLE)


@dataclass(frozen=True)
class Connection:
    """An edge with what it joins; types are None where unknown, ports where there are none."""

    edge: Edge
    source: Node
    target: Node
    source_type: NodeType | None
    target_type: NodeType | None
    output: OutputPort | None
    port: Port | None

    @property
    def port_label(self) -> str:
        """Name the port it enters, as in: “Image” of “Crop 1”."""
        port = quoted(self.port.title) if self.port else "an input"
        return f"{port} of {quoted_label(self.target)}"


def connections(
    nodes: Iterable[Node], edges: Iterable[Edge], node_types: Mapping[str, NodeType]
) -> list[Connection]:
    """Resolve the edges whose two nodes are there, in their order."""
    by_id = {node.id: node for node in nodes}
    known = {id: node_types.get(node.type) for id, node in by_id.items()}
    ports = {
        id: {port.handle: port for port in input_ports(node_type)}
        for id, node_type in known.items()
        if node_type
    }
    return [
        Connection(
            edge=edge,
            source=by_id[edge.source],
            target=by_id[edge.target],
            source_type=known[edge.source],
            target_type=known[edge.target],
            output=_output(known[edge.source], edge.source_handle),
            port=ports.get(edge.target, {}).get(edge.target_handle or ""),
        )
        for edge in edges
        if edge.source in by_id and edge.target in by_id
    ]


def _output(node_type: NodeType | None, handle: str | None) -> OutputPort | None:
    """Give the output that an edge leaves; where there is only one, that is what was meant."""
    if node_type is None:
        return None
    single = node_type.outputs[0] if len(node_type.outputs) == 1 else None
    return node_type.output_port(handle) or single


def connection_problems(joined: Sequence[Connection]) -> Iterator[Problem]:
    """Report what is wrong with the connections, in their order."""
    sources_of_port: dict[tuple[str, str], set[Source]] = defaultdict(set)
    for each in joined:
        yield from _source_handle_problems(each)
        yield from _target_handle_problems(each)
        yield from _kind_problems(each)
        if each.port:
            sources = sources_of_port[each.target.id, each.port.handle]
            yield from _arity_problems(each, each.port, sources)
            sources.add(Source.of(each.edge))


def _arity_problems(each: Connection, port: Port, before: set[Source]) -> Iterator[Problem]:
    """Report a connection too many; `before` are the sources that the port has already."""
    if Source.of(each.edge) in before:
        yield _problem(
            ProblemCode.DUPLICATE_CONNECTION,
            f"{quoted_label(each.source)} is connected to {each.port_label} twice:"
            " remove one of the two connections.",
            each,
        )
    elif before and not port.many:
        yield _problem(
            ProblemCode.TOO_MANY_CONNECTIONS,
            f"{each.port_label} takes one connection only: remove the one from"
            f" {quoted_label(each.source)} or the one that was there before.",
            each,
        )


def cycle_problems(joined: Sequence[Connection]) -> list[Problem]:
    """Report one cycle of each strongly connected component, on its edge that stands last."""
    first: dict[tuple[str, str], int] = {}
    nodes = {node.id: node for each in joined for node in (each.source, each.target)}
    for index, each in enumerate(joined):
        first.setdefault((each.source.id, each.target.id), index)
    found: list[tuple[int, Problem]] = []
    for cycle in Topology.from_pairs(nodes, first).cycles():
        last = max(first[pair] for pair in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
        names = [quoted_label(nodes[id]) for id in cycle]
        found.append((last, _cycle_problem(names, joined[last])))
    return [problem for _, problem in sorted(found, key=lambda pair: pair[0])]


def _cycle_problem(names: list[str], last: Connection) -> Problem:
    if len(names) == 1:
        sentence = f"{names[0]} is connected to itself: remove this connection."
    else:
        hidden = len(names) - _NAMED_IN_CYCLE
        shown = [*names[:_NAMED_IN_CYCLE], f"({hidden} more)"] if hidden > 1 else names
        sentence = (
            f"These nodes go round in a circle: {' → '.join([*shown, names[0]])}."
            " Remove one of these connections."
        )
    return Problem(
        code=ProblemCode.CYCLE, message=sentence, node_id=last.target.id, edge_id=last.edge.id
    )


def _source_handle_problems(each: Connection) -> Iterator[Problem]:
    handle = each.edge.source_handle
    if each.source_type is None or each.source_type.output_port(handle):
        return
    handles = [quoted(port.handle) for port in each.source_type.outputs]
    target = quoted_label(each.target)
    advice = (
        f"Its outputs are {join_words(handles)}: connect one of them to {target}."
        if handles[1:]
        else f"Its only output is {handles[0]}: connect that to {target}."
    )
    yield Problem(
        code=ProblemCode.UNKNOWN_HANDLE,
        message=f"{quoted_label(each.source)} has no output {quoted(handle or '')}. {advice}",
        node_id=each.source.id,
        edge_id=each.edge.id,
        port=handle,
    )


def _target_handle_problems(each: Connection) -> Iterator[Problem]:
    if each.target_type is None or each.port is not None:
        return
    source, target = quoted_label(each.source), quoted_label(each.target)
    handles = [quoted(port.handle) for port in input_ports(each.target_type)]
    if not handles:
        what = f"{target} takes no connections: remove the one from {source}."
    else:
        inputs = (
            f"inputs are {join_words(handles)}" if handles[1:] else f"only input is {handles[0]}"
        )
        what = (
            f"The connection from {source} does not say which input of {target} it enters."
            if each.edge.target_handle is None
            else f"{target} has no input {quoted(each.edge.target_handle)} for {source}."
        )
        what += f" Its {inputs}: connect it to one that fits."
    yield _problem(ProblemCode.UNKNOWN_HANDLE, what, each)


def _kind_problems(each: Connection) -> Iterator[Problem]:
    output, port = each.output, each.port
    if port is None or output is None or each.target_type is None:
        return
    if fits(output.kind, port, is_list=output.is_list):
        return
    fitting = [
        quoted(other.title)
        for other in input_ports(each.target_type)
        if _is_primary_kind(other, output.kind) and fits(output.kind, other, is_list=output.is_list)
    ]
    connect = f"connect it to {join_words(fitting, 'or')} instead" if fitting else ""
    advice = connect or f"connect {join_kinds(port.kinds)} there instead"
    yield _problem(
        ProblemCode.KIND_MISMATCH,
        f"{quoted_label(each.source)} gives {output_name(output)}, but {each.port_label} takes"
        f" {join_kinds(port.kinds)}: {advice}.",
        each,
    )


def _is_primary_kind(port: Port, kind: Kind) -> bool:
    """Whether values of the kind are at home there: a text in a prompt, not in a number."""
    return kind == port.kinds[0] and (port.many or not port.param)


def _problem(code: ProblemCode, message: str, each: Connection) -> Problem:
    """Make a problem about the end of a connection."""
    return Problem(
        code=code,
        message=message,
        node_id=each.target.id,
        edge_id=each.edge.id,
        port=each.edge.target_handle,
    )
