"""A tiny process that outlives its parent just long enough to end what that has started.

A parent that is killed with `kill -9` cannot stop its children. So it tells this process about
each of them (`<process group> <signal number>`, one per line on standard input; number 0 when the
group has ended); when the parent is gone, for whatever reason, the line breaks, and every group
that is still there gets its signal, then SIGKILL. Groups, because children have children.

Run as a script, without any package of ours, so that it starts in milliseconds.
"""

import contextlib
import os
import signal
import sys
import time

GRACE_SECONDS = 8.0


def signal_group(group: int, number: int) -> bool:
    """Signal a process group; False when it is gone."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_alive(group: int) -> bool:
    """Whether a process of the group still runs; the dead that nobody collects do not count."""
    if not signal_group(group, 0) or not os.path.isdir("/proc/self"):  # noqa: PTH112 - see below
        return signal_group(group, 0)
    return any(_is_running_in(group, name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208


def _is_running_in(group: int, process: str) -> bool:
    """Whether a process is of the group and not dead; no pathlib: that doubles our memory."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            state, _parent, its_group = file.read().rpartition(")")[2].split()[:3]
    except OSError:
        return False
    return int(its_group) == group and state != "Z"


def stop_groups(groups: dict[int, int]) -> None:
    """End the groups, each by its own signal, then by force."""
    for group, number in groups.items():
        signal_group(group, number)
    deadline = time.monotonic() + GRACE_SECONDS
    remaining = set(groups)
    while remaining and time.monotonic() < deadline:
        remaining = {group for group in remaining if is_alive(group)}
        time.sleep(0.02)
    for group in remaining:
        signal_group(group, signal.SIGKILL)


def main() -> None:
    """Keep the list until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    with contextlib.suppress(OSError):
        for line in sys.stdin:
            group, number = map(int, line.split())
            groups[group] = number
    stop_groups({group: number for group, number in groups.items() if number})


if __name__ == "__main__":
    main()
