"""Artifacts of a run in Prefect: a table of its nodes, a link back, and what its nodes gave.

Of runs that are executed inside of flow runs, written from our rows; those of other runs are part of
their records (`flows.prefect.mirror.run_record`).
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from db.postgres.background import wait_for_event
from db.queue.claims import ClaimedRun
from db.runs import get_executions
from flows.engine.run import RunExecution
from flows.prefect.mirror.records_api import RecordsApi
from flows.prefect.records.artifact_text import (
    MAX_CONTENT_ARTIFACTS,
    Artifact,
    ShownRun,
    content_artifact,
    progress_artifact,
    shows_content,
    summary_artifacts,
    to_record,
)
from flows.prefect.records.task_runs import TaskRuns
from schemas.wire.run import NodeStatus

logger = logging.getLogger(__name__)

PROGRESS_INTERVAL_SECONDS: Final = 2.0
WRITE_TIMEOUT_SECONDS: Final = 10.0
"""So long all artifacts of a run may take where a process waits for them."""


async def update_progress(
    client: PrefectClient, execution: RunExecution, flow_run_id: UUID
) -> None:
    """Show how much of a run is done, for as long as it goes on."""
    try:
        await _update_progress(client, execution, flow_run_id)
    except Exception as error:  # noqa: BLE001 - nobody waits for it
        logger.warning("run %s shows no progress: %s", execution.claimed.id, error)


async def _update_progress(
    client: PrefectClient, execution: RunExecution, flow_run_id: UUID
) -> None:
    total, written, artifact_id = len(execution.plan.steps), -1, None
    earlier = sum(NodeStatus(row.status).terminal for row in execution.claimed.executions)
    while not execution.ended.is_set():
        await wait_for_event(execution.ended, PROGRESS_INTERVAL_SECONDS)
        done = earlier + len(execution.journal.final_statuses)
        artifact = progress_artifact(done, total)
        if artifact_id is None and execution.ended.is_set():
            return  # too short for anybody to look at it
        if artifact_id is None:
            artifact_id = await _create_artifact(
                client, artifact, execution.claimed, flow_run_id, None
            )
        elif done != written:
            body = {"data": artifact.data, "description": artifact.description}
            where = {"id": artifact_id}
            await client.request("PATCH", "/artifacts/{id}", json=body, path_params=where)
        written = done


async def write_artifacts(api: RecordsApi, execution: RunExecution, flow_run_id: UUID) -> None:
    """Write the artifacts of a run before its process ends."""
    try:
        async with asyncio.timeout(WRITE_TIMEOUT_SECONDS):
            claimed, now = execution.claimed, datetime.now(UTC)
            artifacts = await _make_all(execution, flow_run_id)
            records = [
                to_record(artifact, flow_run_id, claimed.workflow_id, task_run, now)
                for artifact, task_run in artifacts
            ]
            if not await api.write_artifacts(flow_run_id, records):
                for artifact, task_run in artifacts:
                    await _create_artifact(api.client, artifact, claimed, flow_run_id, task_run)
    except Exception as error:  # noqa: BLE001 - the run has ended well without them
        logger.warning("run %s lacks artifacts: %s", execution.claimed.id, error)


async def _make_all(
    execution: RunExecution, flow_run_id: UUID
) -> list[tuple[Artifact, UUID | None]]:
    """Make the artifacts of a run, each with the task run that it belongs to."""
    claimed, settings = execution.claimed, execution.runtime.settings
    run = ShownRun.of(claimed, claimed.workflow_name)
    async with execution.runtime.sessions() as session:
        rows = await session.run_sync(get_executions, claimed.owner_id, claimed.id)
    artifacts: list[tuple[Artifact, UUID | None]] = [
        (artifact, None) for artifact in summary_artifacts(run, rows, settings)
    ]
    if shows_content(settings, claimed.owner_id):
        candidates = ((row, content_artifact(run, row, settings)) for row in rows)
        task_runs = TaskRuns.from_execution(execution, flow_run_id).ids
        entries = [(artifact, task_runs[row.node_id]) for row, artifact in candidates if artifact]
        artifacts += entries[:MAX_CONTENT_ARTIFACTS]
    return artifacts


async def _create_artifact(
    client: PrefectClient,
    artifact: Artifact,
    claimed: ClaimedRun,
    flow_run_id: UUID,
    task_run: UUID | None,
) -> str:
    body: dict[str, Any] = {
        "key": f"workflow-{claimed.workflow_id}-{artifact.name}",
        "type": artifact.type,
        "description": artifact.description,
        "data": artifact.data,
        "flow_run_id": str(flow_run_id),
    }
    if task_run is not None:
        body["task_run_id"] = str(task_run)
    return str((await client.request("POST", "/artifacts/", json=body)).json()["id"])
