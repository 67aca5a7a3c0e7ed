"""Keeps Prefect's deployments in step with our workflows and schedules, in both directions.

A workflow with schedules has one deployment, with a schedule of Prefect's for each of ours. Every
five seconds the recorder that leads compares all deployments of this installation with the rows, and at
once when a change of a schedule is notified. What was paused or resumed in Prefect since the last time is done
here; everything else is as our rows say, and is set back. Limits, tags, job variables and the work pool
that operators give a deployment stay. Deployments without the installation's tag are never touched, but for
one thing: those of an earlier version of Nodeloom, made with `prefect deploy`, are pointed to where their
flows are now. Everything here may be done twice.
"""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound, PrefectException, PrefectHTTPStatusError
from sqlalchemy.orm import Session

from db.postgres.background import Background, Backoff
from db.schedule_ticks import mark_synced
from db.tables import Schedule
from db.workflows import get_workflow
from flows.engine.runtime import Runtime
from flows.maintenance.leader import Leadership
from flows.planning.compiled import compile_version
from flows.prefect.deployments.api import (
    PAGE_SIZE,
    free_name,
    list_deployments,
    move_entrypoints,
    retire,
)
from flows.prefect.deployments.deployment import (
    ExpectedDeployment,
    find_deployed_workflows,
    is_paused,
    workflow_id,
)
from flows.prefect.deployments.held_ticks import HeldTicks
from flows.prefect.host.run_parameters import form_schema, has_form
from flows.prefect.host.work_pool import ensure_work_pool
from flows.prefect.input_form import inputs_schema
from flows.prefect.installation import get_installation_tag
from flows.prefect.loading import is_reachable
from flows.prefect.names import (
    NODELOOM_TAG,
    RUN_WORKFLOW_ENTRYPOINT,
    WORK_POOL,
    is_own_slug,
)
from flows.schedules.edit import update_schedule
from schemas.errors import NotFoundError
from schemas.wire.schedule import ScheduleUpdate

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS: Final = 120.0
"""After so long a round is given up."""
SYNC_INTERVAL_SECONDS: Final = 5.0
"""Less than a tick is left to Prefect, so that none is taken that is due after a pause there."""
MAX_INTERVAL_SECONDS: Final = 30.0
"""The same for each page of deployments, up to this."""
RETRY_SECONDS: Final = 2.0
"""Between two attempts, while Prefect is away or another executor is at it."""
UPDATE_SECONDS: Final = 30.0
"""Between two changes of a deployment's text and form, as a workflow is saved every few seconds."""
BEFORE_TICK_SECONDS: Final = 15.0
"""So long before a tick they are not changed: Prefect then makes the flow runs of its ticks anew."""
MAX_UPDATE_SECONDS: Final = 600.0
"""After so long they are changed all the same."""

REFUSED_STATUSES: Final = (400, 409, 422)
MAX_REASON_LENGTH: Final = 500
"""Of what Prefect says of a refusal, in characters."""
REFUSED_BACKOFF: Final = Backoff(first_seconds=SYNC_INTERVAL_SECONDS, max_seconds=300.0)
"""So long a deployment is left alone that Prefect has refused, unless its workflow or schedules change."""
Key = tuple[str, *tuple[Hashable, ...]]
"""What is done with a deployment: of what it is, and as what of it."""
Refused = tuple[int, float]
"""How often in a row, and until when it is left alone."""


