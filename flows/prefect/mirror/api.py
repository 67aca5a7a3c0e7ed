"""Writes Prefect's record of a run after the fact: what the engine would have told in its time.

Times of task runs can be told as they were; a flow run's times are those of the moment in which
its state is set, so its message tells the true ones.
"""

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID, uuid5

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import FlowRun, TaskRun
from prefect.client.schemas.actions import FlowCreate, FlowRunCreate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, State, StateType
from prefect.client.schemas.sorting import FlowRunSort, TaskRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Pending, to_state_create

from db.tables import NodeExecution
from flows.planning.plan import Step
from flows.prefect.host.flow import run_workflow
from flows.prefect.names import NODELOOM_TAG, recorded_flow_run_id, without_run_tags
from flows.prefect.records.snapshot import HOSTED_SEQ, SEQ_LABEL
from flows.prefect.records.task_events import flow_run_resources, task_run_event
from flows.prefect.records.task_runs import TaskRuns
from flows.prefect.states import task_run_end_state, to_outcome
from schemas.wire.run import NodeStatus

PAGE_SIZE: Final = 200
EVENT_BATCH_SIZE: Final = 100
MAX_KNOWN_FLOWS: Final = 1_000
DEPLOYMENT_TTL_SECONDS: Final = 30.0
"""So long it is believed that the deployment is still there, or still is not."""
OPEN_TYPES: Final = tuple(type_ for type_ in StateType if type_ not in TERMINAL_STATES)
"""Of flow runs and task runs that have no end yet."""
_FLOW_RUN_EVENTS: Final = "prefect.flow-run."
_FREQUENT_EVENTS: Final = [
    f"{_FLOW_RUN_EVENTS}{name}" for name in ("Pending", "Running", "heartbeat")
]


@dataclass(frozen=True)
class Deployment:
    """What a flow run has to belong to in order to be retried from Prefect."""

    id: UUID | None
    work_pool: str | None

    @property
    def run_fields(self) -> dict[str, str]:
        """What Prefect's API is told about a flow run of this deployment."""
        if self.id is None:
            return {}
        pool = {"work_pool_name": self.work_pool} if self.work_pool else {}
        return {"deployment_id": str(self.id)} | pool


@dataclass(frozen=True)
class FlowRunChange:
    """A flow run that came into another state, and when."""

    flow_run_id: UUID | None
    """None: it names none, as anybody may send events."""
    at: datetime


