"""State changes of nodes: a whole batch of one run at a time, and results to take over."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from db.assets import ADD_ASSETS, add_assets, encode_assets
from db.postgres.errors import StaleEpochError
from db.postgres.functions import FunctionPool
from db.postgres.storable_json import storable_json
from db.tables.base import Json, join_outputs
from schemas.values import MediaValue
from schemas.wire.run import NodeStatus, RunError, RunStatus, SkipReason, Usage

MAX_STATEMENT_CHARACTERS: Final = 4_194_304
"""Of changes in one statement, unless a single one has more."""
_EXPONENT: Final = re.compile(r"\de[+-]\d")


@dataclass(frozen=True)
class NodeChange:
    """The next state of one node.

    `attempt`, `input`, `usage` and `cache_key` stay as they are where None is given; `output`,
    `other_outputs` or both go with COMPLETED; with FAILED, `output` may be what came of it, which
    is shown and never passed on; `error` is replaced, and on
    RUNNING is that of the attempt before. SKIPPED has an `error` or a `skip_reason`. Times are
    the database's unless given.
    """

    node_id: str
    status: NodeStatus
    attempt: int | None = None
    input: Mapping[str, Any] | None = None
    output: Mapping[str, Any] | None = None
    """What is at the first output."""
    other_outputs: Mapping[str, Any] | None = None
    """What is at others, by handle; {} where a node with several outputs gave nothing there."""
    error: RunError | Mapping[str, Any] | None = None
    skip_reason: SkipReason | None = None
    usage: Usage | Mapping[str, Any] | None = None
    reused: bool = False
    reused_from: UUID | None = None
    cache_key: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class CachedOutput:
    """What a node gave, and in which run."""

    run_id: UUID
    outputs: Mapping[str, Json]
    """By handle; an output without a value is absent."""


RunEnd = tuple[RunStatus, RunError | None]
"""How a run ended, and why it ended badly."""


@dataclass(frozen=True)
class RecoveredOutputs:
    """What the nodes of a run gave in earlier claims of it."""

    outputs: Mapping[str, Mapping[str, Json]]
    """By node id and handle, of those that were asked for."""
    output_bytes: int
    """The size of what all of them gave, as JSON."""
    input_bytes: int
    """The size of what was recorded of what entered them, as JSON."""


_LOCK_RUN = text("""
    select owner_id from workflow_runs
    where id = :run_id and epoch = :epoch and status = 'RUNNING' for no key update
""")

# The rules are in the function: 0022_run_functions.sql.
_WRITE_RUN = text("""
    select write_run(:run_id, :epoch, cast(:changes as jsonb), cast(:status as text),
      cast(:error as jsonb))
""")
_WRITE: Final = (
    "select write_run(%(run_id)s, %(epoch)s, %(changes)s::jsonb, %(status)s, %(error)s::jsonb)"
)
# Counted, so that all assets are there before the states that refer to them are written.
_WRITE_WITH_ASSETS: Final = f"""
    with run as materialized (
      select owner_id from workflow_runs
      where id = %(run_id)s and epoch = %(epoch)s and status = 'RUNNING' for no key update
    ), added as ({ADD_ASSETS} returning 1)
    {_WRITE} from (select count(*) from added) as counted
"""  # noqa: S608 - nothing of it comes from outside

_RECOVERED_OUTPUTS = text("""
    select node_id, node_id = any(:node_ids) as wanted,
      case when node_id = any(:node_ids) then output end as output,
      case when node_id = any(:node_ids) then other_outputs end as other_outputs,
      coalesce(octet_length(output::text), 0) + coalesce(octet_length(other_outputs::text), 0) as given,
      coalesce(octet_length(input::text), 0) as recorded
    from node_executions where run_id = :run_id and status not in ('PENDING', 'RUNNING')
