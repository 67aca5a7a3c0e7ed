"""Batches as the outside sees them."""

from api.views.times import optional_utc, utc
from db.lists.batches import BatchProgress, ListedRow
from flows.functions.results import present_error, present_value
from schemas.values import value_adapter
from schemas.wire.functions.batch import (
    BatchAxisRead,
    BatchCounts,
    BatchRead,
    BatchRowRead,
    RowStatus,
)
from schemas.wire.run import RunUsage, StartedBy
from schemas.wire.value import Value


def present_batch(batch: BatchProgress) -> BatchRead:
    """Present a batch and how far it is."""
    row, tokens = batch.row, batch.tokens
    counts = {status.lower(): batch.counts.get(status, 0) for status in RowStatus}
    return BatchRead(
        id=row.id,
        name=row.name,
        workflow_id=row.workflow_id,
        revision=row.revision,
        function_name=row.function_name,
        status=row.status,
        counts=BatchCounts(total=row.row_count, **counts),
        usage=_usage(tokens),
        inputs=row.inputs,
        outputs=list(batch.outputs),
        axes=[BatchAxisRead.model_validate(axis) for axis in (row.axes or {}).get("axes", [])],
        winner=row.winner,
        started_by=None if row.started_by is None else StartedBy.model_validate(row.started_by),
        created_at=utc(row.created_at),
        cancel_requested_at=optional_utc(row.cancel_requested_at),
        finished_at=optional_utc(row.finished_at),
    )


def present_row(batch: BatchProgress, listed: ListedRow) -> BatchRowRead:
    """Present a row with what came of it."""
    row = listed.row
    outputs, large = present_row_outputs(batch, listed)
    return BatchRowRead(
        number=row.number,
        status=row.status,
        run_id=row.run_id,
        run_status=listed.run_status,
        inputs=row.input_values,
        overrides=row.overrides or {},
        outputs=outputs,
        large_outputs=large,
        error=present_error(row.error),
        usage=_usage((row.input_tokens, row.output_tokens, row.total_tokens)),
    )


def present_row_outputs(
    batch: BatchProgress, listed: ListedRow
) -> tuple[dict[str, Value | None], list[str]]:
    """Give results by name, and the names of those that are too long to be listed."""
    outputs: dict[str, Value | None] = {}
    large: list[str] = []
    for name, (node_id, handle) in batch.outputs.items():
        stored = listed.outputs.get(node_id)
        values = stored.values if stored else {}
        value = values.get(handle)
        if value is None and handle in values:
            large.append(name)
        outputs[name] = (
            None if value is None else present_value(value_adapter.validate_python(value))
        )
    return outputs, large


def _usage(tokens: tuple[int, int, int]) -> RunUsage:
    given, made, total = tokens
    return RunUsage(input_tokens=given, output_tokens=made, total_tokens=total)
