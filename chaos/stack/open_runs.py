"""Runs that have not ended, as the rows say."""

import time
from typing import Final

import psycopg

_UNFINISHED: Final = "select count(*) from workflow_runs where finished_at is null"
POLL_SECONDS: Final = 0.1


def count_open(connection: psycopg.Connection) -> int:
    """Count them."""
    row = connection.execute(_UNFINISHED).fetchone()
    return row[0] if row else 0


def wait_for_ends(connection: psycopg.Connection, seconds: float) -> bool:
    """Wait until there are none; False if there still are after so long."""
    deadline = time.monotonic() + seconds
    while count_open(connection):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
