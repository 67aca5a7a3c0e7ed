"""Says what is wrong with a stored workflow, and which of its results no longer fit it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from db.queue.executions import ResultRow, find_long_outputs, find_results
from db.tables.base import Json
from db.workflows import get_version, get_workflow
from flows.graph.check import warnings
from flows.planning.compiled import CompiledVersion, compile_version
from flows.planning.out_of_date import RecordedResult, ResultCheck
from flows.runs.start import asset_problems
from schemas.values import Value, outputs_adapter
from schemas.wire.run import NodeStatus
from schemas.wire.workflow import CheckResult, OutOfDateResult
from tasks.node_type.texts import MAX_BOUND_BYTES
from tasks.registry import node_types

MAX_CONNECTED_BYTES: Final = 3 * MAX_BOUND_BYTES
"""As JSON, in which most texts take up to twice their bytes: of more no node can be given all."""


def check_workflow(
    session: Session, owner_id: str, id: int, run_ids: Sequence[UUID] = (), *, demo: bool
) -> CheckResult:
    """Give every problem and warning, and what is out of date of the results of these runs.

    Of a node that is in several of them, the first one counts. `demo` says whether the demo model
    answers. Raises NotFoundError.
    """
    workflow, types = get_workflow(session, owner_id, id), node_types()
    version = compile_version(workflow.version_id, workflow.graph, types)
    problems = list(version.problems)
    if version.graph is None:
        return CheckResult(problems=problems)
    problems += asset_problems(session, owner_id, version.graph, types)
    return CheckResult(
        problems=problems,
        warnings=warnings(version.graph, types, datetime.now(UTC).date()),
        out_of_date=_out_of_date(session, owner_id, id, version, run_ids, demo=demo),
    )


def _out_of_date(
    session: Session,
    owner_id: str,
    id: int,
    version: CompiledVersion,
    run_ids: Sequence[UUID],
    *,
    demo: bool,
) -> list[OutOfDateResult]:
    if not run_ids:
        return []
    rows = find_results(session, owner_id, id, run_ids, version.topology.nodes)

    @cache
    def document(version_id: UUID) -> Json:
        return get_version(session, owner_id, version_id).graph

    @lru_cache(1)  # as many nodes may be given the same text
    def long_values(ids: frozenset[UUID]) -> Mapping[UUID, Mapping[str, Value]] | None:
        found = find_long_outputs(session, owner_id, ids, MAX_CONNECTED_BYTES)
        if found is None:
            return None
        return {id: outputs_adapter.validate_python(each) for id, each in found.items()}

    results = {row.node_id: _recorded(row) for row in rows if _has_result(row)}
    return ResultCheck(version, results, document, long_values, demo).out_of_date()


def _has_result(row: ResultRow) -> bool:
    return row.status in (NodeStatus.COMPLETED, NodeStatus.FAILED) or row.skip_reason is not None


def _recorded(row: ResultRow) -> RecordedResult:
    failed = row.status is NodeStatus.FAILED
    return RecordedResult(
        execution_id=row.execution_id,
        run_id=row.run_id,
        version_id=row.version_id,
        cache_key=row.cache_key,
        values=None if failed else outputs_adapter.validate_python(row.outputs),
        is_long=row.is_long and not failed,
        not_taken=row.skip_reason is not None,
    )
