"""How long the queue of runs is; for people who decide on more workers."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

_STATE = text("""
    select count(*) filter (where status = 'PENDING') as waiting,
      count(*) filter (where status = 'RUNNING') as running,
      coalesce(extract(epoch from clock_timestamp()
        - min(created_at) filter (where status = 'PENDING')), 0)::float as oldest
    from workflow_runs where status in ('PENDING', 'RUNNING')
""")


@dataclass(frozen=True)
class QueueState:
    """Runs that wait and run, of all users; how many seconds the oldest has waited."""

    waiting: int
    running: int
    oldest_seconds: float


def queue_state(session: Session) -> QueueState:
    """Look at the queue; reads the rows of runs that have not ended, by their indexes."""
    row = session.execute(_STATE).one()
    return QueueState(row.waiting, row.running, row.oldest)
