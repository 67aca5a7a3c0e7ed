"""How much memory this process has, and how much there is for it; 0 and nothing where nobody says."""

import os
import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_CGROUPS: Final = Path("/sys/fs/cgroup")
_PAGE_BYTES: Final = resource.getpagesize()


class ResidentMemory:
    """Reads how much of this process is in memory; takes microseconds, and waits for nobody."""

    def __init__(self) -> None:
        """Open what the kernel says of this process."""
        self._statm: int | None = None
        with suppress(OSError):  # not Linux
            self._statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)

    def __call__(self) -> int:
        """Give the resident memory in bytes; 0: nobody knows."""
        if self._statm is None:
            return 0
        return int(os.pread(self._statm, 64, 0).split()[1]) * _PAGE_BYTES


def available_bytes() -> int | None:
    """Give how much memory the machine has, or the smallest cgroup that this process is in."""
    try:
        found = [os.sysconf("SC_PHYS_PAGES") * _PAGE_BYTES]
    except (OSError, ValueError):
        return None
    for file in _limit_files():
        with suppress(OSError, ValueError):  # no such file, or no limit: `max`
            found.append(int(file.read_text(encoding="ascii")))
    return min(found)


def _limit_files() -> Iterator[Path]:
    """Give where limits may be: of the cgroup of this process, and of those around it."""
    lines: list[str] = []
    with suppress(OSError):
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            root, name = _CGROUPS, "memory.max"
        elif "memory" in controllers.split(","):
            root, name = _CGROUPS / "memory", "memory.limit_in_bytes"
        else:
            continue
        group = Path(path.lstrip("/"))
        yield from (root / each / name for each in (group, *group.parents))
