"""Runs: made with all their node executions, read with counts of them."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Text, delete, func, literal, literal_column, select, text, true, union_all
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from db.ownership import run_not_found
from db.postgres.functions import FunctionPool
from db.postgres.pagination import Page, paginate_desc, to_page
from db.run_inputs import PriorOutput, add_run_inputs
from db.tables import DeletedRun, NodeExecution, WorkflowRun
from db.tables.base import Json
from db.tables.node_execution import MAX_LABEL_LENGTH
from schemas.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from schemas.wire.run import NodeStatus, Reuse, RunCounts, RunStatus, RunUsage, Trigger, Usage

_INSERT_EXECUTIONS = text("""
    insert into node_executions (id, run_id, owner_id, node_id, node_type, label, ordinal, cache_key)
    select n.id, :run_id, :owner_id, n.node_id, n.node_type, n.label, n.ordinal, n.cache_key
    from jsonb_to_recordset(cast(:executions as jsonb)) as n (
      id uuid, node_id text, node_type text, label text, ordinal integer, cache_key text)
    order by n.ordinal
""")
_START_RUN: Final = "select start_run(%s, %s, %s, %s::jsonb, %s::jsonb)"
_TOKEN_COLUMNS: Final = {name: field.alias or name for name, field in RunUsage.model_fields.items()}
"""As columns, and as they are stored in `usage`."""
# Of the last nodes of a run only, and no text that takes more than 64 KB as stored: a list stays cheap.
_LAST_VALUE: Final = """(
    select {} from (
      select output from node_executions n
      where n.run_id = workflow_runs.id and n.owner_id = workflow_runs.owner_id
        and n.status = 'COMPLETED'
      order by n.finished_at desc, n.ordinal desc limit 20) as last
    where case when pg_column_size(output) < 65536 then output ->> 'kind' end = '{}' limit 1)"""
_LAST_IMAGE: Final[Any] = literal_column(_LAST_VALUE.format("output", "image"), JSONB)
_LAST_TEXT: Final = literal_column(_LAST_VALUE.format("left(output ->> 'text', 160)", "text"), Text)


@dataclass(frozen=True)
class NewNodeExecution:
    """A node that a new run is about; `ordinal` is its place in lists and on dashboards."""

    id: UUID
    node_id: str
    node_type: str
    label: str
    ordinal: int
    cache_key: str | None = None


@dataclass(frozen=True)
class Tick:
    """A time at which a schedule is due; `late`: nobody could take it in time."""

    schedule_id: UUID
    due_at: datetime
    late: bool = False


@dataclass(frozen=True)
class IdempotentRequest:
    """By what a request is known again: its key of up to 255 characters, and a hash over it all."""

    key: str
    sha256: bytes


@dataclass(frozen=True, kw_only=True)
class NewRun:
    """What makes a run."""

    owner_id: str
    workflow_id: int
    """The workflow must be the owner's."""
    revision: int
    version_id: UUID
    scope: Json
    """Which nodes it is about, as the client said it."""
    reuse: Reuse
    trigger: Trigger
    started_by: Json | None = None
    """A `StartedBy`."""
    executions: Sequence[NewNodeExecution]
    """One for every node in the scope; at least one."""
    inputs: Sequence[PriorOutput] = ()
    """What enters the scope from outside of it."""
    input_values: Json = field(default_factory=dict[str, Any])
    """By the name of the declared input."""
    declared_outputs: Json = field(default_factory=dict[str, Any])
    """Node id and handle of each result, by its name."""
    parent_run_id: UUID | None = None
    """The run that it repeats a part of."""
    idempotency: IdempotentRequest | None = None
    catalogue_digest: str | None = None
    """Of the node types by which the version was checked."""
    traceparent: str | None = None
    """The span that the executor goes on from."""
    tick: Tick | None = None
    """The tick of a schedule that it is made for."""
    flow_run_id: UUID | None = None
    """Prefect's flow run in which it is to be shown, if there is one already."""
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class RunWithCounts:
    """A run, how many of its nodes are where, what models counted for it, and what it gave last."""

    run: WorkflowRun
    counts: RunCounts
    usage: RunUsage
    last_image: Json | None
    last_text: str | None


