"""What the artifacts of a run say, and how much of what is a user's own. No Prefect here."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID, uuid5

from db.queue.claims import ClaimedRun
from db.runs import count_nodes, sum_usage
from db.tables import NodeExecution, WorkflowRun
from db.tables.base import Json
from flows.prefect.names import clean_name, describe_media
from flows.prefect.records.snapshot import ArtifactRecord
from schemas.settings import LOCAL_USER_ID, Settings
from schemas.values import ImageValue, TextValue, value_adapter
from schemas.wire.run import Usage

MAX_CONTENT_ARTIFACTS: Final = 40
"""Nodes of a run whose text or picture is shown."""
MAX_CHARACTERS: Final = 20_000
"""Of a text that is shown."""
IMAGE_WIDTH: Final = 480
_LLM: Final = "llm"


@dataclass(frozen=True)
class ShownRun:
    """What artifacts say of a run."""

    id: UUID
    owner_id: str
    workflow_id: int
    workflow_name: str
    revision: int
    trigger: str
    scope: Json

    @classmethod
    def of(cls, run: ClaimedRun | WorkflowRun, workflow_name: str) -> Self:
        """Give it of a run."""
        return cls(
            run.id,
            run.owner_id,
            run.workflow_id,
            workflow_name,
            run.revision,
            run.trigger,
            run.scope,
        )


@dataclass(frozen=True)
class Artifact:
    """An artifact of Prefect's; `name` is what tells it from the others of its workflow."""

    name: str
    type: str
    data: Any
    description: str


def to_record(
    artifact: Artifact, flow_run_id: UUID, workflow_id: int, task_run: UUID | None, at: datetime
) -> ArtifactRecord:
    """Give an artifact of a flow run as it is sent; its id follows, so that it is there once."""
    return ArtifactRecord(
        id=uuid5(flow_run_id, f"artifact {artifact.name}"),
        key=f"workflow-{workflow_id}-{artifact.name}",
        type=artifact.type,
        data=artifact.data,
        description=artifact.description,
        task_run_id=task_run,
        created=at,
    )


def shows_content(settings: Settings, owner_id: str) -> bool:
    """Whether operators may see what this owner's nodes gave."""
    if settings.prefect_content == "auto":
        return owner_id == LOCAL_USER_ID
    return settings.prefect_content == "full"


def summary_artifacts(
    run: ShownRun, rows: Sequence[NodeExecution], settings: Settings
) -> list[Artifact]:
    """Give what may be shown of every run: its link and its nodes, without what they gave."""
    return [
        Artifact("run", "markdown", _summary(run, rows, settings), "The run, and where it is."),
        Artifact(
            "nodes",
            "table",
            json.dumps([_table_row(row) for row in rows]),
            f"The nodes of run {str(run.id)[:8]}.",
        ),
    ]


def content_artifact(run: ShownRun, row: NodeExecution, settings: Settings) -> Artifact | None:
    """Give what a node gave: the text of a model, or a picture."""
    value = value_adapter.validate_python(row.output) if row.output else None
    name = _slug(row.node_id)
    label = escape_markdown(row.label)
    if isinstance(value, TextValue) and row.node_type == _LLM:
        return Artifact(f"{name}-text", "markdown", _truncate(value.text), f"What {label} wrote.")
    if not isinstance(value, ImageValue):
        return None
    if settings.public_url and run.owner_id == LOCAL_USER_ID:
        size = f"{value.width} × {value.height}"
        link = f"{_base_url(settings)}/api/assets/{value.asset_id}"
        return Artifact(
            f"{name}-picture",
            "image",
            f"{link}?width={IMAGE_WIDTH}",
            f"What {label} gave: [{size}]({link}).",
        )
    link = run_url(run, settings)  # where several sign in, a picture needs a sign-in
    if link is None:
        return None
    text = f"[{describe_media(value)}]({link})"
    return Artifact(f"{name}-picture", "markdown", text, f"What {label} gave.")


def progress_artifact(done: int, total: int) -> Artifact:
    """Give how much of a run is done."""
    description = f"{done} of {total} nodes have ended."
    return Artifact("progress", "progress", round(100 * done / total, 1), description)


def run_url(run: ShownRun, settings: Settings) -> str | None:
    """Give where a run is in the editor; None where nobody said how people reach it."""
    workflow = workflow_url(run.workflow_id, settings)
    return workflow and f"{workflow}/runs/{run.id}"


def workflow_url(workflow_id: int, settings: Settings) -> str | None:
    """Give where a workflow is in the editor; None where nobody said how people reach it."""
    return f"{_base_url(settings)}/workflows/{workflow_id}" if settings.public_url else None


def _summary(run: ShownRun, rows: Sequence[NodeExecution], settings: Settings) -> str:
    link, counts, usage = run_url(run, settings), count_nodes(rows), sum_usage(rows)
    name = escape_markdown(run.workflow_name)
    title = f"[Open it in the editor]({link})" if link else f"Run `{run.id}`"
    origin = (
        f"Run `{run.id}`, revision {run.revision}, started by `{run.trigger}`,"
        f" scope `{run.scope.get('kind', 'all')}`."
    )
    outcome = (
        f"{counts.completed} of {counts.total} nodes completed, {counts.reused} of them reused;"
        f" {counts.failed} failed, {counts.skipped} skipped, {counts.cancelled} cancelled."
        f" {usage.total_tokens:,} tokens."
    )
    return "\n\n".join([f"### {name}", title, origin, outcome])


def _table_row(row: NodeExecution) -> dict[str, Any]:
    usage = Usage.model_validate(row.usage) if row.usage and not row.reused else None
    return {
        "Node": clean_name(row.label),
        "Type": row.node_type,
        "State": row.status.value,
        "Seconds": _seconds(row),
        "Reused": "yes" if row.reused else "",
        "Attempts": row.attempt,
        "Tokens in": usage.input_tokens if usage else "",
        "Tokens out": usage.output_tokens if usage else "",
        "Error": row.error["code"] if row.error else "",
    }


def _seconds(row: NodeExecution) -> float | str:
    if row.started_at is None or row.finished_at is None:
        return ""
    return round((row.finished_at - row.started_at).total_seconds(), 3)


def _truncate(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]}\n\n… and {len(text) - MAX_CHARACTERS:,} characters more."


def escape_markdown(text: str) -> str:
    """Give a name as Markdown that shows it and does nothing else."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~&])", r"\\\1", clean_name(text))


def _slug(node_id: str) -> str:
    """Give a node's id in the letters that Prefect takes for a key."""
    return re.sub("[^a-z0-9]+", "-", node_id.lower()).strip("-")[:80] or "node"


def _base_url(settings: Settings) -> str:
    return (settings.public_url or "").rstrip("/")
