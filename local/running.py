"""Where a running Nodeloom says how it can be reached: `up.json` in its home folder."""

import json
import os
from pathlib import Path
from typing import TypedDict

from local.machine.home import HomeLock, write_private


class Addresses(TypedDict):
    """What is printed after `ready`."""

    api: str
    prefect: str
    home: str


class RunningInstance(Addresses):
    """The same, with the process that keeps it all running."""

    pid: int


def up_lock(home: Path) -> HomeLock:
    """Give the lock that whoever runs the parts of a home folder holds."""
    return HomeLock(home / "up.lock", "Nodeloom")


def register_instance(home: Path, addresses: Addresses) -> None:
    """Write the file."""
    write_private(home / "up.json", json.dumps(addresses | {"pid": os.getpid()}))


def unregister_instance(home: Path) -> None:
    """Remove the file."""
    (home / "up.json").unlink(missing_ok=True)


def find_instance(home: Path) -> RunningInstance | None:
    """Say how the Nodeloom of a home folder can be reached; None when none runs."""
    if not up_lock(home).is_held:
        return None
    try:
        return json.loads((home / "up.json").read_text())
    except (OSError, ValueError):  # it is starting or stopping
        return None
