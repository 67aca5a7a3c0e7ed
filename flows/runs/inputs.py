"""What enters a run from outside of its scope: the newest outputs there are."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy.orm import Session

from db.run_inputs import PriorOutput, find_newest_outputs, get_run_inputs
from db.tables import NodeExecution, Workflow
from flows.graph.text_sizes import MAX_RUN_TEXT_BYTES
from flows.graph.topology import Topology
from flows.graph.wording import quoted_label
from schemas.graph import Graph
from schemas.problem import Problem, ProblemCode
from schemas.wire.run import NodeStatus
from tasks.registry import node_types


def find_external_inputs(
    session: Session,
    workflow: Workflow,
    graph: Graph,
    nodes: Collection[str],
    before: Collection[NodeExecution],
) -> dict[str, PriorOutput]:
    """Find what enters `nodes` from outside.

    First what the nodes gave in the run that is repeated, then what had entered that run, then
    what they gave in the newest run in which they completed or were not taken.

    Raises:
        InvalidInputError: `value_too_large`.
    """
    needed = Topology.of(graph).entering(nodes)
    wanted = {node.id: node.type for node in graph.nodes if node.id in needed}
    known = {
        each.node_id: each for each in _outputs_of_run(session, before) if _is_usable(each, wanted)
    }
    missing = {id: type for id, type in wanted.items() if id not in known}
    return known | find_newest_outputs(
        session, workflow.user_id, workflow.id, missing, MAX_RUN_TEXT_BYTES
    )


def external_input_problems(
    graph: Graph, nodes: Collection[str], inputs: Mapping[str, PriorOutput]
) -> Iterator[Problem]:
    """Report what a scope needs from outside and nobody has ever made."""
    by_id = {node.id: node for node in graph.nodes}
    for edge in graph.edges:
        needed = edge.target in nodes and edge.source not in nodes
        if needed and edge.source not in inputs and edge.source in by_id:
            source, target = quoted_label(by_id[edge.source]), quoted_label(by_id[edge.target])
            yield Problem(
                code=ProblemCode.INPUT_NOT_AVAILABLE,
                message=f"{target} takes the output of {source}, which is not part of this run and"
                f" has never completed: run {source} first, or run both.",
                node_id=edge.target,
                edge_id=edge.id,
                port=edge.target_handle,
            )


def _outputs_of_run(session: Session, before: Collection[NodeExecution]) -> Iterator[PriorOutput]:
    runs = {row.run_id for row in before}
    for inputs in get_run_inputs(session, runs).values():
        yield from inputs
    for row in before:
        if NodeStatus(row.status) is NodeStatus.COMPLETED:
            yield PriorOutput(row.node_id, row.run_id, row.output, row.other_outputs)
        elif row.skip_reason == "not_taken":
            yield PriorOutput(row.node_id, row.run_id, None, {})


def _is_usable(known: PriorOutput, wanted: Mapping[str, str]) -> bool:
    """Whether an output is wanted, and of the kinds that its node gives now."""
    node_type = node_types().get(wanted.get(known.node_id, ""))
    return node_type is not None and all(
        (port := node_type.output_port(handle)) is not None
        and value.get("kind") == ("list" if port.is_list else port.kind)
        for handle, value in known.outputs.items()
    )
