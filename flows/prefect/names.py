"""What our things are called in Prefect: names and tags, cleaned of what users may have typed."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid5

from schemas.values import AssetValue, VisualValue

NODELOOM_TAG: Final = "nodeloom"
"""The tag of everything that we show."""
WORK_POOL: Final = "nodeloom"
"""The work pool that every executor serves."""
RUN_WORKFLOW_ENTRYPOINT: Final = "flows.prefect.host.flow.run_workflow"
RETENTION_ENTRYPOINT: Final = "flows.prefect.host.retention_flow.run_retention"
MOVED_ENTRYPOINTS: Final = {
    "flows.run_workflow.run_workflow": RUN_WORKFLOW_ENTRYPOINT,
    "flows.run_retention.run_retention": RETENTION_ENTRYPOINT,
}
"""Where earlier versions had their flows, and where these are now."""
RECORDED_LATER_TAG: Final = "recorded-later"
"""The tag of flow runs that were made when their run had ended."""
PAUSE_KEY: Final = "nodeloom"
"""Marks a suspended state as ours, which asks for nothing."""
_OWN_SLUG: Final = re.compile("schedule-[0-9a-f]{8}(-repeated-[0-9]+)?$")
_RUN: Final = "run:"
_CLAIM: Final = "claim:"
_INSTALLATION: Final = "installation:"
_FORBIDDEN_CHARACTERS: Final = str.maketrans("/%&<>", "_____")
"""What Prefect takes in no name of a deployment or flow."""
MAX_LENGTH = 80
"""Of a name, in characters."""


def clean_name(text: str) -> str:
    """Give one line of printable text without control or formatting characters."""
    printable = "".join(
        " " if unicodedata.category(character)[0] in "CZ" else character for character in text
    )
    line = " ".join(printable.split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1].rstrip() + "…"


def describe_media(value: AssetValue) -> str:
    """Say what a picture or video is, without showing it."""
    pixels = f" {value.width} × {value.height} pixels," if isinstance(value, VisualValue) else ""
    return f"{value.media_type},{pixels} {value.bytes:,} bytes"


def flow_run_name(workflow_name: str, run_id: UUID) -> str:
    """Name a flow run: the workflow's name and the beginning of our run id."""
    return f"{clean_name(workflow_name)} · {str(run_id)[:8]}"


def flow_name(workflow_name: str, workflow_id: int | None = None) -> str:
    """Name the flow of a workflow: its name, and its id, as others may have the same name."""
    id = f" · {workflow_id}" if workflow_id is not None else ""
    return f"{clean_name(workflow_name)}{id}".translate(_FORBIDDEN_CHARACTERS)


def deployment_name(workflow_name: str) -> str:
    """Name the deployment of a workflow after it."""
    return clean_name(workflow_name).translate(_FORBIDDEN_CHARACTERS)


def schedule_slug(schedule_id: UUID, part: str = "") -> str:
    """Name a schedule of ours, or a part of it, within its deployment."""
    return f"schedule-{str(schedule_id)[:8]}{part and f'-{part}'}"


def is_own_slug(slug: str | None) -> bool:
    """Whether it is of one of our schedules; somebody in Prefect may have added others."""
    return _OWN_SLUG.match(slug or "") is not None


def installation_tag(installation_id: UUID) -> str:
    """Tag what belongs to this database, as others may use the same Prefect."""
    return f"{_INSTALLATION}{str(installation_id)[:8]}"


def is_foreign(tags: Iterable[str], own: str) -> bool:
    """Whether a flow run is for executors of another database."""
    return any(tag.startswith(_INSTALLATION) and tag != own for tag in tags)


def flow_run_parameters(workflow_id: int, run_id: UUID) -> dict[str, object]:
    """Give the parameters of a flow run that shows a run."""
    return {"workflow_id": workflow_id, "run_id": str(run_id)}


def recorded_flow_run_id(run_id: UUID) -> UUID:
    """Name the flow run in which the recorder shows a run that was executed outside of Prefect."""
    return uuid5(run_id, "flow run")


def hosted_flow_run_id(run_id: UUID, epoch: int) -> UUID:
    """Name the flow run in which Prefect executes one claim of a run."""
    return uuid5(run_id, f"flow run {epoch}")


def task_run_id(execution_id: UUID, epoch: int) -> UUID:
    """Name the task run that shows a node of one claim of a run."""
    return uuid5(execution_id, str(epoch))


def run_tags(workflow_id: int, run_id: UUID) -> list[str]:
    """Tag what belongs to a run, for filters in the dashboard."""
    return [NODELOOM_TAG, f"workflow:{workflow_id}", f"{_RUN}{run_id}"]


def claim_tags(workflow_id: int, run_id: UUID, epoch: int) -> list[str]:
    """Tag a flow run, which shows one claim of a run."""
    return [*run_tags(workflow_id, run_id), f"{_CLAIM}{epoch}"]


def parse_run_tags(tags: Iterable[str]) -> tuple[UUID | None, int | None]:
    """Give the run and the claim that a flow run's tags name."""
    run_id = _tag_value(_RUN, tags)
    claim = _tag_value(_CLAIM, tags)
    try:
        return UUID(run_id) if run_id else None, int(claim) if claim else None
    except ValueError:
        return None, None


def _tag_value(prefix: str, tags: Iterable[str]) -> str | None:
    return next((tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)), None)


def without_run_tags(tags: Iterable[str]) -> set[str]:
    """Give the tags of a flow run without those that name the run that it showed before."""
    return {tag for tag in tags if not tag.startswith(("run:", "claim:", "workflow:", "model:"))}
