"""Schedules: when workflows run by themselves."""

from collections.abc import Callable, Sequence
from typing import Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import LOCATION, error_responses
from api.media.embedded import extract_input_files
from api.openapi.operations import operation_docs
from api.routes.workflows import valid_workflow_id
from api.state.app_state import AppState
from api.views.prefect import prefect_ui_url
from api.views.schedule import present_schedule, present_tick
from db.assets import add_assets
from db.schedules import (
    delete_schedule,
    find_latest_ticks,
    get_schedule,
    list_schedules,
    list_ticks,
)
from db.tables import Schedule
from db.tables.base import database_time
from db.workflows import get_workflow
from flows.schedules.edit import make_schedule, preview_times, update_schedule
from schemas.values import MediaValue
from schemas.wire.schedule import (
    NextTimes,
    ScheduleCreate,
    SchedulePage,
    ScheduleRead,
    ScheduleUpdate,
    TickPage,
    TimingPreview,
)

P = ParamSpec("P")

WORKFLOW_SCHEDULES: Final = "/workflows/{workflow_id:int}/schedules"


SCHEDULE_EXAMPLES: Final = {
    "mornings": (
        "On working days at nine, by the clocks of Berlin",
        {
            "name": "Mornings",
            "timing": {"kind": "cron", "cron": "0 9 * * 1-5", "timeZone": "Europe/Berlin"},
        },
    ),
    "hourly": (
        "Every hour, with another text",
        {
            "name": "Hourly",
            "timing": {"kind": "interval", "everySeconds": 3600},
            "inputs": {"product": {"text": "A cast-iron kettle."}},
            "catchUp": "skip",
            "overlap": "queue",
        },
    ),
    "once": (
        "Once",
        {"name": "Launch", "timing": {"kind": "once", "at": "2099-01-01T09:00:00+01:00"}},
    ),
}


class ScheduleController(Controller):
    """When workflows run by themselves."""

    path = "/api"
    tags = ("Schedules",)

    @get(
        WORKFLOW_SCHEDULES,
        operation_id="listWorkflowSchedules",
        summary="Schedules of a workflow, the newest first",
        responses=error_responses(404),
    )
    async def list_workflow_schedules(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
    ) -> SchedulePage:
        """List the schedules of a workflow, each with its next five times and its last tick."""
        return await _list(app_state, user, valid_workflow_id(workflow_id), limit, cursor)

    @post(
        WORKFLOW_SCHEDULES,
        operation_id="createSchedule",
        summary="Make a schedule",
        responses=error_responses(404, 409),
        response_headers=[LOCATION],
        opt=operation_docs(SCHEDULE_EXAMPLES),
    )
    async def create_schedule(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[ScheduleCreate],
    ) -> Response[ScheduleRead]:
        """Have a workflow run by itself: by a cron expression, every so many seconds, or once.

        Each tick starts at most one run, of the graph as it is stored then.
        """
        wanted, files = await _store_files(app_state, user, data)
        made = await _run_and_present(
            app_state, user, _make, valid_workflow_id(workflow_id), wanted, files
        )
        return Response(made, status_code=201, headers={"Location": f"/api/schedules/{made.id}"})

    @post(
        WORKFLOW_SCHEDULES + "/preview",
        operation_id="previewSchedule",
        summary="The next times of a schedule that is not made yet",
        status_code=200,
        responses=error_responses(404),
        opt=operation_docs(
            {
                "quarters": (
                    "Every quarter of an hour",
                    {
                        "timing": {
                            "kind": "cron",
                            "cron": "*/15 * * * *",
                            "timeZone": "America/New_York",
                        }
                    },
                )
            }
        ),
    )
    async def preview_schedule(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[TimingPreview],
    ) -> NextTimes:
        """Give the next five times, or say what is wrong; nothing is stored."""
        times = await app_state.database.run(
            preview_times, user.id, valid_workflow_id(workflow_id), data.timing
        )
        return NextTimes(next_times=times)

    @get("/schedules", operation_id="listSchedules", summary="All schedules, the newest first")
    async def list_schedules(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
    ) -> SchedulePage:
        """List the schedules of every workflow that is not deleted."""
        return await _list(app_state, user, None, limit, cursor)

    @get(
        "/schedules/{schedule_id:uuid}",
        operation_id="readSchedule",
        summary="One schedule",
        responses=error_responses(404),
    )
    async def read_schedule(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        schedule_id: FromPath[UUID],
    ) -> ScheduleRead:
        """Give a schedule with its next five times and its last tick."""
        return await _run_and_present(app_state, user, get_schedule, schedule_id)

    @patch(
        "/schedules/{schedule_id:uuid}",
        operation_id="updateSchedule",
        summary="Change, pause or resume a schedule",
        responses=error_responses(404),
        opt=operation_docs(
            {
                "pause": ("Pause it", {"paused": True}),
                "resume": ("Resume it", {"paused": False}),
                "other": ("Other times", {"timing": {"kind": "interval", "everySeconds": 900}}),
            }
        ),
    )
    async def update_schedule(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        schedule_id: FromPath[UUID],
        data: JSONBody[ScheduleUpdate],
    ) -> ScheduleRead:
        """Change what is sent: `{"paused": true}` pauses, `{"paused": false}` resumes.

        Ticks that fall into a pause are not caught up. Runs that go on are left alone.
        """
        return await _run_and_present(app_state, user, update_schedule, schedule_id, data)

    @delete(
        "/schedules/{schedule_id:uuid}",
        operation_id="deleteSchedule",
        summary="Delete a schedule",
        responses=error_responses(404),
    )
    async def delete_schedule(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        schedule_id: FromPath[UUID],
    ) -> None:
        """Delete a schedule and what it remembers of its ticks; its runs stay, and go on."""
        await app_state.database.run(delete_schedule, user.id, schedule_id)

    @get(
        "/schedules/{schedule_id:uuid}/ticks",
        operation_id="listScheduleTicks",
        summary="What became of the ticks of a schedule, the latest first",
        responses=error_responses(404),
    )
    async def list_schedule_ticks(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        schedule_id: FromPath[UUID],
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
    ) -> TickPage:
        """List ticks with the run that was made of each, or why there is none."""
        return await app_state.database.run(_list_ticks, user.id, schedule_id, limit, cursor)


