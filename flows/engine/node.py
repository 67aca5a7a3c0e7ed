"""What happens to one node of a run: bind, attempt, retry, record."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID

from db.queue.node_states import NodeChange
from flows.asset_values import new_asset
from flows.compute.process_pool import timed_out
from flows.engine.context import Runtime
from flows.engine.idle import Patience
from flows.engine.journal import Journal
from flows.engine.observer import Ongoing, Watch
from flows.engine.outcome import Outcome
from flows.engine.result_cache import Takeover
from flows.engine.telemetry import see_node, skipped
from flows.graph.wording import listed, quoted
from flows.limits.tags import model_of, tags_of
from flows.planning.cache_key import Earlier
from flows.planning.plan import Step
from schemas.errors import AppError, BadInputError, NodeError
from schemas.values import AssetValue, ImageValue, TextValue, Value, VideoValue
from schemas.wire.run import NodeStatus, RunError, Usage
from tasks.bind import bind, input_values
from tasks.child import run_in_child
from tasks.node import Context, Demand, NodeType, Remote, Say

logger = logging.getLogger(__name__)

MAX_TEXT_BYTES = 262_144
"""Of the text that enters or leaves one node."""
MAX_DELAY_SECONDS = 300.0
MAX_MESSAGE_LENGTH = 2_000
NOTED_SECONDS = 0.5
"""A wait that is longer is told of."""

FindAsset = Callable[[UUID], Awaitable[ImageValue | VideoValue | None]]


@dataclass(frozen=True)
class RunScope:
    """What the nodes of one claimed run share."""

    runtime: Runtime
    journal: Journal
    run_id: UUID
    owner_id: str
    execution_ids: Mapping[str, UUID]
    labels: Mapping[str, str]
    find_asset: FindAsset
    network_slots: Mapping[str | None, asyncio.Semaphore]
    """By model, so that who waits for one model's limits is in nobody else's way; None: the rest."""
    watch: Watch
    takeover: Takeover
    patience: Patience


@dataclass
class NodeRun:
    """One node of one run, from its inputs to its outcome."""

    scope: RunScope
    step: Step
    first_attempt: int = 1
    _usage: Usage | None = None
    """Of all attempts, those before a recovery included."""
    _attempt: int = 0
    _remote: Remote | None = None
    _model: str | None = None
    _input: dict[str, Any] = field(default_factory=dict[str, Any])
    _lines: list[str] = field(default_factory=list[str])
    _cache_key: str | None = None
    _built_on: int = 0
    """The position in the journal of the last of what it needs."""

    async def execute(self, needed: Mapping[str, Outcome]) -> Outcome:
        """Bring the node to its end and record it; every expected failure is an outcome."""
        missing = [node_id for node_id, outcome in needed.items() if not outcome.completed]
        if missing:
            return self._skip(missing)

        connected = self._connected(needed)
        self._built_on = max((outcome.position for outcome in needed.values()), default=0)
        self._model = model_of(self.step, self._type, connected)
        ended = asyncio.get_running_loop().create_future()
        ongoing = Ongoing(self.step, ended, self._lines, self._model)
        self.scope.watch(ongoing)
        try:
            with see_node(self.step) as seen, self.scope.patience.working():
                seen.outcome = outcome = await self._work(connected)
                seen.attempts = self._attempt
        except BaseException:
            ongoing.outcome.cancel()
            raise
        ongoing.outcome.set_result(outcome)
        return outcome

    def _skip(self, missing: list[str]) -> Outcome:
        names = listed([quoted(self.scope.labels[node_id]) for node_id in missing])
        error = RunError(code="input_missing", message=f"Not run, because {names} gave no output.")
        self._record(NodeStatus.SKIPPED, error=error)
        skipped(self.step)
        return Outcome(NodeStatus.SKIPPED, error=error)

    def _connected(self, needed: Mapping[str, Outcome]) -> Mapping[str, list[Value]]:
        return {
            binding.handle: [_value(needed[source]) for source in binding.sources]
            for binding in self.step.bindings
        }

    async def _work(self, connected: Mapping[str, list[Value]]) -> Outcome:
        try:
            self._input = _dump_inputs(input_values(self._type, self.step.data, connected))
            self._cache_key, earlier = await self.scope.takeover.find(self.step, connected)
            if earlier is not None:
                return self._taken_over(earlier)
            value = await self._attempts(connected)
        except NodeError as error:
            return self._failed(error)
        return self._completed(value)

    @property
    def _type(self) -> NodeType:
        return self.scope.runtime.node_types[self.step.node_type]

    def _slots(self, demand: Demand | None) -> AbstractAsyncContextManager[Any]:
        if self._type.in_child:
            return self.scope.runtime.compute.slots
        return self.scope.network_slots[demand.model if demand else None]

    def _demand(self, connected: Mapping[str, list[Value]]) -> Demand | None:
        """Say what will be asked of the model provider, if anything; errors are the attempt's."""
        if self._type.demand is None:
            return None
        try:
            return self._type.demand(*bind(self._type, self.step.data, connected))
        except AppError:
            return None

    async def _attempts(self, connected: Mapping[str, list[Value]]) -> Value:
        last: NodeError | None = None
        demand = self._demand(connected)
        attempts = range(self.first_attempt, self.first_attempt + self.step.retries + 1)
        for attempt in attempts:
            self._attempt = attempt
            try:
                async with self._place(), self._slots(demand):  # not held between attempts
                    if demand is not None:
                        self._remote = await self._turn(demand)
                    await asyncio.sleep(0)  # lets others in when hundreds become ready at once
                    self._record(NodeStatus.RUNNING, error=last and _public(last))
                    asks = f" with {self._model}" if self._model else ""
                    self._lines.append(f"Attempt {attempt} of {attempts[-1]} begins{asks}.")
                    began = monotonic()
                    value = await self._once(connected)
                    self._lines.append(self._told(monotonic() - began))
                    return value
            except NodeError as error:
                last = error
            if not _can_help(last) or attempt == attempts[-1]:
                break
            delay = self._delay(attempt - self.first_attempt, last)
            self._lines.append(
                f"Attempt {attempt} failed ({last.code}); trying again in {delay:.1f} s: {last}"
            )
            with self.scope.patience.waiting():
                await asyncio.sleep(delay)
        assert last is not None
        raise last

    def _told(self, seconds: float) -> str:
        """Say how long the work took, and what it used."""
        if self._usage is None:
            return f"Done after {seconds:.2f} s."
        used = self._usage
        return (
            f"Done after {seconds:.2f} s; {used.input_tokens:,} tokens read,"
            f" {used.output_tokens:,} written."
        )

    @asynccontextmanager
    async def _place(self) -> AsyncGenerator[None]:
        """Hold a place where an operator has limited how many such nodes may work."""
        places, tags = self.scope.runtime.places, tags_of(self.step, self._type, self._model)
        async with AsyncExitStack() as held:
            began = monotonic()
            with self.scope.patience.waiting():
                await held.enter_async_context(places.place(self.scope.owner_id, tags))
            if monotonic() - began > NOTED_SECONDS:
                waited = f"Waited {monotonic() - began:.1f} s for a place"
                self._lines.append(f"{waited}: the tag {places.limit_on(tags)} is limited.")
            yield

    async def _turn(self, demand: Demand) -> Remote:
        """Wait until the limits of the model provider allow a call."""
        with self.scope.patience.waiting():
            return await self.scope.runtime.turns.take(self.scope.owner_id, demand)

    async def _once(self, connected: Mapping[str, list[Value]]) -> Value:
        """Make one attempt; everything that goes wrong comes out as a NodeError."""
        try:
            _limit_text(connected)
            await self._bring_near(connected)
            params, inputs = bind(self._type, self.step.data, connected)
            if self._type.demand is not None or not self._type.is_pure(params):
                # What it is built on is durable before it is paid for: done again after a crash,
                # that might be another. What costs nothing but work waits for no commit.
                await self.scope.journal.flush(self._built_on)
            if self._type.in_child:
                value = await self._in_child(params, inputs)
            else:
                value = await self._in_loop(params, inputs)
            _limit_text({"output": [value]})
        except NodeError:
            raise
        except AppError as error:
            raise NodeError(error.code, error.message) from error
        except Exception as error:
            reference = str(self.scope.execution_ids[self.step.node_id])
            logger.exception("node execution %s failed unexpectedly", reference)
            raise NodeError(
                "internal_error",
                "Something went wrong inside Nodeloom; the worker's log has the details under"
                f" {reference}.",
            ) from error
        return value

    async def _bring_near(self, connected: Mapping[str, list[Value]]) -> None:
        """Have the node's pictures and videos on this machine: child processes know no bucket."""
        runtime = self.scope.runtime
        store = runtime.store
        elsewhere = self._type.in_child and runtime.compute is not runtime.children
        if store.local is store or elsewhere:
            return
        hashes = {
            value.sha256
            for values in connected.values()
            for value in values
            if isinstance(value, AssetValue)
        }
        await asyncio.gather(*(asyncio.to_thread(store.path, sha256) for sha256 in hashes))

    async def _in_child(self, params: Any, inputs: Any) -> Value:
        context = self._context(say=_ignore).for_child()
        return await self.scope.runtime.compute.call(
            run_in_child,
            self.step.node_type,
            params,
            inputs,
            context,
            seconds=self.step.timeout_seconds,
        )

    async def _in_loop(self, params: Any, inputs: Any) -> Value:
        deadline = asyncio.timeout(self.step.timeout_seconds)
        runtime = self.scope.runtime
        speaker = runtime.live_text.speaker(self.scope.run_id, self.step.node_id, self._attempt)
        try:
            async with deadline:
                return await self._type.run(params, inputs, self._context(speaker.say))
        except TimeoutError as error:
            if deadline.expired():
                raise timed_out(self.step.timeout_seconds) from error
            raise
        finally:
            speaker.end()

    def _context(self, say: Say) -> Context:
        runtime = self.scope.runtime

        async def in_child(function: Callable[..., Any], *args: Any) -> Any:
            return await runtime.children.call(function, *args, seconds=self.step.timeout_seconds)

        def record_usage(usage: Usage) -> None:
            self._usage = self._usage + usage if self._usage else usage

        return Context(
            owner_id=self.scope.owner_id,
            store=runtime.store,
            find_asset=self.scope.find_asset,
            in_child=in_child,
            fetcher=runtime.fetcher,
            remote=self._remote or runtime.remote,
            idempotency_key=f"nodeloom-{self.scope.execution_ids[self.step.node_id]}",
            say=say,
            record_usage=record_usage,
        )

    def _delay(self, retry: int, error: NodeError) -> float:
        """Give the wait before the next attempt, in seconds: doubled each time, with jitter.

        Never less than the other side asked for; then, too, not all come at the same moment.
        """
        backoff = self.step.retry_delay_seconds * 2**retry * random.uniform(0.75, 1.25)  # noqa: S311
        asked = error.retry_after or 0
        late = min(1.0, asked / 4) * random.uniform(0, 1)  # noqa: S311
        return max(min(backoff, MAX_DELAY_SECONDS), asked + late)

    def _completed(self, value: Value) -> Outcome:
        self._record(NodeStatus.COMPLETED, output=value)
        return Outcome(NodeStatus.COMPLETED, value=value, position=self.scope.journal.position)

    def _taken_over(self, earlier: Earlier) -> Outcome:
        """Complete without an attempt; what the earlier run used is not counted again."""
        change = NodeChange(
            node_id=self.step.node_id,
            status=NodeStatus.COMPLETED,
            input=self._input,
            output=earlier.value.model_dump(mode="json"),
            reused=True,
            reused_from=earlier.run_id,
            cache_key=self._cache_key,
        )
        self.scope.journal.record(change, new_asset(earlier.value))
        return Outcome(
            NodeStatus.COMPLETED,
            value=earlier.value,
            from_run=earlier.run_id,
            position=self.scope.journal.position,
        )

    def _failed(self, error: NodeError) -> Outcome:
        public = _public(error)
        self._record(NodeStatus.FAILED, error=public)
        return Outcome(NodeStatus.FAILED, error=public)

    def _record(
        self, status: NodeStatus, *, output: Value | None = None, error: RunError | None = None
    ) -> None:
        change = NodeChange(
            node_id=self.step.node_id,
            status=status,
            attempt=self._attempt,
            input=self._input if status is NodeStatus.RUNNING else None,
            output=output.model_dump(mode="json") if output else None,
            error=error,
            usage=self._usage,
            cache_key=self._cache_key,
        )
        self.scope.journal.record(change, new_asset(output) if output else None)


