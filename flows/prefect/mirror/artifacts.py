"""Artifacts of a run in Prefect: a table of its nodes, a link back, and what its nodes gave.

They are for people who look on. Nothing waits for them: they are written one by one when
the processor has nothing better to do, from our rows, after the run's end; of a run that goes
on only its progress is shown meanwhile. When too many runs wait for theirs, further ones get none.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from db.queue.claims import ClaimedRun
from db.runs import get_executions
from flows.engine.run import RunExecution
from flows.prefect.mirror.artifact_text import MAX_SHOWN, Artifact, content, overview, shows_content
from flows.prefect.names import task_run_id

logger = logging.getLogger(__name__)

MAX_WAITING: Final = 50
"""Runs whose artifacts wait to be written; what comes on top gets none."""
PROGRESS_SECONDS: Final = 2.0
ROOM: Final = 3
"""Times as long as writing one took, nothing more is written."""
WRITE_SECONDS: Final = 10.0
"""So long all artifacts of a run may take where a process waits for them."""
Pause = Callable[[], Awaitable[None]]


async def show_progress(client: PrefectClient, execution: RunExecution, flow_run_id: UUID) -> None:
    """Show how much of a run is done, for as long as it goes on."""
    try:
        await _show_progress(client, execution, flow_run_id)
    except Exception as error:  # noqa: BLE001 - nobody waits for it
        logger.warning("run %s shows no progress: %s", execution.claimed.id, error)


async def _show_progress(client: PrefectClient, execution: RunExecution, flow_run_id: UUID) -> None:
    total, written, artifact_id = len(execution.plan.steps), -1, None
    while not execution.ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(execution.ended.wait(), PROGRESS_SECONDS)
        done = len(execution.journal.ended)
        shown = _progress(done, total)
        if artifact_id is None and execution.ended.is_set():
            return  # too short for anybody to look at it
        if artifact_id is None:
            artifact_id = await _create(client, shown, execution.claimed, flow_run_id, None)
        elif done != written:
            body = {"data": shown.data, "description": shown.description}
            where = {"id": artifact_id}
            await client.request("PATCH", "/artifacts/{id}", json=body, path_params=where)
        written = done


def _progress(done: int, total: int) -> Artifact:
    said = f"{done} of {total} nodes have ended."
    return Artifact("progress", "progress", round(100 * done / total, 1), said)


class Writer:
    """Writes the artifacts of runs that have ended."""

    def __init__(self, client: PrefectClient, pause: Pause) -> None:
        """Prepare; `pause` leaves the processor to what is more urgent."""
        self._client = client
        self._pause = pause
        self._due: asyncio.Queue[tuple[RunExecution, UUID]] = asyncio.Queue(MAX_WAITING)

    def add(self, execution: RunExecution, flow_run_id: UUID) -> None:
        """Have the artifacts of a run written when there is time, if ever there is."""
        try:
            self._due.put_nowait((execution, flow_run_id))
        except asyncio.QueueFull:
            logger.info("run %s gets no artifacts: too many wait", execution.claimed.id)

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            execution, flow_run_id = await self._due.get()
            await self._pause()
            try:
                await _write(self._client, execution, flow_run_id, self._rest)
            except Exception as error:  # noqa: BLE001 - runs go on without them
                logger.warning("run %s lacks artifacts: %s", execution.claimed.id, error)

    async def _rest(self, took: float) -> None:
        await asyncio.sleep(took * ROOM)
        await self._pause()


async def write_now(client: PrefectClient, execution: RunExecution, flow_run_id: UUID) -> None:
    """Write the artifacts of a run before its process ends."""
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await _write(client, execution, flow_run_id, _no_rest)
    except Exception as error:  # noqa: BLE001 - the run has ended well without them
        logger.warning("run %s lacks artifacts: %s", execution.claimed.id, error)


async def _write(
    client: PrefectClient,
    execution: RunExecution,
    flow_run_id: UUID,
    rest: Callable[[float], Awaitable[None]],
) -> None:
    claimed, settings = execution.claimed, execution.runtime.settings
    async with execution.runtime.sessions() as session:
        rows = await session.run_sync(get_executions, claimed.owner_id, claimed.id)
    told: list[tuple[Artifact, UUID | None]] = [
        (artifact, None) for artifact in overview(claimed, rows, settings)
    ]
    if shows_content(settings, claimed.owner_id):
        gave = ((row, content(claimed, row, settings)) for row in rows)
        shown = [
            (artifact, task_run_id(row.id, claimed.epoch)) for row, artifact in gave if artifact
        ]
        told += shown[:MAX_SHOWN]
    for artifact, task_run in told:
        began = time.monotonic()
        await _create(client, artifact, claimed, flow_run_id, task_run)
        await rest(time.monotonic() - began)


async def _create(
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


async def _no_rest(_took: float) -> None:
    """Go on at once."""
