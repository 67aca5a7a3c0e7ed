"""What the product's processes use, as Linux counts it."""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICK: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
QUIET_SHARE: Final = 0.15
"""Of one processor; Prefect's server is never quite idle."""
POLL_SECONDS: Final = 0.4
MAX_SECONDS: Final = 45.0
_PROCESS_MARKS: Final = (
    (" api", "API"),
    (" worker", "worker"),
    (" recorder", "recorder"),
    ("local.prefect.main", "Prefect's server"),
    ("postgres", "PostgreSQL"),
    ("forkserver", "children"),
)


@dataclass(frozen=True)
class Processes:
    """A process and all that came from it."""

    root: int

    def cpu(self) -> dict[str, float]:
        """Give the processor seconds used so far, by part; of the living and what they waited for."""
        cpu_per_run: defaultdict[str, float] = defaultdict(float)
        for pid in self._all():
            fields = _stat(pid)
            if fields:
                cpu_per_run[_process_kind(pid)] += sum(int(field) for field in fields[11:15]) / TICK
        return cpu_per_run

    def rss(self, part: str) -> float:
        """Give the memory of a part's first process in MB."""
        for pid in self._all():
            fields = _stat(pid)
            if fields and _process_kind(pid) == part:
                return int(fields[21]) * PAGE / 1e6
        return 0.0

    def pss(self) -> dict[str, float]:
        """Give the memory of each part in MB; what processes share is counted once."""
        found: defaultdict[str, float] = defaultdict(float)
        for pid in self._all():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            kib = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
            found[_process_kind(pid)] += kib * 1024 / 1e6
        return found

    async def settle(self) -> None:
        """Wait until what came before has been digested, so that nobody pays for another."""
        ends = time.monotonic() + MAX_SECONDS
        before, share = sum(self.cpu().values()), 1.0
        while share > QUIET_SHARE and time.monotonic() < ends:
            await asyncio.sleep(POLL_SECONDS)
            now = sum(self.cpu().values())
            before, share = now, (now - before) / POLL_SECONDS

    def _all(self) -> Iterator[int]:
        children: defaultdict[int, list[int]] = defaultdict(list)
        for folder in Path("/proc").iterdir():
            fields = _stat(int(folder.name)) if folder.name.isdigit() else None
            if fields:
                children[int(fields[1])].append(int(folder.name))
        found = [self.root]
        for pid in found:
            found += children[pid]
        yield from found


def _stat(pid: int) -> list[str] | None:
    """Give the fields of `/proc/PID/stat` after the name, from the state on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _process_kind(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return "other"
    is_child = f" {command}".replace(str(Path.cwd()), "")
    return next((name for marker, name in _PROCESS_MARKS if marker in is_child), "other")
