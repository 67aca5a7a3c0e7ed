"""What our things are called in Prefect: names and tags, cleaned of what users may have typed."""

import unicodedata
from uuid import UUID

MAX_LENGTH = 80
"""Of a name, in characters."""


def clean(text: str) -> str:
    """Give one line of printable text without control or formatting characters."""
    printable = "".join(
        " " if unicodedata.category(character)[0] in "CZ" else character for character in text
    )
    line = " ".join(printable.split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1].rstrip() + "…"


def flow_run_name(workflow_name: str, run_id: UUID) -> str:
    """Name a flow run: the workflow's name and the beginning of our run id."""
    return f"{clean(workflow_name)} · {str(run_id)[:8]}"


def run_tags(workflow_id: int, run_id: UUID) -> list[str]:
    """Tag what belongs to a run, for filters in the dashboard."""
    return ["nodeloom", f"workflow:{workflow_id}", f"run:{run_id}"]
