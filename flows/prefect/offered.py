"""The flow runs that Prefect offers to whoever serves our work pool, however many there are.

Prefect gives so many at once, those that were due first in front. Flow runs of another installation may be among
them, which stay until that one takes them, so who takes ours has to read on.
"""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse
from pydantic import TypeAdapter

from flows.prefect.names import WORK_POOL

PAGE_SIZE: Final = 200
"""More than that Prefect does not give at once."""
MAX_PAGES: Final = 20
"""Of a queue of the work pool."""
_FLOW_RUNS: Final = TypeAdapter(list[WorkerFlowRunResponse])


async def offered_pages(client: PrefectClient, before: datetime) -> AsyncGenerator[list[FlowRun]]:
    """Give what is due before this time; where that does not fit in a page, all that is due now.

    One flow run may be given twice. Of each queue there are at most `MAX_PAGES`.
    """
    first = await _read(client, scheduled_before=before.isoformat())
    yield first
    if len(first) < PAGE_SIZE:
        return
    now = datetime.now(UTC).isoformat()
    # By queue: those of a higher priority come first, whenever they were due.
    for queue in await client.read_work_queues(work_pool_name=WORK_POOL, limit=PAGE_SIZE):
        body: dict[str, Any] = {"scheduled_before": now, "work_queue_names": [queue.name]}
        after = datetime.min.replace(tzinfo=UTC)
        for _ in range(MAX_PAGES):
            page = await _read(client, **body)
            yield page
            last = page[-1].next_scheduled_start_time if page else None
            if len(page) < PAGE_SIZE or last is None:
                break
            # A whole page may have been due at the same moment.
            after = last if last > after else after + timedelta(microseconds=1)
            body["scheduled_after"] = after.isoformat()


async def find_offered(client: PrefectClient) -> set[UUID] | None:
    """Give the flow runs that may be taken now; None: more than are read."""
    found: set[UUID] = set()
    full = 0
    async for page in offered_pages(client, datetime.now(UTC)):
        found |= {each.id for each in page}
        full = full + 1 if len(page) == PAGE_SIZE else 0
        if full > MAX_PAGES:
            return None
    return found


async def _read(client: PrefectClient, **body: Any) -> list[FlowRun]:
    answer = await client.request(
        "POST",
        "/work_pools/{name}/get_scheduled_flow_runs",
        path_params={"name": WORK_POOL},
        json=body,
    )
    return [each.flow_run for each in _FLOW_RUNS.validate_python(answer.json())]
