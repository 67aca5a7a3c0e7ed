"""One node of a run, from its inputs to its outcome: cached result, attempt, decisions, record."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
)
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from db.queue.node_states import NodeChange, stored_bytes
from db.tables.node_execution import MAX_INPUT_BYTES
from flows.engine.attempt import Attempt, limit_size, values_bytes
from flows.engine.context import RunContext, TextBudget
from flows.engine.outcome import Outcome, split_outputs
from flows.engine.telemetry import count_skipped, trace_node
from flows.graph.wording import join_words, quoted
from flows.limits.memory import MemoryUsage
from flows.limits.tags import step_model, step_tags
from flows.planning.cache_key import ReusableResult
from flows.planning.plan import Step
from schemas.errors import AppError, NodeError
from schemas.values import ImageValue, MediaValue, TextValue, Value, VideoValue, items_of
from schemas.wire.run import NodeStatus, RunError, Usage
from tasks.node_type.bind import bind, bound_bytes, input_values
from tasks.node_type.definition import Demand, NodeType
from tasks.providers.text import ModelCall

logger = logging.getLogger("nodeloom.nodes")

MAX_DELAY_SECONDS: Final = 300.0
MAX_MESSAGE_LENGTH: Final = 2_000
MAX_ANSWER_CHARACTERS: Final = 300_000
"""Of an answer that is shown beside an error: as JSON, a character has six bytes at most."""
MAX_SHOWN_CHARACTERS: Final = 1_000
"""Of a text that is recorded as input of a node whose inputs are too long to be recorded whole."""
MIN_LOGGED_WAIT_SECONDS: Final = 0.5
"""A wait that is longer is logged."""


@dataclass
class NodeRun:
    """One node of one run, from its inputs to its outcome; its host calls the parts of its work."""

    context: RunContext
    step: Step
    attempts: range
    """The numbers of those it may make."""
    _usage: Usage | None = None
    """Of all attempts, those before a recovery included."""
    model: str | None = None
    log: Callable[[str], None] = logger.debug
    """Its host's log, if that has one of its own."""
    _attempt: int = 0
    """The number of the one that was begun last; 0 before the first."""
    _connected: Mapping[str, list[Value]] = field(default_factory=dict[str, list[Value]])
    _demand: Demand | None = None
    _model_call: ModelCall | None = None
    _last_error: RunError | None = None
    """Not the exception, which would hold what the attempt had in its hands."""
    _input: dict[str, Any] = field(default_factory=dict[str, Any])
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
        self._connected = connected
        await self.context.pause_control.wait_until_resumed()
        self._built_on = max((outcome.position for outcome in needed.values()), default=0)
        self.model = step_model(self.step, self._type, connected)
        try:
            stopped = self.context.is_lost_or_paused
            with trace_node(self.step, stopped) as trace, self.context.idle_tracker.running():
                trace.outcome = outcome = await self.context.host(self)
                trace.attempts = self._attempt
        finally:
            self.context.pause_control.end(self.step.node_id)
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

    async def prepare(self) -> Outcome | None:
        """Make the inputs ready; end the node with an earlier result, or if they are too large."""
        try:
            bound_bytes(self._type, self.step.data, self._connected)
            values = input_values(self._type, self.step.data, self._connected)
            self._input = _dump_inputs(values, self.context.text_budget)
            self._cache_key, earlier = await self.context.result_cache.find(
                self.step, self._connected
            )
            if earlier is not None:
                self.context.text_budget.add(values_bytes(earlier.values.values()))
        except NodeError as error:
            return self.fail(error)
        if earlier is not None:
            return self._complete_from_cache(earlier)
        self._demand = self._find_demand()
        self._attempt = self.attempts[0] - 1
        return None

    @asynccontextmanager
    async def slots(self) -> AsyncGenerator[None]:
        """Wait until the next attempt may begin, and hold its slots meanwhile."""
        self._attempt += 1
        control = self.context.pause_control
        while True:
            await control.wait_until_resumed()
            async with self._concurrency_slots(), self._compute_slots():
                self._model_call = await self._acquire_call()
                await asyncio.sleep(0)  # lets others in when hundreds become ready at once
                if control.begin(self.step.node_id):
                    yield
                    return

    async def attempt(self) -> Outcome:
        """Do the work once, within the slots for it."""
        self._record(NodeStatus.RUNNING, error=self._last_error)
        asks = f" with {self.model}" if self.model else ""
        self.log(f"Attempt {self._attempt} of {self.attempts[-1]} begins{asks}.")
        began = monotonic()
        values = await Attempt(
            self.context,
            self.step,
            self._attempt,
            self._connected,
            self._model_call,
            self._add_usage,
            self.log,
            self._built_on,
            MemoryUsage(self.context.runtime.memory, self.context.run_id, self.step.node_id),
        ).run()
        self.log(self._usage_summary(monotonic() - began))
        self._record(NodeStatus.COMPLETED, values=values)
        return Outcome(NodeStatus.COMPLETED, values, position=self.context.journal.position)

    def retry_delay(self, error: NodeError) -> float | None:
        """Decide after how many seconds another attempt is made; None: it makes no sense."""
        self._last_error = _public_error(error)
        if self._attempt >= self.attempts[-1] or not _is_worth_retrying(error):
            return None
        self.context.pause_control.end(self.step.node_id, self._last_error)
        delay = self._backoff(self._attempt - self.attempts[0], error)
        self.log(
            f"Attempt {self._attempt} failed ({error.code}); trying again in {delay:.1f} s: {error}"
        )
        return delay

    def waiting(self) -> AbstractContextManager[None]:
        """Wait between two attempts within this block."""
        return self.context.idle_tracker.waiting()

    def fail(self, error: NodeError) -> Outcome:
        """Record that the node has failed for good."""
        public = _public_error(error)
        shown = error.answer and error.answer[:MAX_ANSWER_CHARACTERS]
        self._record(
            NodeStatus.FAILED, error=public, answer=TextValue(text=shown) if shown else None
        )
        return Outcome(NodeStatus.FAILED, error=public)

    @property
    def _type(self) -> NodeType:
        return self.context.runtime.node_types[self.step.node_type]

    def _compute_slots(self) -> AbstractAsyncContextManager[Any]:
        if self._type.runs_in_child:
            return self.context.runtime.compute.slots
        return self.context.network_slots[self._demand.model.id if self._demand else None]

    def _find_demand(self) -> Demand | None:
        """Say what will be asked of the model provider, if anything; errors are the attempt's."""
        if self._type.demand is None:
            return None
        try:
            return self._type.demand(*bind(self._type, self.step.data, self._connected))
        except AppError:
            return None

    def _add_usage(self, usage: Usage) -> None:
        self._usage = self._usage + usage if self._usage else usage

    def _usage_summary(self, seconds: float) -> str:
        """Say how long the work took, and what it used."""
        if self._usage is None:
            return f"Done after {seconds:.3f} s."
        used = self._usage
        return (
            f"Done after {seconds:.3f} s; {used.input_tokens:,} tokens read,"
            f" {used.output_tokens:,} written."
        )

    @asynccontextmanager
    async def _concurrency_slots(self) -> AsyncGenerator[None]:
        """Hold a slot where an operator has limited how many such nodes may work."""
        limiter = self.context.runtime.concurrency_limiter
        tags = step_tags(self.step, self._type, self.model)
        async with AsyncExitStack() as held:
            began = monotonic()
            with self.context.idle_tracker.waiting():
                await held.enter_async_context(limiter.slots(self.context.owner_id, tags))
            if monotonic() - began > MIN_LOGGED_WAIT_SECONDS:
                waited = f"Waited {monotonic() - began:.1f} s for a place"
                self.log(f"{waited}: the tag {limiter.limited_tag(tags)} is limited.")
            yield

    async def _acquire_call(self) -> ModelCall | None:
        """Wait until the limits of the model's provider allow a call, where one is known of."""
        if self._demand is None:
            return None
        limiter = self.context.runtime.rate_limiter
        with self.context.idle_tracker.waiting():
            return await limiter.acquire(self.context.owner_id, self._demand)

    def _backoff(self, retry: int, error: NodeError) -> float:
        """Give the wait before the next attempt, in seconds: doubled each time, with jitter.

        Never less than the other side asked for; then, too, not all come at the same moment.
        """
        backoff = self.step.retry_delay_seconds * 2**retry * random.uniform(0.75, 1.25)  # noqa: S311
        asked = error.retry_after or 0
        late = min(1.0, asked / 4) * random.uniform(0, 1)  # noqa: S311
        return max(min(backoff, MAX_DELAY_SECONDS), asked + late)

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

    def _record(
        self,
        status: NodeStatus,
        *,
        values: Mapping[str, Value] | None = None,
        error: RunError | None = None,
        answer: TextValue | None = None,
    ) -> None:
        outputs: dict[str, Any] = {} if values is None else split_outputs(self._type, values)
        if answer is not None:
            outputs = {"output": answer.model_dump(mode="json")}
        change = NodeChange(
            node_id=self.step.node_id,
            status=status,
            attempt=self._attempt,
            input=self._input if status is NodeStatus.RUNNING else None,
            **outputs,
            error=error,
            usage=self._usage,
            cache_key=self._cache_key,
        )
        is_billed = status.terminal and self._type.demand is not None
        self.context.journal.record(change, _stored_media(values or {}), flush=is_billed)


