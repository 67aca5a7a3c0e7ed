"""State changes of nodes: a whole batch of one run at a time, and results to take over."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from db.assets import add_assets
from db.postgres.errors import StaleEpochError
from db.tables.base import Json, join_outputs
from schemas.errors import ConflictError
from schemas.values import MediaValue
from schemas.wire.run import NodeStatus, RunError, SkipReason, Usage

MAX_STATEMENT_CHARACTERS: Final = 4_194_304
"""Of changes in one statement, unless a single one has more."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_EXPONENT: Final = re.compile(r"\de[+-]\d")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


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


@dataclass(frozen=True)
class _Row:
    """What decides whether a change is still to be made."""

    status: NodeStatus
    attempt: int
    epoch: int


# One round trip for the lock and for what it protects. Who had to wait for the lock sees node
# rows as of before it, but then somebody else wrote about the run, and that moves its epoch or
# status, which are judged after the wait.
_LOCK_RUN = text("""
    select r.owner_id, n.node_id, n.status, n.attempt, n.epoch
    from workflow_runs r
    left join node_executions n on n.run_id = r.id and n.node_id = any(:node_ids)
    where r.id = :run_id and r.epoch = :epoch and r.status = 'RUNNING'
    for no key update of r
""").bindparams(bindparam("node_ids", type_=ARRAY(Text)))

_APPLY = text("""
    update node_executions n
    set status = c.status, epoch = :epoch, attempt = greatest(n.attempt, c.attempt),
      input = coalesce(c.input, n.input), output = c.output,
      other_outputs = c.other_outputs, error = c.error, skip_reason = c.skip_reason,
      usage = coalesce(c.usage, n.usage), reused = c.reused, reused_from = c.reused_from,
      cache_key = coalesce(c.cache_key, n.cache_key),
      changed_at = clock_timestamp() + c.place * interval '1 microsecond',
      started_at = coalesce(n.started_at, c.started_at,
        case when c.status = 'RUNNING' then clock_timestamp() end),
      finished_at = case when not is_terminal(c.status) then null else
        greatest(coalesce(c.finished_at, clock_timestamp()), n.started_at, c.started_at) end
    from jsonb_to_recordset(cast(:changes as jsonb)) as c (
      place integer, node_id text, status text, attempt smallint, input jsonb, output jsonb,
      other_outputs jsonb, error jsonb, skip_reason text, usage jsonb, reused boolean,
      reused_from uuid, cache_key text,
      started_at timestamptz, finished_at timestamptz)
    where n.run_id = :run_id and n.node_id = c.node_id
    returning n.node_id
""")


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

    One statement for all changes in which no node has more than a beginning and its end; a further
    change of the same node begins the next one. Changes made already are left out, so a batch whose commit had
    no answer can simply be sent again.

    Raises:
        StaleEpochError: the run is not this claim's any more; nothing was written.
        ConflictError: `node_ended`: a node has ended in another way.
        InvalidInputError: `value_too_large`: an input or output is too large to be stored.
    """
    owner_id, rows = _lock_run(session, run_id, epoch, changes)
    wanted = [change for change in changes if not _is_applied(change, rows[change.node_id], epoch)]
    add_assets(session, owner_id, assets)
    for batch in _batches(wanted):
        for payload in _payloads(batch):
            session.execute(_APPLY, {"run_id": run_id, "epoch": epoch, "changes": payload})


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


def _floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, Mapping | list):
        children = cast("Mapping[str, Any] | list[Any]", value)
        for child in children.values() if isinstance(children, Mapping) else children:
            yield from _floats(child)


def _lock_run(
    session: Session, run_id: UUID, epoch: int, changes: Sequence[NodeChange]
) -> tuple[str, dict[str, _Row]]:
    """Lock the run; give its owner, and the rows that the changes are about."""
    ids = {change.node_id for change in changes}
    found = session.execute(
        _LOCK_RUN, {"run_id": run_id, "epoch": epoch, "node_ids": list(ids)}
    ).all()
    if not found:
        raise StaleEpochError
    rows = {
        row.node_id: _Row(NodeStatus(row.status), row.attempt, row.epoch)
        for row in found
        if row.node_id is not None
    }
    if unknown := ids - rows.keys():
        raise ValueError(f"run {run_id} has no node {min(unknown)!r}")
    return found[0].owner_id, rows


def _is_applied(change: NodeChange, row: _Row, epoch: int) -> bool:
    """Whether the row shows this change, or one that comes after it, by the same claim."""
    before = change.status is NodeStatus.RUNNING
    if not row.status.terminal:
        same = row.epoch == epoch and row.status is NodeStatus.RUNNING
        return same and before and (change.attempt or 0) <= row.attempt
    if row.epoch == epoch and (before or change.status is row.status):
        return True
    raise ConflictError(
        "node_ended", f"The node {change.node_id} has ended already ({row.status})."
    )


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
        part = _storable_json(_change_as_json(place, change))
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


def _storable_json(value: Any) -> str:
    """Write JSON that PostgreSQL takes: what models and files say may hold anything."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if "\\u0000" in text or _SURROGATE.search(text):
        text = json.dumps(_storable(value), ensure_ascii=False, allow_nan=False)
    return text


def _storable(value: Any) -> Any:
    """Put the replacement character in place of what cannot be stored."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(item) for item in value]
    return value
