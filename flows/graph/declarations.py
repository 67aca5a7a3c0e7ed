"""Inputs and outputs that a workflow declares: what is wrong with them, and what calls must give. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flows.graph.input_values import read_input_value
from flows.graph.wording import join_words, quoted, quoted_label
from schemas.graph import DeclaredInput, DeclaredOutput, Edge, Graph, Node
from schemas.problem import Problem, ProblemCode
from tasks.node_type.definition import NodeType
from tasks.node_type.ports import fields_by_handle

NodeTypes = Mapping[str, NodeType]


def required_params(graph: Graph) -> Mapping[str, frozenset[str]]:
    """Give the params that every call of the workflow gives a value for, by node id."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in graph.inputs:
        if each.required:
            found[each.node_id].add(each.param)
    return {id: frozenset(params) for id, params in found.items()}


def resolve_inputs(
    graph: Graph, node_types: NodeTypes
) -> Iterator[tuple[DeclaredInput, Node, NodeType]]:
    """Give the declared inputs with their nodes and node types; those that point nowhere are left out."""
    nodes = {node.id: node for node in graph.nodes}
    for declared in graph.inputs:
        node = nodes.get(declared.node_id)
        node_type = node_types.get(node.type) if node else None
        if node and node_type and declared.param in fields_by_handle(node_type.params):
            yield declared, node, node_type


def declaration_problems(graph: Graph, node_types: NodeTypes) -> Iterator[Problem]:
    """Report declarations that point nowhere, share a name or a param, or could have no effect.

    And defaults that their params do not take.
    """
    check = _DeclarationCheck({node.id: node for node in graph.nodes}, node_types, graph.edges)
    for declared in graph.inputs:
        yield from check.input_problems(declared)
    check.names.clear()
    for declared in graph.outputs:
        yield from check.output_problems(declared)


@dataclass
class _DeclarationCheck:
    nodes: Mapping[str, Node]
    node_types: NodeTypes
    edges: Sequence[Edge]
    names: set[str] = field(default_factory=set[str])
    params: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def input_problems(self, declared: DeclaredInput) -> Iterator[Problem]:
        subject = f"The input {quoted(declared.name)}"
        yield from self._name_problems(subject, declared)
        node, param = self.nodes.get(declared.node_id), declared.param
        if node is None:
            yield _problem(f"{subject} is one of a node that is not there: remove it.", declared)
            return
        node_type = self.node_types.get(node.type)
        names = fields_by_handle(node_type.params) if node_type else {}
        if node_type and param not in names:
            known = join_words([quoted(name) for name in names], "or")
            what = f"{subject}: {quoted_label(node)} has no parameter {quoted(param)}: use {known}."
            yield _problem(what, declared, node.id)
        elif node_type and declared.default is not None:
            for each in read_input_value(node, node_type, declared, declared.default).problems:
                what = f"{subject}: its default does not fit. {each.message}"
                yield each.model_copy(update={"code": ProblemCode.BAD_DECLARATION, "message": what})
        if (node.id, param) in self.params:
            what = f"{subject}: {quoted(param)} of {quoted_label(node)} is another input already."
            yield _problem(f"{what} Remove one of them.", declared, node.id)
        self.params.add((node.id, param))
        if any(edge.target == node.id and edge.target_handle == param for edge in self.edges):
            what = (
                f"{subject}: {quoted(param)} of {quoted_label(node)} is connected to another node,"
            )
            what += " whose output wins: remove the connection, or the input."
            yield _problem(what, declared, node.id)

    def output_problems(self, declared: DeclaredOutput) -> Iterator[Problem]:
        subject = f"The result {quoted(declared.name)}"
        yield from self._name_problems(subject, declared)
        node = self.nodes.get(declared.node_id)
        if node is None:
            yield _problem(f"{subject} is one of a node that is not there: remove it.", declared)
            return
        node_type = self.node_types.get(node.type)
        if node_type and node_type.output_port(declared.handle) is None:
            known = join_words([quoted(port.handle) for port in node_type.outputs], "or")
            what = f"{subject}: {quoted_label(node)} has no output {quoted(declared.handle or '')}:"
            yield _problem(f"{what} use {known}.", declared, node.id)

    def _name_problems(
        self, subject: str, declared: DeclaredInput | DeclaredOutput
    ) -> Iterator[Problem]:
        if declared.name in self.names:
            what = f"{subject} is there twice: names are unique. Give one of them another name."
            yield _problem(what, declared)
        self.names.add(declared.name)


def _problem(
    message: str, declared: DeclaredInput | DeclaredOutput, node_id: str | None = None
) -> Problem:
    is_input = isinstance(declared, DeclaredInput)
    return Problem(
        code=ProblemCode.BAD_DECLARATION,
        message=message,
        node_id=node_id,
        port=None if is_input else declared.handle,
        param=declared.param if is_input else None,
        input=declared.name if is_input else None,
    )
