"""What enters a run from outside of its scope: the newest outputs there are."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy.orm import Session

from db.run_inputs import KnownOutput, get_inputs, newest_outputs
from db.tables.workflow import NodeExecution, Workflow
from flows.graph.wording import named
from flows.planning.scope import outside
from schemas.graph import Graph
from schemas.problem import Problem, ProblemCode
from tasks.registry import node_types


def find_inputs(
    session: Session,
    workflow: Workflow,
    graph: Graph,
    nodes: Collection[str],
    before: Collection[NodeExecution],
) -> dict[str, KnownOutput]:
    """Find what enters `nodes` from outside.

    First what the nodes gave in the run that is repeated, then what had entered that run, then
    what they gave in the newest run in which they completed.
    """
    needed = outside(graph, nodes)
    wanted = {node.id: node.type for node in graph.nodes if node.id in needed}
    known = {each.node_id: each for each in _of_run(session, before) if _fits(each, wanted)}
    missing = {id: type for id, type in wanted.items() if id not in known}
    return known | newest_outputs(session, workflow.user_id, workflow.id, missing)


def unavailable_inputs(
    graph: Graph, nodes: Collection[str], inputs: Mapping[str, KnownOutput]
) -> Iterator[Problem]:
    """Report what a scope needs from outside and nobody has ever made."""
    by_id = {node.id: node for node in graph.nodes}
    for edge in graph.edges:
        needed = edge.target in nodes and edge.source not in nodes
        if needed and edge.source not in inputs and edge.source in by_id:
            source, target = named(by_id[edge.source]), named(by_id[edge.target])
            yield Problem(
                code=ProblemCode.INPUT_NOT_AVAILABLE,
                message=f"{target} takes the output of {source}, which is not part of this run and"
                f" has never completed: run {source} first, or run both.",
                node_id=edge.target,
                edge_id=edge.id,
                port=edge.target_handle,
            )


def _of_run(session: Session, before: Collection[NodeExecution]) -> Iterator[KnownOutput]:
    runs = {row.run_id for row in before}
    for inputs in get_inputs(session, runs).values():
        yield from inputs
    for row in before:
        if row.output is not None:
            yield KnownOutput(row.node_id, row.run_id, row.output)


def _fits(known: KnownOutput, wanted: Mapping[str, str]) -> bool:
    """Whether an output is wanted, and of the kind that its node gives now."""
    node_type = node_types().get(wanted.get(known.node_id, ""))
    return node_type is not None and known.output.get("kind") == node_type.output
