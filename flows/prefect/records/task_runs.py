"""The task runs of nodes, which we make ourselves: ids known beforehand, exact edges, our tags.

So one costs about 3 ms, where `.submit()` inside an asynchronous flow costs 35. They are Prefect's engine's to run
(`flows.prefect.host.node_host`), or ended after the fact.
"""

from collections.abc import Mapping
from typing import Any, Self, cast
from uuid import UUID

from prefect.client.schemas import TaskRun
from prefect.client.schemas.objects import StateDetails, TaskRunPolicy, TaskRunResult
from prefect.states import Pending

from flows.engine.run import RunExecution
from flows.limits.tags import MODEL_TAG_PREFIX, step_model, step_tags
from flows.planning.plan import Step
from flows.prefect.host.node_task import run_node
from flows.prefect.names import clean_name, run_tags, task_run_id
from schemas.wire.run import NodeStatus
from tasks.node_type.definition import NodeType


class TaskRuns:
    """Shows the nodes of one claim of a run as the task runs of one Prefect flow run."""

    def __init__(
        self,
        flow_run_id: UUID,
        ids: Mapping[str, UUID],
        tags: list[str],
        node_types: Mapping[str, NodeType],
    ) -> None:
        """Know the flow run, and the ids of its task runs by node."""
        self._node_types = node_types
        self._flow_run_id = flow_run_id
        self.ids = ids
        self._tags = tags

    @classmethod
    def from_execution(cls, execution: RunExecution, flow_run_id: UUID) -> Self:
        """Show a run that is executed here in this flow run.

        A recovered run has another flow run, with task runs of its own. One that goes on in the flow run
        that it was paused in has those there that its nodes have ended in.
        """
        claimed = execution.claimed
        resumed = claimed.flow_run_id == flow_run_id
        return cls(
            flow_run_id,
            {
                row.node_id: task_run_id(
                    row.id,
                    row.epoch if resumed and NodeStatus(row.status).terminal else claimed.epoch,
                )
                for row in claimed.executions
            },
            run_tags(claimed.workflow_id, claimed.id),
            execution.runtime.node_types,
        )

    def tags(self, step: Step, model: str | None = None) -> list[str]:
        """Tag a step's task run; where the model is not given it is that of the step's form."""
        node_type = self._node_types[step.node_type]
        kinds = step_tags(step, node_type, model or step_model(step, node_type))
        return [*(clean_name(tag) for tag in kinds), *self._tags]

    def make_task_run(self, step: Step, model: str | None = None) -> TaskRun:
        """Make the task run of a step, PENDING and without tags."""
        model = model or step_model(step, self._node_types[step.node_type])
        own_id = self.ids[step.node_id]
        state = Pending(
            state_details=StateDetails(task_run_id=own_id, flow_run_id=self._flow_run_id)
        )
        return TaskRun(
            id=own_id,
            # Prefect's page of task runs can be searched by name, but not filtered by tags.
            name=f"{clean_name(step.label)} · {clean_name(model)}"
            if model
            else clean_name(step.label),
            flow_run_id=self._flow_run_id,
            task_key=run_node.task_key,
            # One flow run may show several runs, one after the other: those of its retries.
            dynamic_key=str(own_id),
            # Of the first retry, as in records; of a list of delays Prefect's page says "NaNs".
            empirical_policy=TaskRunPolicy(
                retries=step.retries, retry_delay=step.retry_delay_seconds
            ),
            task_inputs={
                binding.handle: [
                    TaskRunResult(id=self.ids[source.node_id])
                    for source in binding.sources
                    if source.node_id
                    in self.ids  # what enters from outside of the scope has no task run
                ]
                for binding in step.bindings
            },
            # Prefect's page of task runs shows none without it.
            expected_start_time=cast("Any", state.timestamp),
            state_id=state.id,
            state_type=state.type,
            state_name=state.name,
            state=state,
        )


def model_tags(execution: RunExecution) -> list[str]:
    """Tag a flow run with the models that its nodes ask, as far as that is known at its start."""
    types = execution.runtime.node_types
    models = {step_model(step, types[step.node_type]) for step in execution.plan.steps}
    return sorted(clean_name(f"{MODEL_TAG_PREFIX}{model}") for model in models if model)