@dataclass
class PrefectRunApi:
    """Prefect's API, as far as it is needed to write a record."""

    CHANGES_PER_PAGE: ClassVar[int] = 50  # more than that Prefect does not give
    client: PrefectClient
    _flow_ids: dict[str, UUID] = field(default_factory=dict[str, UUID])
    _deployment: Deployment | None = None
    _deployment_expires_at: float = float("-inf")

    async def create_flow_run(
        self,
        key: str,
        name: str,
        parameters: dict[str, Any],
        tags: Sequence[str],
        *,
        flow_name: str = run_workflow.name,
        flow_version: str | None = None,
    ) -> FlowRun:
        """Make a flow run, or give the one that was made with the same key before."""
        create = FlowRunCreate(
            flow_id=await self.find_flow(flow_name),
            flow_version=flow_version,
            name=name,
            parameters=parameters,
            tags=list(tags),
            state=to_state_create(Pending()),
            idempotency_key=key,
        )
        body = create.model_dump(mode="json", exclude_unset=True)
        try:
            deployment = await self._find_deployment()
            response = await self.client.request(
                "POST", "/flow_runs/", json=body | deployment.run_fields
            )
        except Exception:
            # The server may have lost its database in the meantime.
            self._flow_ids.clear()
            self._deployment_expires_at = float("-inf")
            raise
        return FlowRun.model_validate(response.json())

    async def update_flow_run(
        self, id: UUID, name: str, tags: Sequence[str], flow_version: str | None
    ) -> FlowRun:
        """Give a flow run that was made in Prefect, with our name and tags.

        Raises:
            ObjectNotFound: somebody deleted it.
        """
        flow_run = await self.client.read_flow_run(id)
        other_tags = without_run_tags(flow_run.tags)
        named: dict[str, Any] = {"tags": sorted({*other_tags, *tags}), "name": name}
        await self.client.update_flow_run(
            id, flow_version=flow_version, name=name, tags=named["tags"]
        )
        state = flow_run.state
        if state is not None and (state.is_paused() or state.is_completed() or state.is_crashed()):
            named["state"] = Pending(message="A worker has it.")
            await self.set_state(id, named["state"])
        return flow_run.model_copy(update=named)

    async def list_open(self, types: Sequence[StateType], offset: int) -> list[FlowRun]:
        """Give a page of our flow runs that are in states of these types, the oldest first."""
        return await self.client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                tags=FlowRunFilterTags(all_=[NODELOOM_TAG]), state=_state_filter(types)
            ),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=PAGE_SIZE,
            offset=offset,
        )

    async def list_by_id(self, ids: Sequence[UUID]) -> list[FlowRun]:
        """Give those of these flow runs, at most a page, that are there."""
        return await self.client.read_flow_runs(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(ids))), limit=PAGE_SIZE
        )

    async def list_changes(
        self, since: datetime, until: datetime | None = None
    ) -> list[FlowRunChange]:
        """Give a page of the changes of flow runs' states, the oldest first.

        Those into a state that `list_open` finds first are left out.
        """
        occurred = {"since": since.isoformat()} | ({"until": until.isoformat()} if until else {})
        body = {
            "filter": {
                "occurred": occurred,
                "event": {"prefix": [_FLOW_RUN_EVENTS], "exclude_name": _FREQUENT_EVENTS},
                "resource": {"id_prefix": [_FLOW_RUN_EVENTS]},
                "order": "ASC",
            },
            "limit": self.CHANGES_PER_PAGE,
        }
        answer = await self.client.request("POST", "/events/filter", json=body)
        return [
            FlowRunChange(
                _parse_id(each["resource"]["prefect.resource.id"].removeprefix(_FLOW_RUN_EVENTS)),
                datetime.fromisoformat(each["occurred"]),
            )
            for each in answer.json()["events"]
        ]

    async def list_in_states(
        self, flow_run_ids: Sequence[UUID], types: Sequence[StateType]
    ) -> list[FlowRun]:
        """Give those of these flow runs, at most a page, that are in states of these types."""
        return await self.client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                id=FlowRunFilterId(any_=list(flow_run_ids)),
                state=_state_filter(types),
            ),
            limit=PAGE_SIZE,
        )

    async def list_task_runs(self, *flow_run_ids: UUID) -> dict[UUID, TaskRun]:
        """Give all task runs of flow runs by their ids."""
        found: dict[UUID, TaskRun] = {}
        while True:
            page = await self.client.read_task_runs(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(flow_run_ids))),
                sort=TaskRunSort.ID_DESC,
                limit=PAGE_SIZE,
                offset=len(found),
            )
            found |= {each.id: each for each in page}
            if len(page) < PAGE_SIZE:
                return found

    async def list_open_task_runs(self, ended_seconds_ago: float, offset: int) -> list[TaskRun]:
        """Give a page of our task runs that are open although their flow run ended so long ago."""
        before = datetime.now(UTC) - timedelta(seconds=ended_seconds_ago)
        return await self.client.read_task_runs(
            flow_run_filter=FlowRunFilter(
                tags=FlowRunFilterTags(all_=[NODELOOM_TAG]),
                end_time=FlowRunFilterEndTime.model_validate({"before_": before}),
            ),
            task_run_filter=TaskRunFilter(
                state=TaskRunFilterState(type=TaskRunFilterStateType(any_=list(OPEN_TYPES)))
            ),
            sort=TaskRunSort.ID_DESC,
            limit=PAGE_SIZE,
            offset=offset,
        )

    async def emit_task_events(self, flow_run: FlowRun, task_runs: Sequence[TaskRun]) -> None:
        """Tell of task runs that have ended; the server writes them down within seconds."""
        resources = flow_run_resources(flow_run)
        events = [task_run_event(each, None, resources) for each in task_runs]
        for first in range(0, len(events), EVENT_BATCH_SIZE):
            batch = events[first : first + EVENT_BATCH_SIZE]
            await self.client.request("POST", "/events", json=batch)

    async def set_state(self, flow_run_id: UUID, state: State[None]) -> None:
        """Put a flow run into a state, whatever state it is in."""
        await self.client.set_flow_run_state(flow_run_id, state, force=True)

    async def _find_deployment(self) -> Deployment:
        """Give the deployment that flow runs belong to, so that Prefect offers to retry them."""
        if self._deployment is None or time.monotonic() > self._deployment_expires_at:
            name = f"{run_workflow.name}/{run_workflow.name}"
            try:
                found = await self.client.read_deployment_by_name(name)
            except ObjectNotFound:  # `prefect deploy --all` was not run yet
                self._deployment = Deployment(None, None)
            else:
                self._deployment = Deployment(found.id, found.work_pool_name)
            self._deployment_expires_at = time.monotonic() + DEPLOYMENT_TTL_SECONDS
        return self._deployment

    async def find_flow(self, name: str) -> UUID:
        """Give the flow of this name, which is made if it is not there."""
        if name not in self._flow_ids:
            while len(self._flow_ids) >= MAX_KNOWN_FLOWS:
                self._flow_ids.pop(next(iter(self._flow_ids)))
            body = FlowCreate(name=name).model_dump(mode="json")
            answer = await self.client.request("POST", "/flows/", json=body)
            self._flow_ids[name] = UUID(answer.json()["id"])
        return self._flow_ids[name]