""").bindparams(bindparam("node_ids", type_=ARRAY(Text)))

# Plain SQL, and no rows made into objects: a run asks this for each node that becomes ready.
_CACHED_RESULTS = text("""
    select distinct on (cache_key) cache_key, run_id, output, other_outputs from node_executions
    where owner_id = :owner_id and cache_key = any(:keys) and status = 'COMPLETED'
    order by cache_key, finished_at desc
""").bindparams(bindparam("keys", type_=ARRAY(Text)))


def apply_changes(
    session: Session,
    run_id: UUID,
    epoch: int,
    changes: Sequence[NodeChange],
    *,
    assets: Sequence[MediaValue] = (),
) -> None:
    """Write state changes of one run, in order, with the assets that their outputs refer to.

    Raises:
        StaleEpochError: the run is not this claim's any more; nothing was written.
        ConflictError: `node_ended`: a node has ended in another way.
        InvalidInputError: `value_too_large`: an input or output is too large to be stored.
    """
    write_run(session, run_id, epoch, encode_changes(changes), assets=assets)


def write_run(
    session: Session,
    run_id: UUID,
    epoch: int,
    encoded: Iterable[str],
    *,
    assets: Sequence[MediaValue] = (),
    end: RunEnd | None = None,
) -> None:
    """Write what `encode_changes` gave, then the end of the run, if it has one.

    Changes made already are left out, so those that were committed without an answer can simply be
    sent again.

    Raises: as `apply_changes`.
    """
    values: dict[str, Any] = {"run_id": run_id, "epoch": epoch, "status": None, "error": None}
    if assets and (owner_id := session.scalar(_LOCK_RUN, values)) is not None:
        add_assets(session, owner_id, assets)
    texts = iter(encoded)
    changes: str | None = next(texts, "[]")
    while changes is not None:
        following = next(texts, None)
        if end and following is None:
            values |= dict(zip(("status", "error"), _encode_end(end), strict=True))
        if not session.scalar(_WRITE_RUN, values | {"changes": changes}):
            raise StaleEpochError
        changes = following


async def write_run_at_once(
    functions: FunctionPool,
    run_id: UUID,
    epoch: int,
    changes: str | None,
    end: RunEnd | None,
    *,
    assets: Sequence[MediaValue] = (),
) -> None:
    """Write one text of `encode_changes`, and the end of the run, in a single round trip.

    Raises: as `apply_changes`.
    """
    values: dict[str, Any] = {"run_id": run_id, "epoch": epoch, "changes": changes or "[]"}
    values |= dict(zip(("status", "error"), _encode_end(end), strict=True))
    if assets:
        values["assets"] = encode_assets(assets)
    written = await functions.call(_WRITE_WITH_ASSETS if assets else _WRITE, values)
    if written != [(True,)]:
        raise StaleEpochError


def encode_changes(changes: Sequence[NodeChange]) -> Iterator[str]:
    """Write changes as JSON for `write_run`, so many in each text as a statement may have.

    In each text they are in batches, in which no node has more than a beginning and its end. A text is
    made when it is asked for: all of them together may be large.
    """
    batches: list[str] = []
    size = 0
    for batch in _batches(changes):
        for payload in _payloads(batch):
            if batches and size + len(payload) > MAX_STATEMENT_CHARACTERS:
                yield f"[{','.join(batches)}]"
                batches, size = [], 0
            batches.append(payload)
            size += len(payload)
    if batches:
        yield f"[{','.join(batches)}]"


def find_cached_results(
    session: Session | Connection, owner_id: str, cache_keys: Collection[str]
) -> dict[str, CachedOutput]:
    """Give the result of the newest completed execution of the same owner for each key."""
    if not cache_keys:
        return {}
    found = session.execute(_CACHED_RESULTS, {"owner_id": owner_id, "keys": list(set(cache_keys))})
    return {
        key: CachedOutput(run_id, join_outputs(output, other_outputs))
        for key, run_id, output, other_outputs in found
    }


def read_recovered_outputs(
    session: Session, run_id: UUID, node_ids: Collection[str]
) -> RecoveredOutputs:
    """Give what these nodes gave before the run was claimed, as far as they have ended; and sizes."""
    rows = session.execute(_RECOVERED_OUTPUTS, {"run_id": run_id, "node_ids": list(node_ids)}).all()
    return RecoveredOutputs(
        {row.node_id: join_outputs(row.output, row.other_outputs) for row in rows if row.wanted},
        sum(row.given for row in rows),
        sum(row.recorded for row in rows),
    )


def stored_bytes(value: Any) -> int:
    """Give how many bytes a JSON column counts for `value`.

    Raises:
        ValueError: it is no JSON: a number that is not finite.
    """
    dumped = json.dumps(value, ensure_ascii=False, allow_nan=False)
    size = len(dumped.encode("utf-8", "surrogatepass"))
    if _EXPONENT.search(dumped):  # PostgreSQL writes all the digits of 1e300
        written = [repr(number) for number in _floats(value)]
        size += sum(len(f"{Decimal(each):f}") - len(each) for each in written if "e" in each)
    return size


def _encode_end(end: RunEnd | None) -> tuple[str | None, str | None]:
    if end is None:
        return None, None
    status, error = end
    return status.value, None if error is None else storable_json(_dump(error))


def _floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, Mapping | list):
        children = cast("Mapping[str, Any] | list[Any]", value)
        for child in children.values() if isinstance(children, Mapping) else children:
            yield from _floats(child)


def _batches(changes: Sequence[NodeChange]) -> Iterator[list[NodeChange]]:
    """Cut before each second change of a node, so that every state gets its event, in order.

    A node that begins and ends here is written once, if it is known when it began. The beginning of a
    further attempt stays: it alone says why the attempt before it failed.
    """
    batch: dict[str, NodeChange] = {}
    for change in changes:
        before = batch.pop(change.node_id, None)
        if before is None:
            batch[change.node_id] = change
        elif before.started_at and before.error is None and change.status.terminal:
            batch[change.node_id] = _merge(before, change)
        else:
            batch[change.node_id] = before
            yield list(batch.values())
            batch = {change.node_id: change}
    if batch:
        yield list(batch.values())


def _payloads(batch: Sequence[NodeChange]) -> Iterator[str]:
    """Write changes as JSON, so many at once as a statement may have.

    The driver keeps a buffer of its longest statement with each connection.
    """
    parts: list[str] = []
    size = 0
    for place, change in enumerate(batch):
        part = storable_json(_change_as_json(place, change))
        if parts and size + len(part) > MAX_STATEMENT_CHARACTERS:
            yield f"[{','.join(parts)}]"
            parts, size = [], 0
        parts.append(part)
        size += len(part)
    if parts:
        yield f"[{','.join(parts)}]"


def _merge(beginning: NodeChange, end: NodeChange) -> NodeChange:
    return replace(
        end,
        attempt=end.attempt or beginning.attempt,
        input=beginning.input,
        usage=end.usage or beginning.usage,
        cache_key=end.cache_key or beginning.cache_key,
        started_at=beginning.started_at,
    )


def _change_as_json(place: int, change: NodeChange) -> Json:
    return {
        "place": place,
        "node_id": change.node_id,
        "status": change.status.value,
        "attempt": change.attempt,
        "input": change.input,
        "output": change.output,
        "other_outputs": change.other_outputs,
        "error": _dump(change.error),
        "skip_reason": change.skip_reason,
        "usage": _dump(change.usage),
        "reused": change.reused,
        "reused_from": change.reused_from and str(change.reused_from),
        "cache_key": change.cache_key,
        "started_at": change.started_at and change.started_at.isoformat(),
        "finished_at": change.finished_at and change.finished_at.isoformat(),
    }


def _dump(value: RunError | Usage | Mapping[str, Any] | None) -> Any:
    return value.model_dump(mode="json") if isinstance(value, (RunError, Usage)) else value