def _stored_media(values: Mapping[str, Value]) -> list[MediaValue]:
    return [each for each in items_of(values.values()) if isinstance(each, ImageValue | VideoValue)]


def _dump_inputs(values: Mapping[str, Value | list[Value]], budget: TextBudget) -> dict[str, Any]:
    """Give what is recorded as input; texts are cut where they are too long to be stored whole.

    Raises:
        BadInputError: `value_too_large`.
    """
    dumped = _dump(values, None)
    size = stored_bytes(dumped)
    if size > MAX_INPUT_BYTES or not budget.record(size):
        dumped = _dump(values, MAX_SHOWN_CHARACTERS)
        limit_size(dumped, MAX_INPUT_BYTES, "What enters this node")
    return dumped


def _dump(values: Mapping[str, Value | list[Value]], most: int | None) -> dict[str, Any]:
    return {
        handle: [_shorten(one, most).model_dump(mode="json") for one in value]
        if isinstance(value, list)
        else _shorten(value, most).model_dump(mode="json")
        for handle, value in values.items()
    }


def _shorten(value: Value, most: int | None) -> Value:
    if most is None or not isinstance(value, TextValue) or len(value.text) <= most:
        return value
    return TextValue(text=f"{value.text[:most]} … ({len(value.text):,} characters in all)")


def _public_error(error: NodeError) -> RunError:
    return RunError(code=error.code, message=error.message[:MAX_MESSAGE_LENGTH])


def _is_worth_retrying(error: NodeError) -> bool:
    """Whether another attempt makes sense, and soon enough."""
    return error.retryable and (error.retry_after or 0) <= MAX_DELAY_SECONDS
