"""Processes in tests: which are left, and waiting for something without guessing how long."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PROC = Path("/proc/self/stat")


def polls(seconds: float) -> Iterator[None]:
    """Come round again and again for so long, with pauses.

    They grow with what a look costs and with the time that went by: whoever looks without rest
    takes the processor from what it waits for.
    """
    began = time.monotonic()
    while True:
        before = time.monotonic()
        yield
        now = time.monotonic()
        if now - began > seconds:
            return
        time.sleep(max(0.02, min((now - began) / 50, 0.5), min((now - before) * 6, 0.5)))


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait until something holds; fail with `what` when it does not in time."""
    for _ in polls(seconds):
        if condition():
            return
    raise AssertionError(f"after {seconds} s still not so: {what}")


def is_alive(pid: int) -> bool:
    """Whether a process runs; the dead that nobody has collected do not count."""
    return any(found == pid and state != "Z" for found, _parent, state in _processes())


def resident_mb(pid: int, key: str = "VmRSS") -> float:
    """Give the memory of a process, or with `VmHWM` the most that it ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) / 1024


def descendants(pid: int) -> dict[int, str]:
    """Give the processes that a process started, and those that they started, with commands."""
    parents = {found: parent for found, parent, _state in _processes()}
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return {each: command(each) for each in family - {pid}}


def command(pid: int) -> str:
    """Give the command line of a process; empty when it is gone."""
    if PROC.exists():
        return read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ").strip()
    return _ps("-p", str(pid), "-o", "command=").strip()


def read(path: Path) -> str:
    """Give a file's text; empty when it is not there."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _processes() -> Iterator[tuple[int, int, str]]:
    """Give (id, parent, state) of every process; Z is dead."""
    if not PROC.exists():
        for row in _ps("-A", "-o", "pid=,ppid=,state=").splitlines():
            pid, parent, state = row.split()
            yield int(pid), int(parent), state[0]
        return
    for file in Path("/proc").glob("[0-9]*/stat"):
        if text := read(file):
            state, parent = text.rpartition(")")[2].split()[:2]
            yield int(file.parent.name), int(parent), state


def _ps(*words: str) -> str:
    return subprocess.run(["/bin/ps", *words], capture_output=True, text=True, check=False).stdout