def _value(outcome: Outcome) -> Value:
    if outcome.value is None:
        raise BadInputError("input_missing", "A node that this one needs gave no output.")
    return outcome.value


def _dump_inputs(values: Mapping[str, Value | list[Value]]) -> dict[str, Any]:
    """Give what is recorded as input; nothing where it is more text than a node may take."""
    try:
        _limit_text({key: one if isinstance(one, list) else [one] for key, one in values.items()})
    except BadInputError:
        return {}
    return {
        handle: [one.model_dump(mode="json") for one in value]
        if isinstance(value, list)
        else value.model_dump(mode="json")
        for handle, value in values.items()
    }


def _limit_text(values: Mapping[str, list[Value]]) -> None:
    size = sum(
        len(value.text.encode("utf-8", "replace"))
        for many in values.values()
        for value in many
        if isinstance(value, TextValue)
    )
    if size > MAX_TEXT_BYTES:
        raise BadInputError(
            "text_too_long",
            f"The text that enters or leaves this node has {size:,} bytes; the limit is"
            f" {MAX_TEXT_BYTES:,}. Shorten it, or connect fewer texts.",
        )


def _public(error: NodeError) -> RunError:
    return RunError(code=error.code, message=error.message[:MAX_MESSAGE_LENGTH])


def _can_help(error: NodeError) -> bool:
    """Whether another attempt makes sense, and soon enough."""
    return error.retryable and (error.retry_after or 0) <= MAX_DELAY_SECONDS


def _ignore(text: str) -> None:
    """Drop text: what works in a child process says nothing while it does."""
