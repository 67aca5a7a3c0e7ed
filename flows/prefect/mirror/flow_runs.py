"""Shows runs on Prefect's dashboard, as long as its server answers."""

import asyncio
import contextlib
import logging
import time
from typing import Final

from prefect.client.schemas import FlowRun
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.exceptions import ObjectNotFound
from prefect.flow_engine import run_flow_async

from db.postgres.background import Background
from db.queue.claims import set_prefect_flow_run
from flows.engine.run import RunExecution
from flows.prefect.host.flow import current_mirror, run_workflow
from flows.prefect.mirror.api import PrefectRunApi, ended_task_runs, has_visible_end
from flows.prefect.names import claim_tags, flow_run_name
from flows.prefect.records.artifacts import ArtifactWriter, update_progress
from flows.prefect.records.pacer import Pacer
from flows.prefect.records.run_mirror import RunMirror
from flows.prefect.records.task_runs import TaskRuns, model_tags

logger = logging.getLogger(__name__)

CREATE_TIMEOUT_SECONDS: Final = 10.0
"""How long the creation of a flow run may take before Prefect counts as away."""
UNAVAILABLE_PAUSE_SECONDS: Final = 10.0
"""How long Prefect is left alone after it did not answer."""


async def mirror_runs(mirrors: asyncio.Queue[RunMirror | None], pacer: Pacer) -> None:
    """Show the runs that come out of the queue, side by side, until None comes."""
    paused_until = 0.0
    # One client for all: a client of its own costs each run 30 ms. The flow engine wants a
    # synchronous one, too, and would make it anew each time, holding this event loop up.
    with SyncClientContext.get_or_create():
        async with (
            AsyncClientContext.get_or_create() as context,
            Background("prefect") as background,
            asyncio.TaskGroup() as group,
        ):
            api = PrefectRunApi(context.client)
            artifact_writer = ArtifactWriter(context.client, pacer)
            background.spawn(artifact_writer.run(), name="artifacts")
            while (mirror := await mirrors.get()) is not None:
                if time.monotonic() < paused_until:
                    continue
                flow_run = await _make_flow_run(api, mirror.execution)
                if flow_run is None:
                    paused_until = time.monotonic() + UNAVAILABLE_PAUSE_SECONDS
                else:
                    group.create_task(_mirror_run(api, artifact_writer, mirror, flow_run))
                await pacer.rest()
            await background.close()


async def _mirror_run(
    api: PrefectRunApi, artifact_writer: ArtifactWriter, mirror: RunMirror, flow_run: FlowRun
) -> None:
    current_mirror.set(mirror)  # in this task's own context
    run_id = mirror.execution.claimed.id
    # The engine would watch over a flow run of a deployment in a way that holds this loop up.
    detached_flow_run = flow_run.model_copy(update={"deployment_id": None})
    try:
        await _store_flow_run_id(mirror.execution, flow_run)
        await _emit_earlier_task_ends(api, mirror.execution, flow_run)
        async with Background("prefect") as background:
            background.spawn(update_progress(api.client, mirror.execution, flow_run.id))
            await run_flow_async(
                run_workflow,
                flow_run=detached_flow_run,
                parameters={"run_id": run_id},
                return_type="state",
            )
        if mirror.execution.status.terminal:
            artifact_writer.add(mirror.execution, flow_run.id)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect, runs go on
        logger.warning("Prefect shows run %s in part: %s", run_id, error)


async def _make_flow_run(api: PrefectRunApi, execution: RunExecution) -> FlowRun | None:
    claimed = execution.claimed
    try:
        async with asyncio.timeout(CREATE_TIMEOUT_SECONDS):
            name = flow_run_name(claimed.workflow_name, claimed.id)
            tags = claim_tags(claimed.workflow_id, claimed.id, claimed.epoch)
            tags += model_tags(execution)
            if claimed.flow_run_id is not None:
                with contextlib.suppress(ObjectNotFound):
                    return await api.update_flow_run(claimed.flow_run_id, name, tags)
            return await api.create_flow_run(
                f"{claimed.id}:{claimed.epoch}", name, claimed.id, tags
            )
    except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect, runs go on
        logger.warning("Prefect does not answer, run %s is not shown now: %s", claimed.id, error)
        return None


async def _store_flow_run_id(execution: RunExecution, flow_run: FlowRun) -> None:
    """Keep the flow run's id for the link to the dashboard; worth nothing more than a try."""
    claimed = execution.claimed
    try:
        async with execution.runtime.sessions.begin() as session:
            await session.run_sync(set_prefect_flow_run, claimed.id, claimed.epoch, flow_run.id)
    except Exception as error:  # noqa: BLE001 - a missing link never fails a run
        logger.warning("run %s has no link to Prefect: %s", claimed.id, error)


async def _emit_earlier_task_ends(
    api: PrefectRunApi, execution: RunExecution, flow_run: FlowRun
) -> None:
    """Show what earlier claims of a run have done, so that its newest flow run shows all of it."""
    done = {row.node_id: row for row in execution.claimed.executions if has_visible_end(row)}
    if done:
        task_runs = TaskRuns.from_execution(execution, flow_run.id)
        steps = [step for step in execution.plan.steps if step.node_id in done]
        await api.emit_task_events(flow_run, ended_task_runs(task_runs, steps, done, {}))
