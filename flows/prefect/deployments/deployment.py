"""What the deployment of a workflow is to be, from our rows. Pure.

Publishing: a published workflow without schedules gets its deployment here, too, once there are any;
`find_deployed_workflows` is the one place that says which workflows have one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import SCHEDULE_TYPES
from sqlalchemy.orm import Session

from db.schedule_ticks import ScheduledWorkflow, find_scheduled_workflows
from db.tables import Schedule
from flows.prefect.deployments.timings import to_prefect_schedules
from flows.prefect.names import NODELOOM_TAG, deployment_name, flow_name, schedule_slug
from flows.prefect.records.artifact_text import escape_markdown, workflow_url
from schemas.settings import Settings
from schemas.wire.schedule import timing_adapter

_WORKFLOW: Final = "workflow:"
_SCHEDULE: Final = "schedule:"


def find_deployed_workflows(session: Session) -> list[ScheduledWorkflow]:
    """Give every workflow that is to have a deployment."""
    return find_scheduled_workflows(session)


@dataclass(frozen=True)
class ExpectedSchedule:
    """A schedule of Prefect's as it should be, and ours of which it is a part."""

    row: Schedule
    schedule: SCHEDULE_TYPES

    @property
    def parameters(self) -> dict[str, Any]:
        """Give what its flow runs are started with, beside what the deployment says."""
        return {"schedule_id": str(self.row.id)}

    def is_shown_by(self, shown: DeploymentSchedule, *, active: bool) -> bool:
        """Whether Prefect has it so."""
        return (
            shown.active == active
            and shown.parameters == self.parameters
            and _fields(shown.schedule) == _fields(self.schedule)
        )


@dataclass(frozen=True)
class ExpectedDeployment:
    """The deployment of a workflow as it should be."""

    workflow: ScheduledWorkflow
    tag: str
    """That of this installation."""
    settings: Settings

    @property
    def name(self) -> str:
        """Give its name."""
        return deployment_name(self.workflow.name)

    @property
    def flow_name(self) -> str:
        """Give the name of the workflow's flow."""
        return flow_name(self.workflow.name, self.workflow.id)

    @property
    def version(self) -> str:
        """Give the revision that a run executes."""
        return str(self.workflow.revision)

    @property
    def tags(self) -> set[str]:
        """Give what it is found by; an operator may add others."""
        return {NODELOOM_TAG, self.tag, f"{_WORKFLOW}{self.workflow.id}"}

    @property
    def parameters(self) -> dict[str, Any]:
        """Give what nobody may choose."""
        return {"workflow_id": self.workflow.id}

    @cached_property
    def description(self) -> str:
        """Say in Markdown what it is, and what may be done with it."""
        name, url = (
            escape_markdown(self.workflow.name),
            workflow_url(self.workflow.id, self.settings),
        )
        link = f"[Open it in the editor]({url})" if url else f"Workflow {self.workflow.id}."
        schedules = [
            f"- **{escape_markdown(row.name)}**: `{schedule_slug(row.id)}`"
            for row in self.workflow.schedules
        ]
        rules = (
            "What is paused here is paused in Nodeloom, and the other way round. Times are changed"
            " in Nodeloom: what is changed here is set back. Deleted here, the deployment is made"
            " again: to switch schedules off, pause them."
        )
        title = f"The workflow **{name}** of Nodeloom, revision {self.version}. {link}"
        return "\n\n".join([title, "\n".join(schedules), rules])

    @cached_property
    def schedules(self) -> dict[str, ExpectedSchedule]:
        """Give its schedules by slug."""
        now = datetime.now(UTC)
        return {
            schedule_slug(row.id, part): ExpectedSchedule(row, schedule)
            for row in self.workflow.schedules
            for part, schedule in to_prefect_schedules(
                timing_adapter.validate_python(row.timing), now
            ).items()
        }

    def activity(self, shown: DeploymentResponse | None) -> tuple[bool, dict[UUID, bool]]:
        """Give whether it is paused, and which of our schedules are active in it.

        A deployment that is paused in Prefect stays so as long as all of our schedules are, so that
        resuming it there starts those again that were active before.
        """
        rows = self.workflow.schedules
        if shown is not None and shown.paused and all(row.paused for row in rows):
            there = {each.slug: each.active for each in shown.schedules}
            return True, {row.id: there.get(schedule_slug(row.id), False) for row in rows}
        return False, {row.id: not row.paused for row in rows}


def is_paused(shown: DeploymentResponse, schedule_id: UUID) -> bool | None:
    """Whether Prefect makes no flow runs for a schedule; None: it has no such schedule."""
    for each in shown.schedules:
        if each.slug == schedule_slug(schedule_id):
            return shown.paused or not each.active
    return None


def workflow_id(shown: DeploymentResponse) -> int | None:
    """Give the workflow that a deployment is of; None: it is of one schedule, as earlier ones were."""
    if any(tag.startswith(_SCHEDULE) for tag in shown.tags):
        return None
    found = (tag.removeprefix(_WORKFLOW) for tag in shown.tags if tag.startswith(_WORKFLOW))
    return next((int(each) for each in found if each.isdecimal()), None)


def _fields(schedule: SCHEDULE_TYPES) -> Mapping[str, Any]:
    return {"kind": type(schedule).__name__, **schedule.model_dump(mode="json")}
