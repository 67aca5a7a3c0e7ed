"""Processes that take a share of every core while something is measured."""

import multiprocessing
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

SLICE: Final = 0.02
"""Seconds in which a process works for its share, and sleeps for the rest."""
LIMIT: Final = 1800.0
"""Seconds after which a process ends in any case."""


@contextmanager
def busy_cores(share: float) -> Generator[None]:
    """Keep every core busy for this share of the time, 0 to 1."""
    cores = os.cpu_count() or 1
    processes = [
        multiprocessing.get_context("spawn").Process(
            target=_work, args=(share, os.getpid()), daemon=True
        )
        for _ in range(cores if share else 0)
    ]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _work(share: float, parent: int) -> None:
    end = time.monotonic() + LIMIT
    while time.monotonic() < end and os.getppid() == parent:
        slice_end = time.monotonic() + SLICE
        work_end = slice_end - SLICE * (1 - share)
        while time.monotonic() < work_end:
            pass
        time.sleep(max(0.0, slice_end - time.monotonic()))
