"""Whole workflows that were started before: until they change, the next start is one statement."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from db.postgres.functions import FunctionPool
from db.runs import NewRun, create_run_at_revision
from schemas.wire.run import RunCreate, ScopeAll, StartedBy
from telemetry.traces import current_traceparent

MAX_STARTS: Final = 128
"""Remembered, the least recently used forgotten first: each has up to 500 nodes."""


@dataclass(frozen=True)
class StartedRun:
    """A run that was made, and when."""

    run: NewRun
    created_at: datetime


@dataclass(frozen=True)
class PreparedStarts:
    """The newest start of each workflow, where nothing but its revision decides what it is made of."""

    _runs: OrderedDict[tuple[str, int], NewRun] = field(
        default_factory=OrderedDict[tuple[str, int], NewRun]
    )

    def add(self, run: NewRun) -> None:
        """Remember a run of a whole workflow as it is stored."""
        self._runs[run.owner_id, run.workflow_id] = run
        self._runs.move_to_end((run.owner_id, run.workflow_id))
        if len(self._runs) > MAX_STARTS:
            self._runs.popitem(last=False)

    async def start_prepared(
        self,
        functions: FunctionPool,
        owner_id: str,
        workflow_id: int,
        request: RunCreate,
        started_by: StartedBy | None,
    ) -> StartedRun | None:
        """Start a run of a workflow that has not changed since; None where nothing was started."""
        earlier = self._runs.get((owner_id, workflow_id))
        if earlier is None or not isinstance(request.scope, ScopeAll):
            return None
        run = replace(
            earlier,
            id=uuid4(),
            reuse=request.reuse,
            started_by=started_by and started_by.model_dump(mode="json"),
            executions=[replace(each, id=uuid4()) for each in earlier.executions],
            traceparent=current_traceparent(),
        )
        created_at = await create_run_at_revision(functions, owner_id, run)
        if created_at is None:
            self._runs.pop((owner_id, workflow_id), None)
            return None
        self._runs.move_to_end((owner_id, workflow_id))
        return StartedRun(run, created_at)
