"""One claimed run in this process: its plan, its journal, and how it ends."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from db.assets import find_assets_at_once
from db.postgres.outage import OUTAGE_ERRORS, RETRY_SECONDS
from db.queue.claims import ClaimedRun
from db.queue.leases import StopRequests, lock_claimed, release_lease
from db.queue.node_states import NodeChange, RecoveredOutputs, read_recovered_outputs
from db.queue.recovery import fail_run, request_cancel
from db.tables import NodeExecution
from flows.engine.activity import IdleTracker, PauseControl
from flows.engine.context import RunContext, TextBudget
from flows.engine.host import NodeHost, run_directly
from flows.engine.journal import Journal, write_durably
from flows.engine.leases import LeasedSemaphore
from flows.engine.node import NodeRun
from flows.engine.outcome import Outcome
from flows.engine.result_cache import ResultCache
from flows.engine.runtime import Runtime
from flows.engine.scheduler import Scheduler
from flows.engine.telemetry import trace_run
from flows.graph.check import asset_ids
from flows.graph.wording import join_words, quoted
from flows.planning.cache_key import ReusePolicy
from flows.planning.compiled import CompiledVersion, catalogue_digest, compile_version
from flows.planning.plan import Step
from schemas.errors import AppError, InvalidGraphError
from schemas.values import MediaValue, outputs_adapter
from schemas.wire.run import NodeStatus, Reuse, RunError, RunStatus, Usage

logger = logging.getLogger(__name__)

MAX_NETWORK_NODES = 64
"""Nodes of one run that wait for others' machines at the same time; for each model, so many."""