ScheduleBody = TypeVar("ScheduleBody", ScheduleCreate, ScheduleUpdate)


async def _store_files(
    app_state: AppState, user: Identity, wanted: ScheduleBody
) -> tuple[ScheduleBody, list[MediaValue]]:
    """Put the files inside of the values into the store, and references in their place."""
    if not wanted.inputs:
        return wanted, []
    inputs, files = await extract_input_files(app_state.uploads, user.id, wanted.inputs)
    return wanted.model_copy(update={"inputs": inputs}), files


def _make(
    session: Session,
    owner_id: str,
    workflow_id: int,
    wanted: ScheduleCreate,
    files: Sequence[MediaValue],
) -> Schedule:
    add_assets(session, owner_id, files)
    return make_schedule(session, owner_id, workflow_id, wanted)


def _update(
    session: Session, owner_id: str, id: UUID, wanted: ScheduleUpdate, files: Sequence[MediaValue]
) -> Schedule:
    add_assets(session, owner_id, files)
    return update_schedule(session, owner_id, id, wanted)


async def _list(
    app_state: AppState, user: Identity, workflow_id: int | None, limit: int, cursor: str | None
) -> SchedulePage:
    """Answer with a page of the schedules of a workflow, or of all."""

    def find(session: Session, owner_id: str) -> SchedulePage:
        if workflow_id is not None:
            get_workflow(session, owner_id, workflow_id)  # 404 if there is none
        page = list_schedules(session, owner_id, workflow_id, limit, cursor)
        items = _present(session, owner_id, page.items, prefect_ui_url(app_state.settings))
        return SchedulePage(items=items, next_cursor=page.next_cursor)

    return await app_state.database.run(find, user.id)


async def _run_and_present(
    app_state: AppState,
    user: Identity,
    work: Callable[Concatenate[Session, str, P], Schedule],
    *args: P.args,
    **kwargs: P.kwargs,
) -> ScheduleRead:
    """Answer with the schedule that some work gives, in the transaction of that work."""

    def find(session: Session, owner_id: str) -> ScheduleRead:
        schedule = work(session, owner_id, *args, **kwargs)
        return _present(session, owner_id, [schedule], prefect_ui_url(app_state.settings))[0]

    return await app_state.database.run(find, user.id)


def _list_ticks(
    session: Session, owner_id: str, id: UUID, limit: int, cursor: str | None
) -> TickPage:
    get_schedule(session, owner_id, id)
    page = list_ticks(session, owner_id, id, limit, cursor)
    items = [present_tick(tick) for tick in page.items]
    return TickPage(items=items, next_cursor=page.next_cursor)


def _present(
    session: Session, owner_id: str, schedules: Sequence[Schedule], ui: str | None
) -> list[ScheduleRead]:
    now = database_time(session)
    ticks = find_latest_ticks(session, owner_id, [each.id for each in schedules])
    return [present_schedule(each, ticks.get(each.id), now, ui) for each in schedules]