class DeploymentSync:
    """Keeps deployments in step for as long as the executor lives."""

    def __init__(
        self,
        runtime: Runtime,
        prefect_api_url: str,
        client: PrefectClient,
        leadership: Leadership,
    ) -> None:
        """Prepare; `run` does it."""
        self._leadership = leadership
        self._runtime = runtime
        self._url = prefect_api_url
        self._client = client
        self.changed = asyncio.Event()
        """Set when a schedule has changed."""
        self._moved = False
        """Whether deployments of earlier versions were looked for."""
        self._flow_ids: dict[str, UUID] = {}
        self._updated_at: dict[UUID, float] = {}
        self._known: list[DeploymentResponse] = []
        self._refused: dict[Key, Refused] = {}
        """What Prefect has refused, by what it was."""
        self._held = HeldTicks(runtime)

    async def run(self) -> None:
        """Compare when something changed and now and then, until cancelled."""
        hold = partial(self._do_if_leader, self._hold_all)
        sync = partial(self._do_if_leader, self._sync_all)
        async with Background("deployments") as background:
            background.every(SYNC_INTERVAL_SECONDS, hold, name="held ticks")
            await background.every(SYNC_INTERVAL_SECONDS, sync, wake=self.changed)

    async def _do_if_leader(self, work: Callable[[], Awaitable[float]]) -> float:
        """Do a round if we lead; give the seconds until the next."""
        if not self._leadership.is_held or not await is_reachable(self._url):
            return RETRY_SECONDS
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await work()

    async def _hold_all(self) -> float:
        await self._held.find(self._client, self._known)
        return SYNC_INTERVAL_SECONDS

    async def _sync_all(self) -> float:
        if not self._moved:
            await move_entrypoints(self._client)
            self._moved = True
        try:
            await self.sync(self._client)
        except Exception:
            self._flow_ids.clear()  # the server may have lost its database in the meantime
            raise
        pages = 1 + len(self._known) // PAGE_SIZE
        return min(SYNC_INTERVAL_SECONDS * pages, MAX_INTERVAL_SECONDS)

    async def sync(self, client: PrefectClient) -> None:
        """Bring every deployment of this installation in step with its workflow."""
        tag = await get_installation_tag(self._runtime)
        workflows = await self._runtime.run_in_transaction(find_deployed_workflows)
        own = DeploymentFilter(tags=DeploymentFilterTags(all_=[NODELOOM_TAG, tag]))
        known = self._known = await list_deployments(client, deployment_filter=own)
        by_workflow: defaultdict[int | None, list[DeploymentResponse]] = defaultdict(list)
        for each in known:
            by_workflow[workflow_id(each)].append(each)
        if workflows:
            await ensure_work_pool(client)
        former, self._refused = self._refused, {}
        for workflow in workflows:
            expected = ExpectedDeployment(workflow, tag, self._runtime.settings)
            sync = self._sync_workflow(client, expected, by_workflow.pop(workflow.id, []))
            revisions = tuple((row.id, row.revision) for row in workflow.schedules)
            await self._try(former, (f"workflow {workflow.id}", workflow.revision, revisions), sync)
        for strays in by_workflow.values():
            for each in strays:
                await self._try(former, (each.name, each.id), retire(client, each))
        self._updated_at = {
            each.id: self._updated_at[each.id] for each in known if each.id in self._updated_at
        }

    async def _try(
        self, former: Mapping[Key, Refused], key: Key, work: Coroutine[Any, Any, None]
    ) -> None:
        """Do work on one deployment; where Prefect refuses that, it stops no other, and comes later."""
        failures, until = former.get(key, (0, 0.0))
        if time.monotonic() < until:
            work.close()
            self._refused[key] = failures, until
            return
        try:
            await work
        except (PrefectException, PrefectHTTPStatusError, ValueError) as error:
            self._flow_ids.clear()  # the server may have lost its database in the meantime
            pause = REFUSED_BACKOFF.seconds(failures + 1)
            self._refused[key] = failures + 1, time.monotonic() + pause
            late = "the deployment of %s: refused, tried again in %.0f s: %s"
            logger.warning(late, key[0], pause, _reason(error))

    async def _sync_workflow(
        self, client: PrefectClient, expected: ExpectedDeployment, found: list[DeploymentResponse]
    ) -> None:
        """Bring one deployment in step; one of a workflow that was renamed is replaced."""
        flow_id = await self._find_flow(client, expected.flow_name)
        current = next((each for each in found if each.flow_id == flow_id), None)
        shown = current or next(iter(found), None)
        if shown is not None:
            expected = await self._adopt_pauses(expected, shown)
        if not expected.workflow.schedules:
            return  # they were deleted at this moment, and the next round removes it
        if current is not None:
            await self._update(client, expected, current)
            deployment_id = current.id
        else:
            deployment_id = await self._create(client, expected, flow_id, shown)
        for row in expected.workflow.schedules:
            mark = partial(mark_synced, id=row.id, revision=row.revision, paused=row.paused)
            synced = (row.synced_revision, row.synced_paused, row.prefect_deployment_id)
            if synced != (row.revision, row.paused, deployment_id):
                await self._runtime.run_in_transaction(partial(mark, deployment_id=deployment_id))
        for each in found:
            if each is not current:
                await retire(client, each)

    async def _adopt_pauses(
        self, expected: ExpectedDeployment, shown: DeploymentResponse
    ) -> ExpectedDeployment:
        """Pause and resume our schedules as somebody has done in Prefect since it was told last."""
        rows: list[Schedule] = []
        for row in expected.workflow.schedules:
            paused = is_paused(shown, row.id)
            known = row.prefect_deployment_id == shown.id and row.synced_paused is not None
            if known and paused is not None and row.paused != paused != row.synced_paused:
                adopt = partial(_adopt_pause, seen=row, paused=paused)
                adopted = await self._runtime.run_in_transaction(adopt)
                rows += [adopted] if adopted else []
            else:
                rows.append(row)
        return replace(expected, workflow=replace(expected.workflow, schedules=tuple(rows)))

    async def _create(
        self,
        client: PrefectClient,
        expected: ExpectedDeployment,
        flow_id: UUID,
        former: DeploymentResponse | None,
    ) -> UUID:
        """Make a deployment; it takes over what operators gave to the one of the former name."""
        paused, active = expected.activity(former)
        limit = (
            former.global_concurrency_limit.limit
            if former and former.global_concurrency_limit
            else None
        )
        create = partial(
            client.create_deployment,
            flow_id=flow_id,
            name=await free_name(client, expected.flow_name, expected.name, expected.tag),
            version=expected.version,
            description=expected.description,
            entrypoint=RUN_WORKFLOW_ENTRYPOINT,
            work_pool_name=(former and former.work_pool_name) or WORK_POOL,
            work_queue_name=former and former.work_queue_name,
            pull_steps=former and former.pull_steps,
            concurrency_limit=limit,
            concurrency_options=former and former.concurrency_options,
            parameters=expected.parameters,
            parameter_openapi_schema=await self._form(expected),
            enforce_parameter_schema=True,
            tags=sorted(expected.tags | set(former.tags if former else ())),
            paused=paused,
            schedules=[
                DeploymentScheduleCreate(
                    schedule=each.schedule,
                    active=active[each.row.id],
                    parameters=each.parameters,
                    slug=slug,
                )
                for slug, each in expected.schedules.items()
            ],
        )
        variables = former.job_variables if former else None
        try:
            deployment_id = await create(job_variables=variables)
        except PrefectHTTPStatusError as error:
            if not variables or error.response.status_code not in REFUSED_STATUSES:
                raise
            lost = "deployment %s loses its job variables %s, which Prefect refuses: %s"
            logger.warning(lost, expected.name, sorted(variables), _reason(error))
            deployment_id = await create()
        logger.info("workflow %s is deployed as %s", expected.workflow.id, expected.name)
        return deployment_id

    async def _update(
        self, client: PrefectClient, expected: ExpectedDeployment, current: DeploymentResponse
    ) -> None:
        """Change what differs."""
        paused, active = expected.activity(current)
        changes: dict[str, Any] = {} if current.paused == paused else {"paused": paused}
        if self._may_update(expected, current):
            changes |= await self._changed_fields(expected, current)
        if changes:
            self._updated_at[current.id] = time.monotonic()
            await client.update_deployment(current.id, DeploymentUpdate(**changes))
        shown = {each.slug: each for each in current.schedules if is_own_slug(each.slug)}
        for slug, each in shown.items():
            if slug not in expected.schedules:
                with contextlib.suppress(ObjectNotFound):
                    await client.delete_deployment_schedule(current.id, each.id)
        missing: list[DeploymentScheduleCreate] = []
        for slug, each in expected.schedules.items():
            fields: dict[str, Any] = {
                "schedule": each.schedule,
                "active": active[each.row.id],
                "parameters": each.parameters,
                "slug": slug,
            }
            if slug not in shown:
                missing.append(DeploymentScheduleCreate(**fields))
            elif not each.is_shown_by(shown[slug], active=active[each.row.id]):
                with contextlib.suppress(ObjectNotFound):
                    await client.update_deployment_schedule(current.id, shown[slug].id, **fields)
        if missing:
            await client.create_deployment_schedules(current.id, missing)

    def _may_update(self, expected: ExpectedDeployment, current: DeploymentResponse) -> bool:
        """Whether text and form may be changed now, as far as ticks and earlier changes go."""
        since = time.monotonic() - self._updated_at.setdefault(
            current.id, time.monotonic() - UPDATE_SECONDS
        )
        rows, soon = (
            expected.workflow.schedules,
            datetime.now(UTC) + timedelta(seconds=BEFORE_TICK_SECONDS),
        )
        quiet = not any(row.next_at and row.next_at <= soon for row in rows)
        changed = any(row.revision != row.synced_revision for row in rows)
        changed |= current.work_pool_name is None  # somebody deleted it, and it was made again
        return changed or since >= (UPDATE_SECONDS if quiet else MAX_UPDATE_SECONDS)

    async def _changed_fields(
        self, expected: ExpectedDeployment, current: DeploymentResponse
    ) -> dict[str, Any]:
        """Give the fields that differ from what they should be."""
        wanted: dict[str, Any] = {
            "version": expected.version,
            "description": expected.description,
            "entrypoint": RUN_WORKFLOW_ENTRYPOINT,
            "parameters": expected.parameters,
            "enforce_parameter_schema": True,
        }
        changes = {name: value for name, value in wanted.items() if getattr(current, name) != value}
        if not expected.tags <= set(current.tags):
            changes["tags"] = sorted(expected.tags | set(current.tags))
        if current.work_pool_name is None:
            changes["work_pool_name"] = WORK_POOL
        if "version" in changes or not has_form(current.parameter_openapi_schema):
            changes["parameter_openapi_schema"] = await self._form(expected)
        return changes

    async def _form(self, expected: ExpectedDeployment) -> dict[str, Any]:
        """Give the form of a workflow, with its inputs, and its nodes to choose from."""
        owner_id = expected.workflow.schedules[0].owner_id

        def read(session: Session) -> dict[str, Any]:
            workflow = get_workflow(session, owner_id, expected.workflow.id)
            types = self._runtime.node_types
            graph = compile_version(workflow.version_id, workflow.graph, types).graph
            if graph is None:
                return form_schema([])
            return form_schema([node.id for node in graph.nodes], inputs_schema(graph, types))

        try:
            return await self._runtime.run_in_transaction(read)
        except NotFoundError:  # deleted at this moment
            return form_schema([])

    async def _find_flow(self, client: PrefectClient, name: str) -> UUID:
        if name not in self._flow_ids:
            self._flow_ids[name] = await client.create_flow_from_name(name)
        return self._flow_ids[name]


def _reason(error: Exception) -> str:
    """Say why Prefect refuses something, as far as it says it."""
    answer = error.response.text if isinstance(error, PrefectHTTPStatusError) else str(error)
    return answer[:MAX_REASON_LENGTH]


def _adopt_pause(session: Session, seen: Schedule, *, paused: bool) -> Schedule | None:
    """Pause or resume a schedule; None: it was deleted meanwhile."""
    with contextlib.suppress(NotFoundError):
        update = ScheduleUpdate(paused=paused)
        row = update_schedule(session, seen.owner_id, seen.id, update)
        logger.info("schedule %s was %s in Prefect", row.id, "paused" if paused else "resumed")
        session.refresh(row)
        return row
    return None
