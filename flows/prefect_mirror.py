"""What a Prefect flow run shows of one of our runs: its nodes as they begin and end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Cancelled, Completed, Failed

from flows.execution.run_execution import RunExecution
from flows.execution.watch import Ongoing
from flows.prefect_names import run_tags
from flows.prefect_tasks import TaskRuns
from schemas.run import RunStatus

logger = logging.getLogger(__name__)


class Mirror:
    """Carries what happens in a run to the flow that shows it; the run never waits for it."""

    def __init__(self, execution: RunExecution) -> None:
        """Mirror this run; `run` runs it, `show` is the body of the flow."""
        self._execution = execution
        self._begun: asyncio.Queue[Ongoing | None] = asyncio.Queue()

    async def run(self) -> None:
        """Run the nodes to their end in our rows."""
        try:
            await self._execution.run(self._begun.put_nowait)
        finally:
            self._begun.put_nowait(None)

    async def show(self) -> State[None]:
        """Be the flow: a task run for each node, until the run has ended."""
        show_node = self._task_runs().show
        async with asyncio.TaskGroup() as group:
            while (ongoing := await self._begun.get()) is not None:
                group.create_task(_quietly(show_node, ongoing))
                await asyncio.sleep(0)
        return self._final_state()

    def _task_runs(self) -> TaskRuns:
        context = FlowRunContext.get()
        assert context is not None
        assert context.flow_run is not None
        claimed = self._execution.claimed
        return TaskRuns(
            context.flow_run.id,
            {row.node_id: row.id for row in claimed.executions},
            claimed.epoch,
            run_tags(claimed.workflow_id, claimed.id),
        )

    def _final_state(self) -> State[None]:
        summary = self._execution.summary
        match self._execution.status:
            case RunStatus.COMPLETED:
                return Completed(message=summary)
            case RunStatus.FAILED:
                return Failed(message=summary)
            case RunStatus.CANCELLED:
                return Cancelled(message=summary)
            case _:
                return Failed(name="Lost", message="Another executor has taken this run over.")


async def _quietly(show: Callable[[Ongoing], Awaitable[None]], ongoing: Ongoing) -> None:
    """Show a node; that Prefect cannot is no reason to stop showing the others."""
    try:
        await show(ongoing)
    except Exception:
        logger.warning("Prefect cannot show %s", ongoing.step.node_id, exc_info=True)
