"""How long the queue of runs is; for people who decide on more workers."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

_DEPTH = text("""
    select count(*) filter (where status = 'PENDING') as queued,
      count(*) filter (where status = 'RUNNING') as running,
      count(*) filter (where status = 'WAITING') as waiting,
      coalesce(extract(epoch from clock_timestamp()
        - min(coalesce(resumed_at, created_at)) filter (where status = 'PENDING')), 0)::float as oldest
    from workflow_runs where status = 'PENDING' or status = 'RUNNING' or status = 'WAITING'
""")


@dataclass(frozen=True)
class QueueDepth:
    """Runs of all users that have not ended; how many seconds the oldest has been in the queue."""

    queued: int
    running: int
    waiting: int
    """For a person; these hold nobody up."""
    oldest_seconds: float


def get_queue_depth(session: Session) -> QueueDepth:
    """Look at the queue; reads the rows of runs that have not ended, by their indexes."""
    row = session.execute(_DEPTH).one()
    return QueueDepth(row.queued, row.running, row.waiting, row.oldest)
