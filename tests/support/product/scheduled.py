"""Schedules of a workflow, and what Prefect has of them."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schedules import delete_schedule, get_schedule
from db.tables import Schedule, ScheduleTick, WorkflowRun
from flows.schedules.edit import make_schedule, update_schedule
from schemas.wire.schedule import ScheduleCreate, ScheduleUpdate
from support.product.backend import OWNER, Backend, eventually, graph, node

CRON = {"kind": "cron", "cron": "30 9 * * 1-5", "timeZone": "Europe/Berlin"}


@dataclass
class Scheduled:
    """A workflow whose schedules are deleted in the end."""

    backend: Backend
    workflow: int
    made: list[UUID] = field(default_factory=list[UUID])

    def make(self, **more: Any) -> UUID:
        """Make a schedule, on working days unless told otherwise."""
        wanted = ScheduleCreate.model_validate({"name": "Mornings", "timing": CRON} | more)
        with Session(self.backend.engine) as session, session.begin():
            self.made.append(make_schedule(session, OWNER, self.workflow, wanted).id)
        return self.made[-1]

    def make_due(self, seconds: float = 15, **more: Any) -> tuple[UUID, datetime]:
        """Make an hourly schedule whose first tick is so soon; give that, too."""
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
        timing = {"kind": "interval", "everySeconds": 3600, "anchorAt": due.isoformat()}
        return self.make(timing=timing, **more), due

    def make_planned(
        self, seconds: float, take: Callable[[Any], None], **more: Any
    ) -> tuple[UUID, datetime]:
        """Make a schedule, and do something with the flow run that Prefect plans for its first tick.

        If that was not done in time, as on a slow machine, another one is made with more time.
        """
        for _ in range(4):
            id, due = self.make_due(seconds, **more)
            deployment = self.synced()

            def planned(of: str = str(id), deployment: Any = deployment) -> list[Any]:
                found = self.planned(deployment)
                return [each for each in found if each["parameters"].get("schedule_id") == of]

            first = eventually(planned, 180)[0]
            take(first)
            if datetime.now(UTC) < due - timedelta(seconds=2):
                return id, due
            seconds *= 2
        raise AssertionError(f"too late for a tick that was due after {seconds / 2} s")

    def cancel_tick(self, seconds: float, **state: str) -> tuple[UUID, datetime]:
        """Make a schedule whose first tick is cancelled in Prefect."""

        def cancel(flow_run: Any) -> None:
            body = {"type": "CANCELLED", "name": "Cancelled"} | state
            self.backend.prefect(f"/flow_runs/{flow_run['id']}/set_state", state=body, force=True)

        return self.make_planned(seconds, cancel)

    def change(self, id: UUID, **more: Any) -> None:
        """Change a schedule as its owner does."""
        with Session(self.backend.engine) as session, session.begin():
            update_schedule(session, OWNER, id, ScheduleUpdate.model_validate(more))

    def delete(self) -> None:
        """Delete all schedules."""
        with Session(self.backend.engine) as session, session.begin():
            for row in session.scalars(select(Schedule).where(Schedule.id.in_(self.made))):
                delete_schedule(session, OWNER, row.id)

    def row(self, id: UUID) -> Schedule:
        """Give a schedule's row."""
        with Session(self.backend.engine, expire_on_commit=False) as session:
            return get_schedule(session, OWNER, id)

    def tick(self, id: UUID, due_at: datetime) -> ScheduleTick | None:
        """Give what became of a tick."""
        with Session(self.backend.engine, expire_on_commit=False) as session:
            return session.get(ScheduleTick, (id, due_at))

    def runs(self) -> list[WorkflowRun]:
        """Give the runs of the workflow, the oldest first."""
        with Session(self.backend.engine, expire_on_commit=False) as session:
            wanted = select(WorkflowRun).where(WorkflowRun.workflow_id == self.workflow)
            return list(session.scalars(wanted.order_by(WorkflowRun.created_at)))

    def deployments(self) -> list[Any]:
        """Give what Prefect has of the workflow."""
        tags = {"all_": ["nodeloom", f"workflow:{self.workflow}"]}
        return self.backend.prefect("/deployments/filter", deployments={"tags": tags})

    def synced(self, *ids: UUID) -> Any:
        """Wait until Prefect shows these schedules as they are; give the one deployment."""

        def poll() -> Any:
            rows = [self.row(id) for id in ids or self.made]
            if any(row.synced_revision != row.revision for row in rows):
                return None
            found = self.deployments()
            same = [each for each in found if UUID(each["id"]) == rows[0].prefect_deployment_id]
            return same[0] if len(found) == len(same) == 1 else None

        return eventually(poll, 120)

    def shown(self, deployment: Any, id: UUID) -> Any:
        """Give Prefect's schedule that shows one of ours."""
        fresh = self.backend.prefect(f"/deployments/{deployment['id']}")
        slug = f"schedule-{str(id)[:8]}"
        return next((each for each in fresh["schedules"] if each["slug"] == slug), None)

    def activate(self, deployment: Any, id: UUID, *, active: bool) -> None:
        """Switch a schedule on or off in Prefect's page, which sends this."""
        shown = self.shown(deployment, id)
        body = {key: shown[key] for key in ("slug", "schedule", "parameters")}
        self.patch_schedule(deployment, id, **body, active=active)

    def patch_schedule(self, deployment: Any, id: UUID, **fields: Any) -> None:
        """Change a schedule as Prefect's command line does, which drops its parameters."""
        path = f"/deployments/{deployment['id']}/schedules/{self.shown(deployment, id)['id']}"
        self.backend.send_prefect("PATCH", path, **fields)

    def update_deployment(self, deployment: Any, **fields: Any) -> None:
        """Change a deployment in Prefect's page."""
        self.backend.send_prefect("PATCH", f"/deployments/{deployment['id']}", **fields)

    def start(self, deployment: Any, **parameters: Any) -> Any:
        """Start the workflow from Prefect's page; give the flow run."""
        path = f"/deployments/{deployment['id']}/create_flow_run"
        return self.backend.prefect(path, parameters=parameters)

    def make_foreign_deployment(self, ours: Any, name: str) -> Any:
        """Make a deployment of another installation in our work pool, beside ours."""
        return self.backend.prefect(
            "/deployments/",
            name=name,
            flow_id=ours["flow_id"],
            parameters={"workflow_id": self.workflow},
            tags=["nodeloom", "installation:00000000"],
            work_pool_name="nodeloom",
        )

    def planned(self, deployment: Any) -> list[Any]:
        """Give the flow runs of a deployment, the first that is due first."""
        only = {"deployment_id": {"any_": [deployment["id"]]}}
        order = "EXPECTED_START_TIME_ASC"
        return self.backend.prefect("/flow_runs/filter", flow_runs=only, sort=order)

    def flow_run(self, id: Any, *states: str, seconds: float = 60) -> Any:
        """Wait until a flow run is in one of these states; give it."""

        def poll() -> Any:
            found = self.backend.prefect(f"/flow_runs/{id}")
            return found if found["state_name"] in states else None

        try:
            return eventually(poll, seconds)
        except AssertionError as error:
            state = self.backend.prefect(f"/flow_runs/{id}")["state"]
            parts = [*self.backend.workers, *self.backend.recorders]
            said = "\n".join(f"running: {each.running}: {each.output()[-4000:]}" for each in parts)
            raise AssertionError(f"{error}: {state}\n{said}") from error


@contextmanager
def scheduled(backend: Backend, document: Any) -> Generator[Scheduled]:
    """Store a workflow; delete its schedules in the end, and wait until Prefect has none."""
    made = Scheduled(backend, backend.store(document))
    yield made
    made.delete()
    eventually(lambda: not made.deployments(), 120)


@contextmanager
def slow_workflow(backend: Backend, seconds: int, name: str) -> Generator[Scheduled]:
    """A workflow whose run takes so long."""
    message = f"wait {seconds} say {name}"
    with scheduled(backend, graph([node("slow", "llm", userMessage=message)])) as made:
        yield made
