"""Batches: made with all their rows, listed, and read row by row with what came of each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from db.ownership import batch_not_found, workflow_not_found
from db.postgres.pagination import Page, paginate_desc, to_page
from db.runs import IdempotentRequest
from db.tables import Batch, BatchRow, Workflow, WorkflowRun, WorkflowVersion
from db.tables.base import Json
from schemas.errors import ConflictError, InvalidInputError
from schemas.wire.functions.batch import RowStatus
from schemas.wire.run import RunStatus

MAX_OPEN_BATCHES: Final = 20
"""Of one owner, that have not ended."""
MAX_LISTED_BYTES: Final = 65_536
"""Of a result that is listed with its row."""
_INSERT_ROWS: Final = text("""
    insert into batch_rows (batch_id, number, owner_id, input_values, overrides)
    select :batch, r.number, :owner, r.input_values, r.overrides
    from jsonb_to_recordset(cast(:rows as jsonb)) as r (number integer, input_values jsonb, overrides jsonb)
""")
_ROWS_PER_STATEMENT: Final = 1_000
_OUTPUTS: Final = text("""
    select n.run_id, n.node_id,
      case when octet_length(n.output::text) <= :size then n.output end as output,
      case when octet_length(n.other_outputs::text) <= :size then n.other_outputs end as other_outputs,
      octet_length(n.output::text) > :size as is_long, octet_length(n.other_outputs::text) > :size as are_long
    from node_executions n join batch_rows b on b.run_id = n.run_id and b.owner_id = n.owner_id
    where b.batch_id = :batch and b.owner_id = :owner and b.number between :first and :last
      and n.node_id = any(:nodes) and n.status = 'COMPLETED'
