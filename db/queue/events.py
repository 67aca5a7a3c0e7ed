"""The numbered history of a run; PostgreSQL writes it, see `db.tables.RunEvent`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db.ownership import run_not_found
from db.postgres.functions import FunctionPool
from db.tables.base import Json, join_outputs
from schemas.wire.run import RunStatus

_EVENTS_AFTER: Final = (
    "select seq, kind, body, at, output, other_outputs from events_after(%s, %s, %s, %s, %s)"
)
_RUN_STATE: Final = "select status, seq from run_state(%s, %s)"


@dataclass(frozen=True)
class EventWithOutput:
    """An event, with what the node gave where it is a small output of a node that completed."""

    run_id: UUID
    seq: int
    kind: str
    body: Json
    at: datetime
    output: Json | None
    other_outputs: Json | None

    @property
    def outputs(self) -> dict[str, Json]:
        """By handle; empty where they are too large, too."""
        return join_outputs(self.output, self.other_outputs)


async def get_events_after(
    functions: FunctionPool, owner_id: str, run_id: UUID, seq: int, *, limit: int, output_bytes: int
) -> Sequence[EventWithOutput]:
    """Give the events after number `seq` (0: from the beginning), in order and without gaps.

    An output of more than `output_bytes` is left out.

    Raises:
        NotFoundError: the user has no such run, or not any more.
    """
    rows = await functions.call(_EVENTS_AFTER, [owner_id, run_id, seq, limit, output_bytes])
    if not rows:
        raise run_not_found(run_id)
    return [EventWithOutput(run_id, *row) for row in rows if row[0] is not None]


async def get_run_state(
    functions: FunctionPool, owner_id: str, run_id: UUID
) -> tuple[RunStatus, int]:
    """Give the status of a run and the number of its newest event. Raises NotFoundError."""
    rows = await functions.call(_RUN_STATE, [owner_id, run_id])
    if not rows:
        raise run_not_found(run_id)
    status, seq = rows[0]
    return RunStatus(status), seq
