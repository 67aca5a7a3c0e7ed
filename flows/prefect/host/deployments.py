"""Keeps Prefect's deployments in step with our schedules. Ours always win.

A change of a schedule is notified; one of the executors then compares all deployments of this
installation with the rows, and makes, changes or deletes what differs. The same every half
minute, since notifications may be lost and Prefect may have been away. Deployments without the
installation's tag are never touched, but for one thing: those of an earlier version of Nodeloom,
made with `prefect deploy`, are pointed to where their flows are now.
"""

import asyncio
import contextlib
import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowFilter,
    FlowFilterName,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import (
    SCHEDULE_TYPES,
    CronSchedule,
    IntervalSchedule,
    RRuleSchedule,
)
from prefect.exceptions import ObjectNotFound
from prefect.utilities.callables import parameter_schema

from db.postgres.background import Background
from db.postgres.listen import listen
from db.schedule_ticks import find_active_schedules, installation_id, mark_synced
from db.schedules import SCHEDULES_CHANNEL
from db.tables import Schedule
from flows.engine.runtime import Runtime
from flows.maintenance.leader import LeaderTask, run_if_leader
from flows.prefect.host.flow import run_workflow
from flows.prefect.host.retention_flow import run_retention
from flows.prefect.host.work_pool import ensure_work_pool
from flows.prefect.loading import is_reachable
from flows.prefect.names import (
    MOVED_ENTRYPOINTS,
    NODELOOM_TAG,
    RUN_WORKFLOW_ENTRYPOINT,
    WORK_POOL,
    deployment_name,
)
from flows.schedules.cron import for_croniter
from flows.schedules.times import repeated_times
from schemas.wire.schedule import CronTiming, IntervalTiming, OnceTiming, Timing, timing_adapter

logger = logging.getLogger(__name__)

LEADER_TASK: Final = LeaderTask(
    "schedules", timeout_seconds=120.0, interval_seconds=0.0, interval_after_failure=True
)
SYNC_INTERVAL_SECONDS: Final = 30.0
RETRY_SECONDS: Final = 2.0
"""Between two attempts, while Prefect is away or another executor is at it."""
PAGE_SIZE: Final = 200
_SCHEMA: Final = parameter_schema(run_workflow).model_dump_for_openapi()


class DeploymentSync:
    """Keeps deployments in step for as long as the executor lives."""

    def __init__(self, runtime: Runtime, prefect_api_url: str) -> None:
        """Prepare; `run` does it."""
        self._runtime = runtime
        self._url = prefect_api_url
        self._changed = asyncio.Event()
        self._moved = False
        """Whether deployments of earlier versions were looked for."""

    async def run(self) -> None:
        """Compare when something changed and now and then, until cancelled."""
        url = self._runtime.settings.required_database_url
        async with Background("deployments") as background:
            background.spawn(listen(url, [SCHEDULES_CHANNEL], self._on_schedule_changed))
            await background.every(SYNC_INTERVAL_SECONDS, self._sync_if_leader, wake=self._changed)

    def _on_schedule_changed(self, _channel: str, _payload: str | None) -> None:
        self._changed.set()

    async def _sync_if_leader(self) -> float:
        """Do a round if it is our turn; give the seconds until the next."""
        if await is_reachable(self._url) and await run_if_leader(
            self._runtime.sessions, LEADER_TASK, self._sync_all
        ):
            return SYNC_INTERVAL_SECONDS
        return RETRY_SECONDS

    async def _sync_all(self) -> None:
        async with get_client() as client:
            if not self._moved:
                await _move_entrypoints(client)
                self._moved = True
            await self.sync(client)

    async def sync(self, client: PrefectClient) -> None:
        """Bring every deployment of this installation in step with its schedule."""
        tag = f"installation:{str(await self._runtime.run_in_transaction(installation_id))[:8]}"
        rows = await self._runtime.run_in_transaction(find_active_schedules)
        own = DeploymentFilter(tags=DeploymentFilterTags(all_=[NODELOOM_TAG, tag]))
        known = {each.id: each for each in await _list_deployments(client, deployment_filter=own)}
        expected = {
            deployment_name(workflow, schedule.name, schedule.id): schedule
            for schedule, workflow in rows
        }
        for each in known.values():
            if each.name not in expected:
                await _delete_deployment(client, each)
        if expected:
            await ensure_work_pool(client)
        flow_id = await client.create_flow(run_workflow)
        by_name = {each.name: each for each in known.values()}
        for name, schedule in expected.items():
            current = by_name.get(name)
            if current is None or not _is_up_to_date(current, schedule, tag):
                deployment_id = await _upsert_deployment(client, flow_id, name, schedule, tag)
                logger.info("schedule %s is deployed as %s", schedule.id, name)
            else:
                deployment_id = current.id
            if (schedule.synced_revision, schedule.prefect_deployment_id) != (
                schedule.revision,
                deployment_id,
            ):
                synced = partial(
                    mark_synced, revision=schedule.revision, deployment_id=deployment_id
                )
                await self._runtime.run_in_transaction(partial(synced, id=schedule.id))


