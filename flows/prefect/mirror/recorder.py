"""Tells Prefect of runs that were executed outside of it: what happened, with its true times.

The recorder that leads is woken by the notifications of our events, and reads rows. A run
is told of when it has ended, or has gone on for a second, and then again while it goes on. What
no notification told of, and what happened while Prefect was away, is found by its row, which names
no flow run then. Everything here may be done twice: see `flows.prefect.server.store`.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from db.mirror.recorded_runs import RecordedRun, find_unrecorded, get_recorded_runs, mark_recorded
from db.postgres.background import Background, wait_for_event
from flows.engine.runtime import Runtime
from flows.maintenance.leader import Leadership
from flows.prefect.host.flow import run_workflow
from flows.prefect.installation import get_installation_tag
from flows.prefect.loading import is_reachable
from flows.prefect.mirror.records_api import RecordRefusedError, RecordsApi
from flows.prefect.mirror.run_record import RecordMaker
from flows.prefect.names import recorded_flow_run_id
from flows.prefect.records.snapshot import Result, RunRecord
from schemas.settings import PrefectMode

logger = logging.getLogger(__name__)

EVENTS_CHANNEL: Final = "nodeloom_events"
ROUND_SECONDS: Final = 60.0
"""After so long it is made sure that Prefect's server still takes records."""
RETRY_SECONDS: Final = 2.0
"""Between two attempts while Prefect is away or another recorder leads."""
LIVE_SECONDS: Final = 1.0
"""A run that ends sooner is told of once; one that goes on, as often as this."""
POLL_SECONDS: Final = 15.0
"""Between two searches for what no notification told of."""
RUNS_PER_BATCH: Final = 50
RUNS_PER_SEARCH: Final = 200
MAX_CHANGED: Final = 10_000
"""Runs that are remembered to have changed; more are found by their rows when they have ended."""
MAX_ATTEMPTS: Final = 5
"""So often a run is tried that cannot be shown: Prefect's server may have been out of order."""
MAX_AGE_DAYS: Final = 90.0
"""How long ago a run may have ended; Prefect's server keeps flow runs for as long."""


