"""Compiles a version of a workflow into a Prefect flow of its own: a task for each node.

Pure: no server, no database. A compiled version is immutable, so its flow is made once.
"""

import tempfile
from collections.abc import Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

from prefect import Flow
from prefect.client.schemas.objects import State
from prefect.utilities.callables import ParameterSchema

from flows.graph.check import NodeTypes
from flows.planning.compiled import MAX_VERSIONS, CompiledVersion, Nodes
from flows.planning.plan import Plan
from flows.prefect.host.node_task import NodeTask, node_task
from flows.prefect.host.run_parameters import form_schema
from flows.prefect.input_form import inputs_schema
from flows.prefect.names import flow_name

RESULTS: Final[Any] = Path(tempfile.gettempdir())
"""Where Prefect would keep results of flows, if there were any. Named although nothing is stored: it
saves each flow run a blocking question to the server for its default place."""


class HostedRun(Protocol):
    """A run that is executed inside a flow run."""

    async def run(self) -> State[None]:
        """Execute it to its end; give the flow's final state."""
        ...


current_run: ContextVar[HostedRun] = ContextVar("nodeloom_run")


@dataclass(frozen=True)
class TaskEdge:
    """An output of one task that enters an input of another, by the ids of their nodes."""

    source: str
    source_handle: str
    target: str
    target_handle: str


class WorkflowFlow(Flow[..., Coroutine[Any, Any, State[None]]]):
    """The Prefect flow of one version of a workflow, with its tasks by node id, and its edges."""

    tasks: dict[str, NodeTask]
    edges: tuple[TaskEdge, ...]
    inputs: Mapping[str, Any] | None
    """JSON Schema of what the workflow declares as inputs, by name: `inputs` of its parameters."""

    @classmethod
    def of(cls, plan: Plan, version: CompiledVersion, name: str, revision: int) -> "WorkflowFlow":
        """Make the flow of a plan."""
        made = cls(
            _run,
            name=name,
            version=str(revision),
            persist_result=False,
            result_storage=RESULTS,
            validate_parameters=False,
        )
        made.inputs = inputs_schema(version.readable, version.node_types)
        form = form_schema(list(version.topology.nodes), made.inputs)
        made.parameters = ParameterSchema.model_validate(form)
        made.tasks = {
            step.node_id: node_task(step, version.node_types[step.node_type]) for step in plan.steps
        }
        made.edges = tuple(
            TaskEdge(source.node_id, source.handle, step.node_id, binding.handle)
            for step in plan.steps
            for binding in step.bindings
            for source in binding.sources
            if source.node_id in made.tasks
        )
        return made

    def describe(self) -> dict[str, Any]:
        """Give what people read of it, as JSON: its inputs, its tasks in the order of their needs, and its edges."""
        tasks = [
            {
                "node": node_id,
                "name": each.name,
                "retries": each.retries,
                "retryDelaySeconds": each.retry_delay_seconds,
                "timeoutSeconds": each.timeout_seconds,
                "tags": sorted(each.tags),
            }
            for node_id, each in self.tasks.items()
        ]
        edges = [
            {
                "source": edge.source,
                "sourceHandle": edge.source_handle,
                "target": edge.target,
                "targetHandle": edge.target_handle,
            }
            for edge in self.edges
        ]
        return {"name": self.name, "inputs": self.inputs, "tasks": tasks, "edges": edges}


async def _run(
    workflow_id: int | None = None, run_id: UUID | None = None, schedule_id: UUID | None = None
) -> State[None]:
    """Run a stored workflow; the parameters say what it was asked for with."""
    del workflow_id, run_id, schedule_id
    return await current_run.get().run()


@lru_cache(maxsize=MAX_VERSIONS)
def compile_workflow(
    version: CompiledVersion, nodes: Nodes, name: str, revision: int
) -> WorkflowFlow:
    """Compile those nodes of a version that a run is about, which have no problems."""
    return WorkflowFlow.of(version.plan(nodes), version, name, revision)


def describe_document(document: object, node_types: NodeTypes) -> dict[str, Any]:
    """Compile a document without problems that is no stored workflow, and describe its flow."""
    version = CompiledVersion.read(document, node_types)
    nodes = frozenset(node.id for node in version.readable.nodes)
    name = flow_name(version.readable.name)
    return compile_workflow(version, nodes, name, revision=1).describe()
