"""A worker's own limit of memory, below the machine's: who grows gets an error instead of a kill.

When the kernel's memory is used up it kills the worker, with every run that it has. Within a limit
of our own the allocation fails that would go too far, in the node that makes it.
"""

import contextlib
import resource
import sys
from pathlib import Path
from typing import Final

SHARE: Final = 0.75
"""Of the memory of the machine or of the container."""
MIN_GROWTH_BYTES: Final = 268_435_456
_CGROUP_LIMITS: Final = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def limit_memory() -> int | None:
    """Limit what this process may allocate from now on; give the bytes that it may grow by.

    None where that cannot be limited. Address space of files does not count, nor do other
    processes; children inherit the limit and may raise it.
    """
    if sys.platform != "linux":
        return None
    status = _read_kib(Path("/proc/self/status"))
    growth = max(MIN_GROWTH_BYTES, int(SHARE * _available_bytes()) - status["VmRSS"])
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = status["VmData"] + growth
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    return growth


def _available_bytes() -> int:
    """Give how much memory there is for this process, its container's limit considered."""
    limits = [_read_kib(Path("/proc/meminfo"))["MemTotal"]]
    for file in _CGROUP_LIMITS:
        with contextlib.suppress(OSError, ValueError):  # no such file, or no limit: `max`
            limits.append(int(file.read_text(encoding="ascii")))
    return min(limits)


def _read_kib(file: Path) -> dict[str, int]:
    """Read the lines `Name: 123 kB` of a file, as bytes."""
    found: dict[str, int] = {}
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        match line.split():
            case [name, number, "kB"]:
                found[name.rstrip(":")] = int(number) * 1024
            case _:
                pass
    return found