@dataclass
class RunExecution:
    """Executes a claimed run to its end, or until it is paused.

    All of our rows are written from here, through the journal, whatever hosts its nodes.
    """

    runtime: Runtime
    claimed: ClaimedRun
    is_lease_fresh: Callable[[], bool]
    """Whether the lease is fresh; while it is not, no provider is called."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the run is terminal in our rows, or lost to another executor."""
    outcomes: Mapping[str, Outcome] = field(default_factory=dict[str, Outcome])
    status: RunStatus = RunStatus.RUNNING

    def __post_init__(self) -> None:
        """Plan the version that the run was started with."""
        self.version = _compile(self.claimed, self.runtime)
        self.plan = self.version.plan(frozenset(row.node_id for row in self.claimed.executions))
        self.rows = {row.node_id: row for row in self.claimed.executions}
        self.journal = Journal(
            self.runtime.sessions,
            self.runtime.functions,
            self.runtime.store,
            self.claimed.id,
            self.claimed.epoch,
            open_nodes=sum(not NodeStatus(row.status).terminal for row in self.rows.values()),
            clock=self.claimed.clock,
        )
        self._cancelled = asyncio.Event()
        self._pause_control = PauseControl()
        self._paused = False
        self._idle_tracker = IdleTracker()

    def set_paused(self, paused: bool) -> None:
        """Begin no attempt any more, and end as WAITING when none is made; or go on after all."""
        self._pause_control.set_paused(paused)

    def apply(self, requests: StopRequests) -> None:
        """Cancel or pause the run, or let it go on, as people have asked."""
        self.set_paused(self.claimed.id in requests.paused)
        if self.claimed.id in requests.cancelled:
            self.cancel()

    def cancel(self) -> None:
        """Stop every node at once and end the run as CANCELLED."""
        self._cancelled.set()

    async def run(self, host: NodeHost = run_directly) -> RunStatus:
        """Run every node that has not ended yet, then end the run; give its status.

        WAITING where it was paused before its end.

        Nothing more is written, and the status stays RUNNING, when the run was lost.

        Raises:
            Exception: a defect of ours; the caller abandons the run.
        """
        with trace_run(self.claimed) as trace:
            await self._run(host)
            trace.status = self.status
        return self.status

    async def _run(self, host: NodeHost) -> None:
        writer = asyncio.create_task(self.journal.run(), name=f"journal {self.claimed.id}")
        try:
            earlier = await self._read_recovered_outputs()
            if await self._run_nodes(await self._context(host, earlier), earlier):
                await self._finish()
        finally:
            writer.cancel()
            self.ended.set()

    @property
    def is_idle(self) -> bool:
        """Whether it only waits for a model provider to let it go on, or for a next attempt."""
        return self._idle_tracker.is_idle

    @property
    def summary(self) -> str:
        """Say how many nodes ended how."""
        counts = Counter(outcome.status for outcome in self.outcomes.values())
        others = [
            f"{counts[status]} {status.lower()}"
            for status in (NodeStatus.FAILED, NodeStatus.SKIPPED, NodeStatus.CANCELLED)
            if counts[status]
        ]
        done = f"{counts[NodeStatus.COMPLETED]} of {len(self.plan.steps)} nodes completed"
        return ", ".join([done, *others])

    async def _run_nodes(self, context: RunContext, earlier: RecoveredOutputs) -> bool:
        """Run the nodes until all ended, or the run is cancelled; False when it was lost."""

        async def execute(step: Step, needed: Mapping[str, Outcome]) -> Outcome:
            row = self.rows[step.node_id]
            before = Usage.model_validate(row.usage) if row.usage else None
            return await NodeRun(context, step, _attempts(step, row), before).execute(needed)

        hold = partial(self.runtime.memory.hold, self.claimed.id)
        scheduler = Scheduler(self.plan.steps, execute, hold)
        work = asyncio.create_task(
            scheduler.run(self._external_inputs() | self._previous_outcomes(earlier))
        )
        drained, *stops = [
            asyncio.create_task(event.wait())
            for event in (self._pause_control.drained, self.journal.lost, self._cancelled)
        ]
        try:
            await asyncio.wait({work, drained, *stops}, return_when=asyncio.FIRST_COMPLETED)
            if self.journal.is_complete:  # its last node has ended while it was to be paused
                await asyncio.wait({work, *stops}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
            self._paused = not (work.done() or self._cancelled.is_set())
        finally:
            await _cancel_and_wait(work, drained, *stops)
        if self.journal.failure is not None:
            raise self.journal.failure
        ended = {id: one for id, one in scheduler.outcomes.items() if id in self.rows}
        self.outcomes = ended | self._cancel_open(ended)
        return not self.journal.lost.is_set()

    def _cancel_open(self, ended: Mapping[str, Outcome]) -> dict[str, Outcome]:
        """Record CANCELLED for the nodes that have not ended; there are none otherwise."""
        if not self._cancelled.is_set():
            return {}
        error = RunError(code="cancelled", message="The run was cancelled.")
        cancelled: dict[str, Outcome] = {}
        for step in self.plan.steps:
            if step.node_id not in ended:
                # What was recorded in the moment of the cancellation stays as it is.
                known = self.journal.final_statuses.get(step.node_id)
                if known is None:
                    self.journal.record(NodeChange(step.node_id, NodeStatus.CANCELLED, error=error))
                status = known or NodeStatus.CANCELLED
                cancelled[step.node_id] = Outcome(status, error=None if known else error)
        return cancelled

    async def _finish(self) -> None:
        status = self._final_status()
        error = self._failure() if status is RunStatus.FAILED else None
        ended = await self.journal.end(status, error, self._pause_control.errors)
        if self.journal.failure is not None:
            raise self.journal.failure
        if ended:
            self.status = status

    def _final_status(self) -> RunStatus:
        if self._paused:
            return RunStatus.WAITING
        if all(outcome.completed or outcome.not_taken for outcome in self.outcomes.values()):
            return RunStatus.COMPLETED
        return RunStatus.CANCELLED if self._cancelled.is_set() else RunStatus.FAILED

    def _failure(self) -> RunError:
        failed = [
            step.label
            for step in self.plan.steps
            if self.outcomes[step.node_id].status is NodeStatus.FAILED
        ]
        names = join_words([quoted(label) for label in failed[:5]])
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        return RunError(
            code="nodes_failed", message=f"{names}{more} failed: {self.summary}. See each node."
        )

    def _external_inputs(self) -> dict[str, Outcome]:
        """Give what enters the scope from outside, as it was decided when the run started."""
        return {
            node_id: Outcome(NodeStatus.COMPLETED, outputs_adapter.validate_python(outputs))
            for node_id, outputs in self.claimed.inputs.items()
        }

    async def _read_recovered_outputs(self) -> RecoveredOutputs:
        """Read what is still needed of what nodes gave before this claim, if there was another."""
        ended = {row.node_id for row in self.claimed.executions if NodeStatus(row.status).terminal}
        needed = {
            id for step in self.plan.steps if step.node_id not in ended for id in step.dependencies
        }
        while ended and not self.journal.lost.is_set():
            try:
                async with self.runtime.sessions() as session:
                    return await session.run_sync(read_recovered_outputs, self.claimed.id, needed)
            except OUTAGE_ERRORS as error:
                logger.warning("run %s: the database is away: %s", self.claimed.id, error)
                await asyncio.sleep(RETRY_SECONDS)
        return RecoveredOutputs({}, 0, 0)

    def _previous_outcomes(self, earlier: RecoveredOutputs) -> dict[str, Outcome]:
        """Take over what ended before a crash: those rows are the truth, nothing runs twice."""
        return {
            row.node_id: Outcome(
                status=NodeStatus(row.status),
                values=outputs_adapter.validate_python(earlier.outputs.get(row.node_id, {})),
                error=RunError.model_validate(row.error) if row.error else None,
            )
            for row in self.claimed.executions
            if NodeStatus(row.status).terminal
        }

    async def _context(self, host: NodeHost, earlier: RecoveredOutputs) -> RunContext:
        known = await self._find_assets()

        async def find_asset(asset_id: UUID) -> MediaValue | None:
            return known.get(asset_id)

        return RunContext(
            runtime=self.runtime,
            journal=self.journal,
            run_id=self.claimed.id,
            owner_id=self.claimed.owner_id,
            execution_ids={row.node_id: row.id for row in self.claimed.executions},
            labels={step.node_id: step.label for step in self.plan.steps},
            find_asset=find_asset,
            network_slots=defaultdict(
                lambda: LeasedSemaphore(MAX_NETWORK_NODES, self.is_lease_fresh)
            ),
            host=host,
            result_cache=ResultCache(
                self.runtime,
                self.claimed.owner_id,
                _policy(self.claimed, self.runtime),
                self.journal.lost,
            ),
            idle_tracker=self._idle_tracker,
            text_budget=TextBudget(earlier.output_bytes, earlier.input_bytes),
            pause_control=self._pause_control,
        )

    async def _find_assets(self) -> dict[UUID, MediaValue]:
        wanted = asset_ids(self.version.readable, self.runtime.node_types)
        if not wanted:
            return {}
        return await find_assets_at_once(
            self.runtime.functions, self.claimed.owner_id, list(wanted.values())
        )


def _attempts(step: Step, row: NodeExecution) -> range:
    """Number the attempts that a node may make; one whose last had failed has the rest of them."""
    first = row.attempt + 1
    last = max(first, step.retries + 1) if row.error else first + step.retries
    return range(first, last + 1)


def _compile(claimed: ClaimedRun, runtime: Runtime) -> CompiledVersion:
    """Compile what the run was given rows for: that is its scope, whatever it was called.

    What the start has checked by the same node types is not checked again.
    """
    node_types = runtime.node_types
    version = compile_version(claimed.version_id, claimed.graph, node_types)
    if version.graph is None:
        raise InvalidGraphError(version.problems, "The stored version of the workflow is no graph.")
    nodes = frozenset(row.node_id for row in claimed.executions)
    checked = claimed.catalogue_digest == catalogue_digest(node_types.values())
    if not checked and (problems := version.check(nodes)):
        raise InvalidGraphError(problems, "The stored version of the workflow has problems.")
    return version


def _policy(claimed: ClaimedRun, runtime: Runtime) -> ReusePolicy:
    return ReusePolicy(
        reuse=cast("Reuse", claimed.reuse),
        partial=claimed.scope.get("kind") != "all",
        demo=runtime.settings.demo_model,
    )


async def _cancel_and_wait(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def abandon_run(runtime: Runtime, claimed: ClaimedRun, error: Exception) -> None:
    """Fail the run now rather than after five fruitless recoveries."""
    public = _public_error(claimed, error)

    def write(session: Session) -> None:
        fail_run(session, claimed.id, claimed.epoch, public)

    what = f"failure of run {claimed.id}"
    commit = partial(runtime.run_in_transaction, write)
    await write_durably(commit, lost=asyncio.Event(), what=what)


async def release_run(runtime: Runtime, claimed: ClaimedRun, *, cancel: bool) -> None:
    """Give a run back, so that another executor goes on with it at once; or cancel it."""

    def write(session: Session) -> None:
        if cancel and lock_claimed(session, claimed.id, claimed.epoch):
            request_cancel(session, claimed.owner_id, claimed.id)
        release_lease(session, claimed.id, claimed.epoch)  # which ends one that is to be cancelled

    commit = partial(runtime.run_in_transaction, write)
    await write_durably(commit, lost=asyncio.Event(), what=f"release of run {claimed.id}")


def _public_error(claimed: ClaimedRun, error: Exception) -> RunError:
    if isinstance(error, InvalidGraphError):
        first = error.problems[0].message if error.problems else error.message
        return RunError(code=error.code, message=f"This version can no longer run: {first}")
    if isinstance(error, AppError):
        return RunError(code=error.code, message=error.message)
    return RunError(
        code="internal_error",
        message="Something went wrong inside Nodeloom; the worker's log has the details under"
        f" {claimed.id}.",
    )
