"""How long the queue of runs is; for people who decide on more workers."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

_DEPTH = text("""
    select count(*) filter (where status = 'PENDING') as waiting,
      count(*) filter (where status = 'RUNNING') as running,
      coalesce(extract(epoch from clock_timestamp()
        - min(created_at) filter (where status = 'PENDING')), 0)::float as oldest
    from workflow_runs where status in ('PENDING', 'RUNNING')
""")


@dataclass(frozen=True)
class QueueDepth:
    """Runs that wait and run, of all users; how many seconds the oldest has waited."""

    waiting: int
    running: int
    oldest_seconds: float


def get_queue_depth(session: Session) -> QueueDepth:
    """Look at the queue; reads the rows of runs that have not ended, by their indexes."""
    row = session.execute(_DEPTH).one()
    return QueueDepth(row.waiting, row.running, row.oldest)