def create_run(session: Session, run: NewRun) -> UUID:
    """Make a PENDING run and give its id; executors hear of it on commit.

    The same idempotency key with the same request gives the id of the run that it made before.

    Raises:
        InvalidInputError: `idempotency_key_reused`: the key belongs to another request.
    """
    request, tick = run.idempotency, run.tick
    inserted_id = session.scalar(
        insert(WorkflowRun)
        .values(
            id=run.id,
            owner_id=run.owner_id,
            workflow_id=run.workflow_id,
            version_id=run.version_id,
            revision=run.revision,
            scope=run.scope,
            reuse=run.reuse,
            trigger=run.trigger,
            started_by=run.started_by,
            input_values=run.input_values or None,
            declared_outputs=run.declared_outputs or None,
            parent_run_id=run.parent_run_id,
            total_nodes=len(run.executions),
            idempotency_key=request and request.key,
            request_sha256=request and request.sha256,
            traceparent=run.traceparent,
            catalogue_digest=run.catalogue_digest,
            schedule_id=tick and tick.schedule_id,
            due_at=tick and tick.due_at,
            late=tick is not None and tick.late,
            prefect_flow_run_id=run.flow_run_id,
        )
        .on_conflict_do_nothing(
            index_elements=[WorkflowRun.owner_id, WorkflowRun.idempotency_key],
            index_where=WorkflowRun.idempotency_key.is_not(None),
        )
        .returning(WorkflowRun.id)
    )
    if inserted_id is None:
        return _find_conflicting_run(session, run.owner_id, request)
    rows = [_execution_as_json(execution) for execution in run.executions]
    session.execute(
        _INSERT_EXECUTIONS,
        {"run_id": run.id, "owner_id": run.owner_id, "executions": json.dumps(rows)},
    )
    add_run_inputs(session, run.owner_id, run.id, run.inputs)
    return run.id


async def create_run_at_revision(
    functions: FunctionPool, owner_id: str, run: NewRun
) -> datetime | None:
    """Make a PENDING run of a whole workflow, in one statement; give when.

    None, with nothing made, where the workflow is not at the run's revision any more.
    """
    values = {
        "id": str(run.id),
        "version_id": str(run.version_id),
        "scope": run.scope,
        "reuse": run.reuse,
        "trigger": run.trigger,
        "started_by": run.started_by,
        "declared_outputs": run.declared_outputs or None,
        "traceparent": run.traceparent,
        "catalogue_digest": run.catalogue_digest,
    }
    nodes = [_execution_as_json(execution) for execution in run.executions]
    arguments = [owner_id, run.workflow_id, run.revision, json.dumps(values), json.dumps(nodes)]
    ((made_at,),) = await functions.call(_START_RUN, arguments)
    return made_at


