"""The progress of a run, node by node: a live table, or lines when not a terminal."""

import time
from typing import Final

from pydantic import JsonValue
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.client import ApiClient, Json
from schemas.wire.run import NodeExecutionRead, NodeStatus, RunRead, RunStatus

_STATUS_MARKS: Final = {
    NodeStatus.PENDING: ("·", "dim"),
    NodeStatus.RUNNING: ("▸", "cyan"),
    NodeStatus.COMPLETED: ("✓", "green"),
    NodeStatus.FAILED: ("✗", "red"),
    NodeStatus.CANCELLED: ("■", "yellow"),
    NodeStatus.SKIPPED: ("-", "yellow"),
}
_LIVE_TEXT_LENGTH: Final = 60
"""Characters of live text in the table."""


class _Row:
    """What is shown of a node."""

    def __init__(self, node: NodeExecutionRead) -> None:
        self.label = node.label
        self.status = node.status
        self.error = node.error.message if node.error else ""
        self.attempt = node.attempt
        self.reused = node.reused
        self._live_text = ""
        self._started_at: float | None = None
        self._ended_at: float | None = None

    def update(self, event: Json) -> None:
        self.status = NodeStatus(str(event["status"]))
        self._live_text = ""
        self.attempt = _integer(event.get("attempt"))
        self.reused = bool(event.get("reused"))
        error = event.get("error")
        self.error = str(error["message"]) if isinstance(error, dict) else ""
        now = time.monotonic()
        if self.status is NodeStatus.RUNNING and self._started_at is None:
            self._started_at = now
        if self.status.terminal:
            self._ended_at = now

    def add_token(self, token: Json) -> None:
        """Keep the last line of what a model says; control characters are not for terminals."""
        if self.status.terminal:
            return
        if token.get("offset") == 0:
            self._live_text = ""
        last = (self._live_text + str(token.get("text"))).rstrip("\n").rpartition("\n")[2]
        self._live_text = "".join(letter if letter.isprintable() else " " for letter in last)[
            -_LIVE_TEXT_LENGTH:
        ]

    @property
    def seconds(self) -> str:
        if self._started_at is None:
            return ""
        return f"{(self._ended_at or time.monotonic()) - self._started_at:.1f} s"

    @property
    def annotation(self) -> str:
        parts = [
            "taken over from an earlier run" if self.reused else "",
            f"attempt {self.attempt}" if self.attempt > 1 else "",
            self.error,
            self._live_text,
        ]
        return ", ".join(part for part in parts if part)


def follow_run(client: ApiClient, run: RunRead, console: Console) -> RunRead:
    """Show a run until it has ended; give it as it is then."""
    rows = {node.node_id: _Row(node) for node in run.node_executions}
    if console.is_terminal:
        with Live(get_renderable=lambda: _table(rows), console=console, refresh_per_second=8):
            _process_events(client, run, rows, console, lines=False)
    else:
        _process_events(client, run, rows, console, lines=True)
    return client.read_run(str(run.id))


def _process_events(
    client: ApiClient, run: RunRead, rows: dict[str, _Row], console: Console, *, lines: bool
) -> None:
    for kind, data in client.events(str(run.id)):
        if kind == "run" and data["status"] == RunStatus.WAITING:
            how = f"resume it in the editor, or with POST /api/runs/{run.id}/resume"
            console.print(f"The run is paused: {how}.", markup=False)
        row = rows.get(str(data.get("nodeId"))) if kind in ("node", "token") else None
        if row is None:
            continue
        if kind == "token":
            row.add_token(data)
            continue
        row.update(data)
        if lines:
            annotation = f" ({row.annotation})" if row.annotation else ""
            console.print(f"{row.label}: {row.status}{annotation}", markup=False)


def _table(rows: dict[str, _Row]) -> Table:
    table = Table.grid(padding=(0, 2))
    for row in rows.values():
        mark, style = _STATUS_MARKS[row.status]
        table.add_row(
            Text(mark, style),
            Text(row.label, overflow="ellipsis", no_wrap=True),
            Text(row.status.lower(), style),
            Text(row.seconds, "dim", justify="right"),
            Text(row.annotation, "red" if row.status is NodeStatus.FAILED else "dim"),
        )
    return table


def _integer(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
