"""Python's garbage collector, kept from looking at what stays for ever.

A full collection visits every object of the process, and Prefect, SQLAlchemy and the SDK bring
hundreds of thousands of them: a stop of 50 to 200 ms, in the middle of somebody's run.
"""

import gc
from typing import Final

GENERATION_0_THRESHOLD: Final = 10_000
"""Objects made before the young ones are looked at; Python's own 700 is a hundred times a run."""


def freeze_startup_objects() -> None:
    """Take what is there now for permanent. Call it once, when everything is imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GENERATION_0_THRESHOLD, 10, 10)
