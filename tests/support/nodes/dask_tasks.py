"""What tests have the workers of a Dask cluster do; a module of its own, so that they find it."""

import os
import signal
import time
from pathlib import Path


def process_ids() -> tuple[int, int]:
    """This process, and the one that forked it."""
    return os.getpid(), os.getppid()


def note_and_sleep(note: str, seconds: float) -> int:
    """Say in a file who is at work, then take long."""
    with Path(note).open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(seconds)
    return os.getpid()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def allocate(gigabytes: int) -> int:
    return len(bytearray(gigabytes * 1024**3))
