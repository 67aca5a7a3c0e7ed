"""Finds earlier results for the nodes of one run, as their inputs become known."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from db.queue.node_states import Reusable, find_reusable
from flows.engine.context import Runtime
from flows.engine.durable import AWAY, RETRY_SECONDS
from flows.planning.cache_key import Earlier, ReusePolicy, resolve
from flows.planning.plan import Step
from schemas.errors import ProviderError
from schemas.values import AssetValue, Value, value_adapter

logger = logging.getLogger(__name__)


class Takeover:
    """Looks results up by their keys; what becomes ready together costs one query."""

    def __init__(
        self, runtime: Runtime, owner_id: str, policy: ReusePolicy, lost: asyncio.Event
    ) -> None:
        """Look for results of this owner; `lost` ends waiting for a database that is away."""
        self._runtime = runtime
        self._owner_id = owner_id
        self._policy = policy
        self._lost = lost
        self._wanted: dict[str, asyncio.Future[Reusable | None]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def find(
        self, step: Step, connected: Mapping[str, Sequence[Value]]
    ) -> tuple[str | None, Earlier | None]:
        """Give the step's key, and the result to take over if there is one and it is allowed.

        Both are None for inputs that do not fit: running the node says what is wrong with them.
        """
        node_type = self._runtime.node_types[step.node_type]
        try:
            resolved = resolve(step, node_type, connected, demo=self._policy.demo)
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
            earlier = await asyncio.to_thread(earlier_result, row, self._runtime.store.has)
        except ProviderError as error:
            logger.warning("an earlier result is not taken over: %s", error)
            earlier = None
        return resolved.key, earlier

    async def _look_up(self, key: str) -> Reusable | None:
        if key not in self._wanted:
            self._wanted[key] = asyncio.get_running_loop().create_future()
        asked = self._wanted[key]
        if self._looking is None:
            self._looking = asyncio.create_task(self._answer_all())
        return await asyncio.shield(asked)

    async def _answer_all(self) -> None:
        """Answer one batch after the other: who asks during a query is in the next one."""
        while self._wanted:
            wanted, self._wanted = self._wanted, {}
            try:
                found = await self._query(list(wanted))
            except Exception as error:  # noqa: BLE001 - told to those who wait
                for future in wanted.values():
                    future.set_exception(error)
            else:
                for key, future in wanted.items():
                    future.set_result(found.get(key))
        self._looking = None

    async def _query(self, keys: Sequence[str]) -> dict[str, Reusable]:
        """Ask the database, also when it is away for a while: to ask a model again costs money."""
        while not self._lost.is_set():
            try:
                async with self._runtime.at_once.connect() as connection:
                    return await connection.run_sync(find_reusable, self._owner_id, keys)
            except AWAY as error:
                logger.warning("earlier results: the database is away, trying again: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
        return {}


def earlier_result(row: Reusable, stored: Callable[[str], bool]) -> Earlier | None:
    """Give what may be taken over, unless the bytes that it refers to are gone."""
    value = value_adapter.validate_python(row.output)
    if isinstance(value, AssetValue) and not stored(value.sha256):
        return None
    return Earlier(row.run_id, value)