def to_prefect_schedules(timing: Timing, now: datetime) -> dict[str, SCHEDULE_TYPES]:
    """Give a timing as schedules of Prefect's, by slug, that have the same times together.

    Prefect's cron leaves out an hour that comes again: its ticks are schedules of their own.
    """
    match timing:
        case CronTiming():
            cron, either = for_croniter(timing.cron)
            every = CronSchedule(cron=cron, timezone=timing.time_zone, day_or=either)
            return {"schedule": every} | _repeated(timing, now)
        case IntervalTiming():
            assert timing.anchor_at is not None
            schedule = IntervalSchedule(
                interval=timedelta(seconds=timing.every_seconds),
                anchor_date=timing.anchor_at,  # pyright: ignore[reportArgumentType] - its own type
                timezone="UTC",
            )
            return {"schedule": schedule}
        case OnceTiming():
            return {"schedule": _recurrence(timing.at, "FREQ=DAILY;COUNT=1")}


def _repeated(timing: CronTiming, now: datetime) -> dict[str, SCHEDULE_TYPES]:
    """Give a schedule for each hour of UTC in which clocks show what they showed before.

    Those are rules and no lists of dates, which Prefect's pages cannot show.
    """
    found: dict[str, SCHEDULE_TYPES] = {}
    for hour, ticks in groupby(repeated_times(timing, now), lambda at: at.hour):
        first, *later = ticks
        minutes = ",".join(str(at.minute) for at in (first, *later))
        rule = f"FREQ=HOURLY;BYMINUTE={minutes};COUNT={1 + len(later)}"
        found[f"repeated-{hour}"] = _recurrence(first, rule)
    return found


def _recurrence(start: datetime, rule: str) -> RRuleSchedule:
    first = start.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    return RRuleSchedule(rrule=f"DTSTART:{first}\nRRULE:{rule}", timezone="UTC")


async def _list_deployments(client: PrefectClient, **filters: Any) -> list[DeploymentResponse]:
    found: list[DeploymentResponse] = []
    while True:
        page = await client.read_deployments(**filters, limit=PAGE_SIZE, offset=len(found))
        found += page
        if len(page) < PAGE_SIZE:
            return found


async def _move_entrypoints(client: PrefectClient) -> None:
    """Point deployments of earlier versions to our flows: workers of other pools import them."""
    ours = FlowFilter(name=FlowFilterName(any_=[run_workflow.name, run_retention.name]))
    for each in await _list_deployments(client, flow_filter=ours):
        entrypoint = MOVED_ENTRYPOINTS.get(each.entrypoint or "")
        if entrypoint is not None:
            await client.update_deployment(each.id, DeploymentUpdate(entrypoint=entrypoint))
            logger.info("deployment %s is pointed to %s", each.name, entrypoint)


async def _delete_deployment(client: PrefectClient, deployment: DeploymentResponse) -> None:
    with contextlib.suppress(ObjectNotFound):
        await client.delete_deployment(deployment.id)
    logger.info("deployment %s is gone with its schedule", deployment.name)


async def _upsert_deployment(
    client: PrefectClient, flow_id: UUID, name: str, schedule: Schedule, tag: str
) -> UUID:
    """Make a deployment, or change the one of this name; its schedule is replaced."""
    return await client.create_deployment(
        flow_id=flow_id,
        name=name,
        description="Made from a schedule of Nodeloom; change it there.",
        entrypoint=RUN_WORKFLOW_ENTRYPOINT,
        work_pool_name=WORK_POOL,
        parameters=_parameters(schedule),
        parameter_openapi_schema=_SCHEMA,
        tags=_tags(schedule, tag),
        paused=schedule.paused,
        schedules=[
            DeploymentScheduleCreate(schedule=each, active=not schedule.paused, slug=slug)
            for slug, each in _expected_schedules(schedule).items()
        ],
    )


def _is_up_to_date(deployment: DeploymentResponse, schedule: Schedule, tag: str) -> bool:
    """Whether a deployment is as its schedule wants it."""
    found = {each.slug: each for each in deployment.schedules}
    expected = _expected_schedules(schedule)
    return (
        set(deployment.tags) == set(_tags(schedule, tag))
        and deployment.parameters == _parameters(schedule)
        and deployment.paused == schedule.paused
        and deployment.work_pool_name == WORK_POOL
        and deployment.entrypoint == RUN_WORKFLOW_ENTRYPOINT
        and len(found) == len(deployment.schedules)
        and all(each.active != schedule.paused for each in deployment.schedules)
        and {slug: _schedule_fields(each.schedule) for slug, each in found.items()}
        == {slug: _schedule_fields(each) for slug, each in expected.items()}
    )


def _expected_schedules(schedule: Schedule) -> dict[str, SCHEDULE_TYPES]:
    timing = timing_adapter.validate_python(schedule.timing)
    return to_prefect_schedules(timing, datetime.now(UTC))


def _schedule_fields(schedule: SCHEDULE_TYPES) -> dict[str, Any]:
    return {"kind": type(schedule).__name__, **schedule.model_dump(mode="json")}


def _tags(schedule: Schedule, tag: str) -> list[str]:
    return [NODELOOM_TAG, tag, f"schedule:{schedule.id}", f"workflow:{schedule.workflow_id}"]


def _parameters(schedule: Schedule) -> dict[str, Any]:
    return {"schedule_id": str(schedule.id)}
