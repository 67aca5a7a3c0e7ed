"""One attempt of one node: its work in the event loop or in a child process."""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from db.queue.node_states import stored_bytes
from db.tables.base import MAX_OUTPUT_BYTES
from flows.compute.process_pool import timeout_error
from flows.engine.context import RunContext
from flows.engine.live_output import NodeAttempt
from flows.engine.outcome import split_outputs
from flows.limits.memory import MemoryUsage
from flows.planning.plan import Step
from schemas.errors import AppError, BadInputError, NodeError
from schemas.values import MAX_TEXT_BYTES, AssetValue, TextValue, Value, items_of, text_bytes
from schemas.wire.run import Usage
from tasks.child import run_node
from tasks.node_type.bind import bind
from tasks.node_type.definition import Context, NodeType
from tasks.node_type.live import Emit
from tasks.node_type.outputs import values_by_handle
from tasks.providers.base import record_held_bytes
from tasks.providers.text import ModelCall

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempt:
    """The work of a node, once."""

    context: RunContext
    step: Step
    number: int
    connected: Mapping[str, list[Value]]
    """What enters the node, by handle."""
    model_call: ModelCall | None
    """The call to a model that the limits allow, where the node asks one."""
    record_usage: Callable[[Usage], None]
    log: Callable[[str], None]
    built_on: int
    """The position in the journal of the last of what the node needs."""
    memory_usage: MemoryUsage

    async def run(self) -> Mapping[str, Value]:
        """Do the work and give the values by handle; what goes wrong comes out as a NodeError."""
        record_held_bytes.set(self.memory_usage.add)
        try:
            return await self.memory_usage.limit(self._run())
        except NodeError:
            raise
        except AppError as error:
            raise NodeError(error.code, error.message) from error
        except Exception as error:
            logger.exception("node execution %s failed unexpectedly", self._execution_id)
            raise NodeError(
                "internal_error",
                "Something went wrong inside Nodeloom; the worker's log has the details under"
                f" {self._execution_id}.",
            ) from error

    async def _run(self) -> Mapping[str, Value]:
        await self._fetch_assets()
        params, inputs = bind(self._type, self.step.data, self.connected)
        if self._type.demand is not None or not self._type.is_pure(params):
            # What it is built on is durable before it is paid for: done again after a crash,
            # that might be another. What costs nothing but work waits for no commit.
            await self.context.journal.flush(self.built_on)
        stream = self.context.runtime.live_output.stream(self._live_attempt)
        try:
            if self._type.runs_in_child:
                returned = await self._run_in_child(params, inputs, stream.emit)
            else:
                returned = await self._run_in_loop(params, inputs, stream.emit)
        finally:
            stream.end()
        values = values_by_handle(returned, self._type.outputs)
        limit_text(values.values())
        columns = split_outputs(self._type, values).values()
        self.context.text_budget.add(
            sum(limit_size(each, MAX_OUTPUT_BYTES, "What this node gives") for each in columns)
        )
        return values

    @property
    def _type(self) -> NodeType:
        return self.context.runtime.node_types[self.step.node_type]

    @property
    def _execution_id(self) -> str:
        return str(self.context.execution_ids[self.step.node_id])

    async def _fetch_assets(self) -> None:
        """Have the node's images and videos on this machine: child processes know no bucket."""
        runtime = self.context.runtime
        store = runtime.store
        elsewhere = self._type.runs_in_child and runtime.compute is not runtime.children
        if store.local is store or elsewhere:
            return
        hashes = {
            value.sha256
            for value in items_of(chain.from_iterable(self.connected.values()))
            if isinstance(value, AssetValue)
        }
        await asyncio.gather(*(asyncio.to_thread(store.path, sha256) for sha256 in hashes))

    @property
    def _live_attempt(self) -> NodeAttempt:
        return NodeAttempt(
            run_id=self.context.run_id,
            owner_id=self.context.owner_id,
            execution_id=self.context.execution_ids[self.step.node_id],
            node_id=self.step.node_id,
            epoch=self.context.journal.epoch,
            number=self.number,
        )

    async def _run_in_child(self, params: Any, inputs: Any, emit: Emit) -> Any:
        compute = self.context.runtime.compute
        with compute.emitter(emit) as emit_from_child:
            return await compute.call(
                run_node,
                self.step.node_type,
                params,
                inputs,
                self._node_context(emit).for_child(emit_from_child),
                seconds=self.step.timeout_seconds,
            )

    async def _run_in_loop(self, params: Any, inputs: Any, emit: Emit) -> Any:
        deadline = asyncio.timeout(self.step.timeout_seconds)
        try:
            async with deadline:
                return await self._type.run(params, inputs, self._node_context(emit))
        except TimeoutError as error:
            if deadline.expired():
                raise timeout_error(self.step.timeout_seconds) from error
            raise

    def _node_context(self, emit: Emit) -> Context:
        runtime = self.context.runtime

        async def in_child(
            function: Callable[..., Any], *args: Any, seconds: float | None = None
        ) -> Any:
            limit = min(seconds or math.inf, self.step.timeout_seconds)
            returned = await runtime.children.call(function, *args, seconds=limit)
            if isinstance(returned, bytes):
                self.memory_usage.add(len(returned))  # it came by another thread
            return returned

        return Context(
            owner_id=self.context.owner_id,
            store=runtime.store,
            find_asset=self.context.find_asset,
            run_in_child=in_child,
            fetcher=runtime.fetcher,
            model_call=self.model_call,
            idempotency_key=f"nodeloom-{self._execution_id}",
            emit=emit,
            record_usage=self.record_usage,
            log=self.log,
        )


def limit_text(values: Iterable[Value]) -> None:
    """Raise BadInputError `text_too_long` where there is more text than a node may give."""
    size = values_bytes(values)
    if size > MAX_TEXT_BYTES:
        raise BadInputError(
            "text_too_long",
            f"The text that this node gives has {size:,} bytes; the limit is {MAX_TEXT_BYTES:,}. Shorten"
            " it, or connect fewer texts.",
        )


def values_bytes(values: Iterable[Value]) -> int:
    """Give the size of all text in values, as UTF-8."""
    return sum(text_bytes(each.text) for each in items_of(values) if isinstance(each, TextValue))


def limit_size(value: Any, most: int, what: str) -> int:
    """Give the size of `value` as JSON, in bytes.

    Raises BadInputError `value_too_large` where the database would refuse it for that. `what` begins the sentence. Without this, a refusal would fail the run instead of the node.
    """
    size = stored_bytes(value)
    if size > most:
        raise BadInputError(
            "value_too_large",
            f"{what} has {size:,} bytes as JSON; the limit is {most:,}. Shorten it, or connect less"
            " to the node.",
        )
    return size