""")


@dataclass(frozen=True)
class NewRow:
    """What a row gives: values by input, and values of params by node id and name."""

    input_values: Json
    overrides: Json | None = None


@dataclass(frozen=True, kw_only=True)
class NewBatch:
    """What makes a batch."""

    owner_id: str
    workflow_id: int
    version_id: UUID
    revision: int
    function_name: str | None
    name: str
    strict_inputs: bool
    inputs: Sequence[str]
    axes: Json | None
    rows: Sequence[NewRow]
    started_by: Json | None
    idempotency: IdempotentRequest | None


@dataclass(frozen=True)
class BatchProgress:
    """A batch, how many of its rows are in each state, and their tokens."""

    row: Batch
    counts: Mapping[RowStatus, int]
    tokens: tuple[int, int, int]
    """Of inputs, of outputs, and all."""
    outputs: Mapping[str, Sequence[str]]
    """Node id and handle of each result, by its name."""


@dataclass(frozen=True)
class StoredOutput:
    """What a node gave, by handle; None where it is too long to be listed."""

    values: Mapping[str, Json | None]


@dataclass(frozen=True)
class ListedRow:
    """A row, where its run is, and what the nodes gave that its results come from."""

    row: BatchRow
    run_status: RunStatus | None
    outputs: Mapping[str, StoredOutput]
    """By node id."""


def create_batch(session: Session, batch: NewBatch) -> UUID:
    """Store a batch with all of its rows.

    Raises:
        ConflictError: `too_many_batches`: so many of the owner's go on.
    """
    open_batches = select(func.count()).where(
        Batch.owner_id == batch.owner_id, Batch.finished_at.is_(None)
    )
    if (session.scalar(open_batches) or 0) >= MAX_OPEN_BATCHES:
        raise ConflictError(
            "too_many_batches",
            f"You have {MAX_OPEN_BATCHES} batches that have not ended: wait for one of them, or cancel it.",
        )
    id, key = uuid4(), batch.idempotency
    session.add(
        Batch(
            id=id,
            owner_id=batch.owner_id,
            workflow_id=batch.workflow_id,
            version_id=batch.version_id,
            revision=batch.revision,
            function_name=batch.function_name,
            name=batch.name,
            strict_inputs=batch.strict_inputs,
            inputs=list(batch.inputs),
            axes=batch.axes,
            row_count=len(batch.rows),
            started_by=batch.started_by,
            idempotency_key=key and key.key,
            request_sha256=key and key.sha256,
        )
    )
    session.flush()
    for first in range(0, len(batch.rows), _ROWS_PER_STATEMENT):
        rows = [
            {"number": number, "input_values": row.input_values, "overrides": row.overrides}
            for number, row in enumerate(batch.rows[first : first + _ROWS_PER_STATEMENT], first + 1)
        ]
        session.execute(
            _INSERT_ROWS, {"batch": id, "owner": batch.owner_id, "rows": json.dumps(rows)}
        )
    return id


def find_idempotent_batch(
    session: Session, owner_id: str, request: IdempotentRequest
) -> UUID | None:
    """Give the batch that this request made before, if it did.

    Raises:
        InvalidInputError: `idempotency_key_reused`.
    """
    query = select(Batch.id, Batch.request_sha256)
    found = session.execute(
        query.where(Batch.owner_id == owner_id, Batch.idempotency_key == request.key)
    ).one_or_none()
    if found is None:
        return None
    if found.request_sha256 != request.sha256:
        raise InvalidInputError(
            "idempotency_key_reused",
            "This idempotency key was used for another request: use a new key for a new request.",
        )
    return found.id


def get_batch(session: Session, owner_id: str, id: UUID) -> BatchProgress:
    """Give a batch and how far it is. Raises NotFoundError."""
    found = session.scalar(
        select(Batch)
        .where(Batch.id == id, Batch.owner_id == owner_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise batch_not_found(id)
    return _progress(session, found)


def list_batches(
    session: Session, owner_id: str, workflow_id: int, *, limit: int, cursor: str | None
) -> Page[BatchProgress]:
    """Give the batches of a workflow, the newest first.

    Raises:
        NotFoundError: the user has no such workflow.
        InvalidInputError: `bad_cursor`.
    """
    mine = select(Workflow.id).where(Workflow.id == workflow_id, Workflow.user_id == owner_id)
    if session.scalar(mine) is None:
        raise workflow_not_found(workflow_id)
    query = select(Batch).where(Batch.workflow_id == workflow_id, Batch.owner_id == owner_id)
    query = paginate_desc(
        query, Batch.created_at, Batch.id, limit=limit, cursor=cursor, read_id=UUID
    )
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    page = to_page(rows, limit, lambda row: (row.created_at, row.id))
    return Page([_progress(session, row) for row in page.items], page.next_cursor)


def list_rows(
    session: Session, batch: BatchProgress, after: int, limit: int, size: int = MAX_LISTED_BYTES
) -> list[ListedRow]:
    """Give the next rows after a number; results of more than `size` bytes are left out."""
    row = batch.row
    found = session.execute(
        select(BatchRow, WorkflowRun.status)
        .outerjoin(WorkflowRun, WorkflowRun.id == BatchRow.run_id)
        .where(
            BatchRow.batch_id == row.id, BatchRow.owner_id == row.owner_id, BatchRow.number > after
        )
        .order_by(BatchRow.number)
        .limit(limit)
        .execution_options(populate_existing=True)
    ).all()
    if not found:
        return []
    outputs = _outputs(session, batch, found[0][0].number, found[-1][0].number, size)
    return [
        ListedRow(each, status, outputs.get(each.run_id, {}) if each.run_id else {})
        for each, status in found
    ]


def set_winner(session: Session, owner_id: str, id: UUID, number: int | None) -> None:
    """Mark a row as the best one, or none.

    Raises:
        NotFoundError: the user has no such batch.
        InvalidInputError: `row_not_found`.
    """
    batch = get_batch(session, owner_id, id).row
    if number is not None and number > batch.row_count:
        raise row_not_found(batch, number)
    batch.winner = number
    session.flush()


def get_row(session: Session, batch: Batch, number: int) -> BatchRow:
    """Give a row by its number. Raises InvalidInputError `row_not_found`."""
    found = session.get(BatchRow, (batch.id, number), populate_existing=True)
    if found is None:
        raise row_not_found(batch, number)
    return found


def row_not_found(batch: Batch, number: int) -> InvalidInputError:
    """Say that a batch has no such row."""
    return InvalidInputError(
        "row_not_found", f"There is no row {number}: the batch has rows 1 to {batch.row_count}."
    )


def _progress(session: Session, batch: Batch) -> BatchProgress:
    counts: dict[RowStatus, int] = {}
    tokens = [0, 0, 0]
    sums = (BatchRow.input_tokens, BatchRow.output_tokens, BatchRow.total_tokens)
    for status, count, *used in session.execute(
        select(BatchRow.status, func.count(), *map(func.sum, sums))
        .where(BatchRow.batch_id == batch.id, BatchRow.owner_id == batch.owner_id)
        .group_by(BatchRow.status)
    ):
        counts[status] = count
        tokens = [total + int(each) for total, each in zip(tokens, used, strict=True)]
    declared: Any = session.scalar(
        select(WorkflowVersion.graph["outputs"]).where(
            WorkflowVersion.id == batch.version_id, WorkflowVersion.owner_id == batch.owner_id
        )
    )
    outputs = {
        each["name"]: (each["nodeId"], each.get("handle") or "output") for each in declared or ()
    }
    return BatchProgress(batch, counts, cast("tuple[int, int, int]", tuple(tokens)), outputs)


def _outputs(
    session: Session, batch: BatchProgress, first: int, last: int, size: int
) -> Mapping[UUID, Mapping[str, StoredOutput]]:
    nodes = sorted({node_id for node_id, _ in batch.outputs.values()})
    found: dict[UUID, dict[str, StoredOutput]] = {}
    values = {
        "batch": batch.row.id,
        "owner": batch.row.owner_id,
        "first": first,
        "last": last,
        "nodes": nodes,
        "size": size,
    }
    for each in session.execute(_OUTPUTS, values) if nodes else ():
        outputs: dict[str, Json | None] = dict(each.other_outputs or {})
        if each.output is not None or each.is_long:
            outputs["output"] = each.output
        if each.are_long:
            outputs |= {
                handle: None
                for node_id, handle in batch.outputs.values()
                if node_id == each.node_id
            } | outputs
        found.setdefault(each.run_id, {})[each.node_id] = StoredOutput(outputs)
    return found
