"""Finds earlier results for the nodes of one run, as their inputs become known."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from db.postgres.outage import OUTAGE_ERRORS, RETRY_SECONDS
from db.queue.node_states import CachedOutput, find_cached_results
from flows.engine.runtime import Runtime
from flows.planning.cache_key import ReusableResult, ReusePolicy, resolve_step
from flows.planning.plan import Step
from schemas.errors import ProviderError
from schemas.values import AssetValue, Value, items_of, outputs_adapter

logger = logging.getLogger(__name__)

MAX_KEYS: Final = 50
"""Of results in one query: each may be large."""


class ResultCache:
    """Looks results up by their keys; what becomes ready together costs one query."""

    def __init__(
        self, runtime: Runtime, owner_id: str, policy: ReusePolicy, lost: asyncio.Event
    ) -> None:
        """Look for results of this owner; `lost` ends waiting for a database that is away."""
        self._runtime = runtime
        self._owner_id = owner_id
        self._policy = policy
        self._lost = lost
        self._pending: dict[str, asyncio.Future[CachedOutput | None]] = {}
        self._lookups: asyncio.Task[None] | None = None

    async def find(
        self, step: Step, connected: Mapping[str, Sequence[Value]]
    ) -> tuple[str | None, ReusableResult | None]:
        """Give the step's key, and the result to take over if there is one and it is allowed.

        Both are None for inputs that do not fit: running the node says what is wrong with them.
        """
        node_type = self._runtime.node_types[step.node_type]
        try:
            resolved = resolve_step(step, node_type, connected, demo=self._policy.demo)
        except Exception:
            logger.exception("the key of a %s node cannot be made", step.node_type)
            resolved = None
        if resolved is None:
            return None, None
        if not self._policy.allows(step, node_type, resolved.params):
            return resolved.key, None
        row = await self._look_up(resolved.key)
        if row is None:
            return resolved.key, None
        try:
            earlier = await asyncio.to_thread(cached_result, row, self._runtime.store.contains)
        except ProviderError as error:
            logger.warning("an earlier result is not taken over: %s", error)
            earlier = None
        return resolved.key, earlier

    async def _look_up(self, key: str) -> CachedOutput | None:
        if key not in self._pending:
            self._pending[key] = asyncio.get_running_loop().create_future()
        found = self._pending[key]
        if self._lookups is None:
            self._lookups = asyncio.create_task(self._run_lookups())
        return await asyncio.shield(found)

    async def _run_lookups(self) -> None:
        """Answer one batch after the other: who asks during a query is in the next one."""
        while self._pending:
            pending, self._pending = self._pending, {}
            keys = list(pending)
            for start in range(0, len(keys), MAX_KEYS):
                asked = keys[start : start + MAX_KEYS]
                try:
                    found = await self._query(asked)
                except Exception as error:  # noqa: BLE001 - told to those who wait
                    for key in asked:
                        pending.pop(key).set_exception(error)
                else:
                    for key in asked:
                        pending.pop(key).set_result(found.pop(key, None))
        self._lookups = None

    async def _query(self, keys: Sequence[str]) -> dict[str, CachedOutput]:
        """Ask the database, also when it is away for a while: to ask a model again costs money."""
        while not self._lost.is_set():
            try:
                async with self._runtime.autocommit_engine.connect() as connection:
                    return await connection.run_sync(find_cached_results, self._owner_id, keys)
            except OUTAGE_ERRORS as error:
                logger.warning("earlier results: the database is away, trying again: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
        return {}


def cached_result(row: CachedOutput, stored: Callable[[str], bool]) -> ReusableResult | None:
    """Give what may be taken over, unless bytes that it refers to are gone."""
    values = outputs_adapter.validate_python(row.outputs)
    references = (each for each in items_of(values.values()) if isinstance(each, AssetValue))
    if not all(stored(each.sha256) for each in references):
        return None
    return ReusableResult(row.run_id, values)