def _parse_id(text: str) -> UUID | None:
    with contextlib.suppress(ValueError):
        return UUID(text)
    return None


def _state_filter(types: Sequence[StateType]) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types)))


def ended_task_run(
    task_run: TaskRun,
    state: State[None],
    tags: Iterable[str],
    started_at: datetime | None,
    finished_at: datetime | None,
    *,
    after: datetime | None = None,
) -> TaskRun:
    """Give a task run as it is after its end; Prefect takes only a state that is later than what it has: `after`."""
    finished_at = finished_at or datetime.now(UTC)
    started_at = started_at or finished_at
    at = finished_at if after is None else max(finished_at, after + timedelta(milliseconds=1))
    # The same each time it is told: a second state of a task run at the same moment is refused by
    # the server, together with a hundred events that happen to be in its batch.
    state = state.model_copy(update={"id": uuid5(task_run.id, at.isoformat()), "timestamp": at})
    return task_run.model_copy(
        update={
            "tags": list(tags),
            "state": state,
            "state_id": state.id,
            "state_type": state.type,
            "state_name": state.name,
            "expected_start_time": started_at,
            "start_time": started_at,
            "end_time": finished_at,
            "total_run_time": max(finished_at - started_at, timedelta()),
            "run_count": 1,
        }
    )


def ended_task_runs(
    task_runs: TaskRuns,
    steps: Iterable[Step],
    rows: Mapping[str, NodeExecution],
    known: Mapping[UUID, TaskRun],
) -> list[TaskRun]:
    """Give the ends of nodes that have ended, from their rows, where Prefect does not know them."""
    found: list[TaskRun] = []
    for step in steps:
        row, known_run = rows[step.node_id], known.get(task_runs.ids[step.node_id])
        if known_run is not None and shows_end(known_run, NodeStatus(row.status)):
            continue
        after = known_run.state.timestamp if known_run and known_run.state else None
        found.append(
            ended_task_run(
                task_runs.make_task_run(step),
                task_run_end_state(to_outcome(row)),
                task_runs.tags(step),
                row.started_at,
                row.finished_at,
                after=after,
            )
        )
    return found


def has_visible_end(row: NodeExecution) -> bool:
    """Whether a node has ended and its work had begun; what was skipped is not shown."""
    return NodeStatus(row.status).terminal and (row.started_at is not None or row.reused)


def shows_end(task_run: TaskRun, status: NodeStatus) -> bool:
    """Whether Prefect knows the end of a task run, and does not show a success as anything else."""
    is_completed = task_run.state is not None and task_run.state.is_completed()
    return is_final(task_run) and (is_completed or status is not NodeStatus.COMPLETED)


def is_final(task_run: TaskRun) -> bool:
    """Whether Prefect knows the end of a task run."""
    return task_run.state is not None and task_run.state.is_final()


def is_recorded(flow_run: FlowRun, run_id: UUID) -> bool:
    """Whether the recorder writes it, as its own or as one that was started in Prefect."""
    label = flow_run.labels.get(SEQ_LABEL, HOSTED_SEQ)
    return label != HOSTED_SEQ or flow_run.id == recorded_flow_run_id(run_id)