class Recorder:
    """Records runs for as long as its process lives."""

    def __init__(
        self,
        runtime: Runtime,
        prefect_api_url: str,
        client: PrefectClient,
        leadership: Leadership,
    ) -> None:
        """Prepare; `run` does it, and is to be told of notifications by `on_notify`."""
        self._runtime = runtime
        self._leadership = leadership
        self._url = prefect_api_url
        self._api = RecordsApi(client)
        self._changed: dict[UUID, float] = {}
        """Runs with news, and when they are due."""
        self._told_seqs: dict[UUID, int] = {}
        """Of runs that go on: the newest event that Prefect knows."""
        self._refused_attempts = Counter[UUID]()
        """How often the record of a run could not be made, or Prefect's server could not write it."""
        self._search_at = 0.0
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Record until cancelled; what goes wrong is tried again."""
        async with Background("recorder") as tasks:
            await tasks.every(RETRY_SECONDS, self._record_while_leading, name="record")

    async def is_supported(self) -> bool:
        """Whether Prefect's server takes records. Raises whatever is wrong with it."""
        return await self._api.is_supported()

    async def record(self, ids: Collection[UUID], *, anew: bool = False) -> Collection[UUID]:
        """Tell of runs; those of a batch that is refused one by one. Give those that Prefect shows.

        `anew`: whatever showed them was deleted in Prefect.

        Raises:
            Exception: Prefect or the database does not answer.
        """
        after_seqs = {id: self._told_seqs.get(id, 0) for id in ids}
        runs = await self._runtime.run_in_transaction(
            partial(get_recorded_runs, after_seqs=after_seqs)
        )
        shown_in = partial(_shown_in, self._runtime.settings.prefect_mode, anew=anew)
        flow_run_ids = {run.run.id: id for run in runs if (id := shown_in(run))}
        maker = RecordMaker(
            self._runtime.node_types,
            self._runtime.settings,
            (run_workflow.name, run_workflow.name),
            await get_installation_tag(self._runtime),
        )
        records = {
            run.run.id: self._make(maker, run, flow_run_ids[run.run.id])
            for run in runs
            if run.run.id in flow_run_ids
        }
        results = await self._write(records)
        done: dict[UUID, UUID] = {}
        for run in runs:
            flow_run_id = flow_run_ids.get(run.run.id)
            result = results.get(flow_run_id) if flow_run_id else None
            self._note_result(run, result)
            if flow_run_id is not None and result in {"recorded", "current"}:
                done[run.run.id] = flow_run_id
        await self._runtime.run_in_transaction(partial(mark_recorded, flow_run_ids=done, anew=anew))
        return done.keys()

    def on_notify(self, payload: str | None) -> None:
        """Note that a run has news; None: some may have been missed."""
        if payload is None:
            self._search_at = 0.0
        elif len(self._changed) < MAX_CHANGED:
            self._changed.setdefault(UUID(payload), time.monotonic() + LIVE_SECONDS)
        self._wake.set()

    async def _record_while_leading(self) -> float:
        """Record for a while if we lead; give the seconds until the next attempt."""
        if not self._leadership.is_held or not await is_reachable(self._url):
            return RETRY_SECONDS
        if not await self._api.is_supported():
            return RETRY_SECONDS
        self._search_at = 0.0
        until = time.monotonic() + ROUND_SECONDS
        while self._leadership.is_held and (now := time.monotonic()) < until:
            self._wake.clear()
            if now >= self._search_at:
                await self._search(now)
            due = [id for id, at in self._changed.items() if at <= now][:RUNS_PER_BATCH]
            if due:
                await self._record_due(due)
                continue
            next_at = min([until, self._search_at, *self._changed.values()])
            await wait_for_event(
                self._wake if not self._changed else asyncio.Event(), next_at - now
            )
        return 0.0

    async def _search(self, now: float) -> None:
        """Find runs that have ended unseen; while there are many, search again at once."""
        limit = RUNS_PER_SEARCH + len(self._refused_attempts)
        found = await self._runtime.run_in_transaction(
            partial(find_unrecorded, limit=limit, days=MAX_AGE_DAYS)
        )
        self._changed |= {id: now for id in found if self._refused_attempts[id] < MAX_ATTEMPTS}
        self._search_at = now if len(found) == limit else now + POLL_SECONDS

    async def _record_due(self, ids: Sequence[UUID]) -> None:
        for id in ids:
            del self._changed[id]  # what comes from now on is told of in another round
        try:
            await self.record(ids)
        except BaseException:
            self._changed = dict.fromkeys(ids, 0.0) | self._changed
            raise

    async def _write(self, records: Mapping[UUID, Sequence[RunRecord]]) -> Mapping[UUID, Result]:
        try:
            return await self._api.write([one for parts in records.values() for one in parts])
        except RecordRefusedError:
            results: dict[UUID, Result] = {}
            for id, parts in records.items():
                try:
                    results |= await self._api.write(parts)
                except RecordRefusedError as error:
                    self._refuse(id, error)
            return results

    def _make(self, maker: RecordMaker, run: RecordedRun, flow_run_id: UUID) -> list[RunRecord]:
        try:
            return maker.make(run, flow_run_id)
        except Exception as error:
            logger.exception("run %s cannot be shown in Prefect", run.run.id)
            self._refuse(run.run.id, error)
            return []

    def _refuse(self, id: UUID, error: Exception) -> None:
        logger.warning("run %s is not shown in Prefect: %s", id, error)
        if id in self._refused_attempts or len(self._refused_attempts) < MAX_CHANGED:
            self._refused_attempts[id] += 1

    def _note_result(self, run: RecordedRun, result: Result | None) -> None:
        id = run.run.id
        told = self._told_seqs.pop(id, None)
        if result == "missing" and told:  # it was deleted, or the server has another database
            self._changed[id] = time.monotonic()
        elif not run.status.terminal and result in {"recorded", "current"}:
            self._told_seqs[id] = run.seq


def _shown_in(mode: PrefectMode, run: RecordedRun, *, anew: bool) -> UUID | None:
    """Give the flow run in which we show a run that is executed outside of Prefect, and has begun.

    None: Prefect executes it, and it names its flow run before the first node of its claim begins. With
    `record` it executes none, and whoever takes a flow run that is due gives it our label.
    """
    own_id, flow_run_id = recorded_flow_run_id(run.run.id), run.run.prefect_flow_run_id
    if anew:
        return own_id
    if run.superseded:  # its flow run shows another run by now
        return None
    if flow_run_id == own_id:
        return own_id
    if flow_run_id is not None:
        return flow_run_id if mode == "record" else None
    has_begun = run.status.terminal or any(
        node.epoch == run.run.epoch and (node.started_at or node.reused) for node in run.nodes
    )
    return own_id if has_begun else None