def get_run(session: Session, owner_id: str, run_id: UUID) -> WorkflowRun:
    """Give a run. Raises NotFoundError for a foreign one, too."""
    found = session.scalar(
        select(WorkflowRun)
        .where(WorkflowRun.id == run_id, WorkflowRun.owner_id == owner_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise run_not_found(run_id)
    return found


def find_idempotent_run(session: Session, owner_id: str, request: IdempotentRequest) -> UUID | None:
    """Give the run that this request made before, if it did.

    Raises:
        InvalidInputError: `idempotency_key_reused`: the key belongs to another request.
        ConflictError: `run_deleted`: the run was deleted since.
    """
    made, deleted = (
        select(table.id, table.request_sha256, literal(is_deleted).label("is_deleted")).where(
            table.owner_id == owner_id, table.idempotency_key == request.key
        )
        for table, is_deleted in ((WorkflowRun, False), (DeletedRun, True))
    )
    # One statement: a run that is deleted meanwhile is found in one of the tables.
    found = session.execute(union_all(made, deleted).order_by("is_deleted")).first()
    if found is None:
        return None
    id, known, is_deleted = found
    if known != request.sha256:
        raise InvalidInputError(
            "idempotency_key_reused",
            "This idempotency key was used for another request: use a new key for a new request.",
        )
    if is_deleted:
        raise ConflictError(
            "run_deleted",
            f"This idempotency key started run {id}, which was deleted since: use a new key to start"
            " another one.",
        )
    return id


def delete_run(session: Session, owner_id: str, run_id: UUID) -> None:
    """Delete a run that has ended, with its node executions and events; its assets stay.

    Its idempotency key is kept, so that a request which comes once more starts nothing.

    Raises:
        NotFoundError: the user has no such run.
        ConflictError: `run_not_ended`.
    """
    ended = delete(WorkflowRun).where(
        WorkflowRun.id == run_id,
        WorkflowRun.owner_id == owner_id,
        WorkflowRun.finished_at.is_not(None),
    )
    if session.scalar(ended.returning(WorkflowRun.id)) is None:
        get_run(session, owner_id, run_id)
        raise ConflictError(
            "run_not_ended",
            f"Run {run_id} has not ended yet: wait for its end, or cancel it, and delete it then.",
        )


def get_executions(session: Session, owner_id: str, run_id: UUID) -> list[NodeExecution]:
    """Give the nodes of a run in their order; a foreign run has none."""
    return list(
        session.scalars(
            select(NodeExecution)
            .where(NodeExecution.run_id == run_id, NodeExecution.owner_id == owner_id)
            .order_by(NodeExecution.ordinal, NodeExecution.node_id)
            .execution_options(populate_existing=True)
        )
    )


def get_execution(session: Session, owner_id: str, run_id: UUID, node_id: str) -> NodeExecution:
    """Give one node of a run. Raises NotFoundError for a foreign one, too."""
    found = session.scalar(
        select(NodeExecution)
        .where(
            NodeExecution.run_id == run_id,
            NodeExecution.owner_id == owner_id,
            NodeExecution.node_id == node_id,
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError("run_node_not_found", "There is no such run, or no such node in it.")
    return found


def count_nodes(executions: Sequence[NodeExecution]) -> RunCounts:
    """Count the nodes of a run by where they are."""
    counted = Counter(execution.status for execution in executions)
    return RunCounts(
        total=len(executions),
        reused=sum(execution.reused for execution in executions),
        **{status.lower(): counted[status] for status in NodeStatus},
    )


def list_runs(
    session: Session,
    owner_id: str,
    workflow_id: int | None = None,
    *,
    limit: int = 50,
    cursor: str | None = None,
    statuses: Collection[RunStatus] = (),
) -> Page[RunWithCounts]:
    """Give runs with their counts, the newest first; of one workflow or of all.

    With `statuses`, only runs in one of these states.

    Raises:
        InvalidInputError: `bad_cursor`.
    """
    counts = _counts_of_run()
    query = (
        select(WorkflowRun, _LAST_IMAGE, _LAST_TEXT, counts)
        .join(counts, true())
        .where(WorkflowRun.owner_id == owner_id)
        .execution_options(populate_existing=True)
    )
    if workflow_id is not None:
        query = query.where(WorkflowRun.workflow_id == workflow_id)
    if statuses:
        query = query.where(WorkflowRun.status.in_(statuses))
    query = paginate_desc(
        query, WorkflowRun.created_at, WorkflowRun.id, limit=limit, cursor=cursor, read_id=UUID
    )
    names = [column.name for column in counts.c]
    rows = [
        _with_counts(run, dict(zip(names, numbers, strict=True)), last_image, last_text)
        for run, last_image, last_text, *numbers in session.execute(query)
    ]
    return to_page(rows, limit, lambda row: (row.run.created_at, row.run.id))


def sum_usage(executions: Sequence[NodeExecution]) -> RunUsage:
    """Sum the tokens of a run; a reused execution's were paid by an earlier run."""
    used = [Usage.model_validate(row.usage) for row in executions if row.usage and not row.reused]
    return RunUsage(
        input_tokens=sum(usage.input_tokens for usage in used),
        output_tokens=sum(usage.output_tokens for usage in used),
        total_tokens=sum(usage.total_tokens for usage in used),
    )


def _with_counts(
    run: WorkflowRun, numbers: dict[str, int], last_image: Json | None, last_text: str | None
) -> RunWithCounts:
    usage = RunUsage.model_validate({name: numbers.pop(name) for name in _TOKEN_COLUMNS})
    return RunWithCounts(run, RunCounts.model_validate(numbers), usage, last_image, last_text)


def _counts_of_run() -> Any:
    """Count the nodes and tokens of each run, in the same query that lists the runs."""
    count = func.count()
    return (
        select(
            count.label("total"),
            count.filter(NodeExecution.reused).label("reused"),
            *(
                count.filter(NodeExecution.status == status).label(status.lower())
                for status in NodeStatus
            ),
            *(
                func.coalesce(
                    func.sum(NodeExecution.usage[key].as_integer()).filter(~NodeExecution.reused), 0
                ).label(name)
                for name, key in _TOKEN_COLUMNS.items()
            ),
        )
        .where(
            NodeExecution.run_id == WorkflowRun.id, NodeExecution.owner_id == WorkflowRun.owner_id
        )
        .lateral("counts")
    )


def _execution_as_json(execution: NewNodeExecution) -> Json:
    return {
        "id": str(execution.id),
        "node_id": execution.node_id,
        "node_type": execution.node_type,
        "label": execution.label[:MAX_LABEL_LENGTH],
        "ordinal": execution.ordinal,
        "cache_key": execution.cache_key,
    }


def _find_conflicting_run(
    session: Session, owner_id: str, request: IdempotentRequest | None
) -> UUID:
    found = request and find_idempotent_run(session, owner_id, request)
    if found is None:
        raise UnavailableError("database_busy", "The run is being changed; try again in a moment.")
    return found
