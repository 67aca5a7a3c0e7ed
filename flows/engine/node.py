"""One node of a run, from its inputs to its outcome: cached result, attempts, retries, record."""

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from db.queue.node_states import NodeChange
from db.tables.node_execution import MAX_INPUT_BYTES
from flows.engine.attempt import Attempt, limit_size, limit_text
from flows.engine.context import RunContext
from flows.engine.observer import RunningNode
from flows.engine.outcome import Outcome, split_outputs
from flows.engine.telemetry import count_skipped, trace_node
from flows.graph.wording import join_words, quoted
from flows.limits.tags import step_model, step_tags
from flows.planning.cache_key import ReusableResult
from flows.planning.plan import Step
from schemas.errors import AppError, BadInputError, NodeError
from schemas.values import ImageValue, MediaValue, Value, VideoValue, items_of
from schemas.wire.run import NodeStatus, RunError, Usage
from tasks.node_type.bind import bind, input_values
from tasks.node_type.definition import Demand, NodeType
from tasks.providers.text import ModelCall

MAX_DELAY_SECONDS: Final = 300.0
MAX_MESSAGE_LENGTH: Final = 2_000
MIN_LOGGED_WAIT_SECONDS: Final = 0.5
"""A wait that is longer is logged."""


@dataclass
class NodeRun:
    """One node of one run, from its inputs to its outcome."""

    context: RunContext
    step: Step
    first_attempt: int = 1
    _usage: Usage | None = None
    """Of all attempts, those before a recovery included."""
    _attempt: int = 0
    _model: str | None = None
    _input: dict[str, Any] = field(default_factory=dict[str, Any])
    _log_lines: list[str] = field(default_factory=list[str])
    _cache_key: str | None = None
    _built_on: int = 0
    """The position in the journal of the last of what it needs."""

    async def execute(self, needed: Mapping[str, Outcome]) -> Outcome:
        """Bring the node to its end and record it; every expected failure is an outcome."""
        missing = [
            node_id
            for node_id, outcome in needed.items()
            if not (outcome.completed or outcome.not_taken)
        ]
        if missing:
            return self._skip(missing)
        connected = self.step.connected({id: each.values for id, each in needed.items()})
        if connected is None:
            return self._skip_not_taken()
        self._built_on = max((outcome.position for outcome in needed.values()), default=0)
        self._model = step_model(self.step, self._type, connected)
        ended = asyncio.get_running_loop().create_future()
        running = RunningNode(self.step, ended, self._log_lines, self._model)
        self.context.observer(running)
        try:
            with trace_node(self.step) as trace, self.context.idle_tracker.running():
                trace.outcome = outcome = await self._work(connected)
                trace.attempts = self._attempt
        except BaseException:
            running.outcome.cancel()
            raise
        running.outcome.set_result(outcome)
        return outcome

    def _skip(self, missing: list[str]) -> Outcome:
        names = join_words([quoted(self.context.labels[node_id]) for node_id in missing])
        error = RunError(code="input_missing", message=f"Not run, because {names} gave no output.")
        self._record(NodeStatus.SKIPPED, error=error)
        count_skipped(self.step)
        return Outcome(NodeStatus.SKIPPED, error=error)

    def _skip_not_taken(self) -> Outcome:
        """Record that nothing was sent to the node, which is nobody's failure."""
        change = NodeChange(self.step.node_id, NodeStatus.SKIPPED, skip_reason="not_taken")
        self.context.journal.record(change)
        count_skipped(self.step)
        return Outcome(NodeStatus.SKIPPED, position=self.context.journal.position)

    async def _work(self, connected: Mapping[str, list[Value]]) -> Outcome:
        try:
            self._input = _dump_inputs(input_values(self._type, self.step.data, connected))
            self._cache_key, earlier = await self.context.result_cache.find(self.step, connected)
            if earlier is not None:
                return self._complete_from_cache(earlier)
            values = await self._run_attempts(connected)
        except NodeError as error:
            return self._failed(error)
        return self._completed(values)

    @property
    def _type(self) -> NodeType:
        return self.context.runtime.node_types[self.step.node_type]

    def _slots(self, demand: Demand | None) -> AbstractAsyncContextManager[Any]:
        if self._type.runs_in_child:
            return self.context.runtime.compute.slots
        return self.context.network_slots[demand.model.id if demand else None]

    def _demand(self, connected: Mapping[str, list[Value]]) -> Demand | None:
        """Say what will be asked of the model provider, if anything; errors are the attempt's."""
        if self._type.demand is None:
            return None
        try:
            return self._type.demand(*bind(self._type, self.step.data, connected))
        except AppError:
            return None

    async def _run_attempts(self, connected: Mapping[str, list[Value]]) -> Mapping[str, Value]:
        last: NodeError | None = None
        demand = self._demand(connected)
        attempts = range(self.first_attempt, self.first_attempt + self.step.retries + 1)
        for attempt in attempts:
            self._attempt = attempt
            try:
                async with (
                    self._concurrency_slots(),
                    self._slots(demand),
                ):  # not held between attempts
                    model_call = await self._acquire_call(demand)
                    await asyncio.sleep(0)  # lets others in when hundreds become ready at once
                    self._record(NodeStatus.RUNNING, error=last and _public_error(last))
                    asks = f" with {self._model}" if self._model else ""
                    self._log_lines.append(f"Attempt {attempt} of {attempts[-1]} begins{asks}.")
                    began = monotonic()
                    values = await self._attempt_once(connected, model_call)
                    self._log_lines.append(self._usage_summary(monotonic() - began))
                    return values
            except NodeError as error:
                last = error
            if not _is_worth_retrying(last) or attempt == attempts[-1]:
                break
            delay = self._delay(attempt - self.first_attempt, last)
            self._log_lines.append(
                f"Attempt {attempt} failed ({last.code}); trying again in {delay:.1f} s: {last}"
            )
            with self.context.idle_tracker.waiting():
                await asyncio.sleep(delay)
        assert last is not None
        raise last

    async def _attempt_once(
        self, connected: Mapping[str, list[Value]], model_call: ModelCall | None
    ) -> Mapping[str, Value]:
        return await Attempt(
            self.context,
            self.step,
            self._attempt,
            connected,
            model_call,
            self._add_usage,
            self._built_on,
        ).run()

    def _add_usage(self, usage: Usage) -> None:
        self._usage = self._usage + usage if self._usage else usage

    def _usage_summary(self, seconds: float) -> str:
        """Say how long the work took, and what it used."""
        if self._usage is None:
            return f"Done after {seconds:.2f} s."
        used = self._usage
        return (
            f"Done after {seconds:.2f} s; {used.input_tokens:,} tokens read,"
            f" {used.output_tokens:,} written."
        )

    @asynccontextmanager
    async def _concurrency_slots(self) -> AsyncGenerator[None]:
        """Hold a slot where an operator has limited how many such nodes may work."""
        limiter = self.context.runtime.concurrency_limiter
        tags = step_tags(self.step, self._type, self._model)
        async with AsyncExitStack() as held:
            began = monotonic()
            with self.context.idle_tracker.waiting():
                await held.enter_async_context(limiter.slots(self.context.owner_id, tags))
            if monotonic() - began > MIN_LOGGED_WAIT_SECONDS:
                waited = f"Waited {monotonic() - began:.1f} s for a place"
                self._log_lines.append(f"{waited}: the tag {limiter.limited_tag(tags)} is limited.")
            yield

    async def _acquire_call(self, demand: Demand | None) -> ModelCall | None:
        """Wait until the limits of the model's provider allow a call, where one is known of."""
        if demand is None:
            return None
        with self.context.idle_tracker.waiting():
            return await self.context.runtime.rate_limiter.acquire(self.context.owner_id, demand)

    def _delay(self, retry: int, error: NodeError) -> float:
        """Give the wait before the next attempt, in seconds: doubled each time, with jitter.

        Never less than the other side asked for; then, too, not all come at the same moment.
        """
        backoff = self.step.retry_delay_seconds * 2**retry * random.uniform(0.75, 1.25)  # noqa: S311
        asked = error.retry_after or 0
        late = min(1.0, asked / 4) * random.uniform(0, 1)  # noqa: S311
        return max(min(backoff, MAX_DELAY_SECONDS), asked + late)

    def _completed(self, values: Mapping[str, Value]) -> Outcome:
        self._record(NodeStatus.COMPLETED, values=values)
        return Outcome(NodeStatus.COMPLETED, values, position=self.context.journal.position)

    def _complete_from_cache(self, earlier: ReusableResult) -> Outcome:
        """Complete without an attempt; what the earlier run used is not counted again."""
        change = NodeChange(
            node_id=self.step.node_id,
            status=NodeStatus.COMPLETED,
            input=self._input,
            **split_outputs(self._type, earlier.values),
            reused=True,
            reused_from=earlier.run_id,
            cache_key=self._cache_key,
        )
        self.context.journal.record(change, _stored_media(earlier.values))
        return Outcome(
            NodeStatus.COMPLETED,
            earlier.values,
            reused_from=earlier.run_id,
            position=self.context.journal.position,
        )

    def _failed(self, error: NodeError) -> Outcome:
        public = _public_error(error)
        self._record(NodeStatus.FAILED, error=public)
        return Outcome(NodeStatus.FAILED, error=public)

    def _record(
        self,
        status: NodeStatus,
        *,
        values: Mapping[str, Value] | None = None,
        error: RunError | None = None,
    ) -> None:
        change = NodeChange(
            node_id=self.step.node_id,
            status=status,
            attempt=self._attempt,
            input=self._input if status is NodeStatus.RUNNING else None,
            **({} if values is None else split_outputs(self._type, values)),
            error=error,
            usage=self._usage,
            cache_key=self._cache_key,
        )
        self.context.journal.record(change, _stored_media(values or {}))


def _stored_media(values: Mapping[str, Value]) -> list[MediaValue]:
    return [each for each in items_of(values.values()) if isinstance(each, ImageValue | VideoValue)]


def _dump_inputs(values: Mapping[str, Value | list[Value]]) -> dict[str, Any]:
    """Give what is recorded as input; nothing where it is more text than a node may take.

    Raises:
        BadInputError: `value_too_large`.
    """
    try:
        limit_text(
            each for one in values.values() for each in (one if isinstance(one, list) else [one])
        )
    except BadInputError:
        return {}
    dumped = {
        handle: [one.model_dump(mode="json") for one in value]
        if isinstance(value, list)
        else value.model_dump(mode="json")
        for handle, value in values.items()
    }
    limit_size(dumped, MAX_INPUT_BYTES, "What enters this node")
    return dumped


def _public_error(error: NodeError) -> RunError:
    return RunError(code=error.code, message=error.message[:MAX_MESSAGE_LENGTH])


def _is_worth_retrying(error: NodeError) -> bool:
    """Whether another attempt makes sense, and soon enough."""
    return error.retryable and (error.retry_after or 0) <= MAX_DELAY_SECONDS
