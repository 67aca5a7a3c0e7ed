"""What a person sees while parts start and nodes run: a live table, or lines when not a terminal.

Everything goes to standard error; standard output is for results.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

TITLES: Final = {
    "postgres": "PostgreSQL",
    "prefect": "Prefect server",
    "model": "Demo model",
    "migrations": "Database schema",
    "api": "API",
    "worker": "Worker",
    "recorder": "Recorder",
}


def error_console() -> Console:
    """Give a console on standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


class StackProgress:
    """Shows the parts as they start; `say` is what the stack calls."""

    def __init__(self, console: Console) -> None:
        """Start the clock."""
        self._console = console
        self._live: Live | None = None
        self._started_at = time.monotonic()
        self._states: dict[str, tuple[str, float]] = {}

    def report_status(self, part: str, state: str) -> None:
        """Show what is going on with a part."""
        self._states[part] = (state, time.monotonic() - self._started_at)
        if self._live:
            self._live.update(self._table())
        elif state != "starting":
            seconds = f" ({self._states[part][1]:.1f} s)" if state == "ready" else ""
            self._console.print(f"{TITLES.get(part, part)}: {state}{seconds}", markup=False)

    @contextmanager
    def live(self) -> Generator[None]:
        """Show a live table meanwhile, where there is a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with Live(self._table(), console=self._console, refresh_per_second=10) as self._live:
            yield
        self._live = None

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for part, (state, seconds) in self._states.items():
            mark = Text("✓", "green") if state == "ready" else Spinner("dots")
            text = f"{seconds:.1f} s" if state == "ready" else state
            table.add_row(mark, TITLES.get(part, part), Text(text, "dim"))
        return table
