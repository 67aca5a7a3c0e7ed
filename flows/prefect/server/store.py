"""Writes records of runs into the tables of Prefect's server, a batch in one transaction.

Prefect's API gives a flow run the time at which it is told of a state. Its tables take any time,
and a batch costs ten statements instead of a dozen calls for each run. What is written is what
Prefect's own models read; `tests/prefect/server/test_records.py` reads it back through Prefect's
API, so that a version of Prefect with other tables is noticed.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from prefect.server.database import provide_database_interface
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from flows.prefect.records.snapshot import (
    HOSTED_SEQ,
    SEQ_LABEL,
    ArtifactBatch,
    ArtifactRecord,
    Result,
    RunRecord,
    StateRecord,
    TaskRunRecord,
)
from flows.prefect.server.state_events import Change

_FLOWS: Final = text("""
    insert into flow (name) select jsonb_array_elements_text(cast(:rows as jsonb))
    on conflict (name) do nothing
""")
_FLOW_RUNS: Final = text(f"""
    insert into flow_run (id, created, flow_id, name, tags, labels, parameters, expected_start_time,
      flow_version, deployment_id, work_queue_id, work_queue_name)
    select r.id, r.created, f.id, r.name, r.tags, '{{"{SEQ_LABEL}": 0}}', r.parameters, r.created,
      r.flow_version, d.id, d.work_queue_id, d.work_queue_name
    from jsonb_to_recordset(cast(:rows as jsonb)) as r (
      id uuid, created timestamptz, flow text, name text, tags jsonb, parameters jsonb,
      flow_version text, deployment_flow text, deployment text)
    join flow f on f.name = r.flow
    left join (select d.*, f.name as flow from deployment d join flow f on f.id = d.flow_id) d
      on d.flow = r.deployment_flow and d.name = r.deployment
    order by r.id
    on conflict (id) do nothing
""")  # noqa: S608 - nothing of it comes from outside
_KNOWN: Final = text(f"""
    select r.id, (r.labels ->> '{SEQ_LABEL}')::bigint as seq, r.state_id, r.state_type,
      r.flow_id, f.name as flow,
      r.deployment_id, d.name as deployment
    from flow_run r join flow f on f.id = r.flow_id left join deployment d on d.id = r.deployment_id
    where r.id in (select cast(jsonb_array_elements_text(cast(:rows as jsonb)) as uuid))
    order by r.id for update of r
""")  # noqa: S608 - nothing of it comes from outside
_STATE_COLUMNS: Final = """
    (id, created, {}, type, name, timestamp, message, state_details)
    select s.id, s.timestamp, s.run_id, cast(s.type as state_type), s.name, s.timestamp, s.message,
      s.details
    from jsonb_to_recordset(cast(:rows as jsonb)) as s (
      id uuid, run_id uuid, type text, name text, timestamp timestamptz, message text, details jsonb)
    on conflict do nothing
"""
_FLOW_RUN_STATES: Final = text("insert into flow_run_state" + _STATE_COLUMNS.format("flow_run_id"))
_TASK_RUN_STATES: Final = text("insert into task_run_state" + _STATE_COLUMNS.format("task_run_id"))
_UPDATE_FLOW_RUNS: Final = text(f"""
    update flow_run f set name = r.name, updated = now(),
      tags = r.tags || (select coalesce(jsonb_agg(t), '[]') from jsonb_array_elements_text(f.tags) t
        where not jsonb_exists(r.tags, t) and t !~ '^(run|claim|workflow|model):'),
      labels = coalesce(f.labels, '{{}}') || jsonb_build_object('{SEQ_LABEL}', r.seq),
      run_count = r.run_count, start_time = r.start_time,
      state_id = coalesce(r.state_id, f.state_id),
      state_type = coalesce(cast(r.state_type as state_type), f.state_type),
      state_name = coalesce(r.state_name, f.state_name),
      state_timestamp = coalesce(r.state_timestamp, f.state_timestamp),
      next_scheduled_start_time = null, end_time = r.end_time,
      total_run_time = coalesce(r.end_time - r.start_time, interval '0')
    from jsonb_to_recordset(cast(:rows as jsonb)) as r (
      id uuid, name text, tags jsonb, seq bigint, run_count integer, start_time timestamptz,
      end_time timestamptz, state_id uuid, state_type text, state_name text,
      state_timestamp timestamptz)
    where f.id = r.id
""")  # noqa: S608 - nothing of it comes from outside
_TASK_RUNS: Final = text("""
    insert into task_run (id, created, flow_run_id, name, task_key, dynamic_key, tags, labels,
      task_inputs, empirical_policy, flow_run_run_count, run_count, expected_start_time,
      start_time, end_time, total_run_time, state_id, state_type, state_name, state_timestamp)
    select t.id, t.start_time, t.flow_run_id, t.name, t.task_key, cast(t.id as text), t.tags, '{}',
      t.inputs, t.policy, 1, t.run_count, t.start_time, t.start_time, t.end_time,
      coalesce(t.end_time - t.start_time, interval '0'), t.state_id,
      cast(t.state_type as state_type), t.state_name, t.state_timestamp
    from jsonb_to_recordset(cast(:rows as jsonb)) as t (
      id uuid, flow_run_id uuid, name text, task_key text, tags jsonb, inputs jsonb, policy jsonb,
      run_count integer, start_time timestamptz, end_time timestamptz, state_id uuid,
      state_type text, state_name text, state_timestamp timestamptz)
    on conflict (id) do update set updated = now(), name = excluded.name, tags = excluded.tags,
      task_inputs = excluded.task_inputs, run_count = excluded.run_count,
      start_time = excluded.start_time, end_time = excluded.end_time,
      total_run_time = excluded.total_run_time, state_id = excluded.state_id,
      state_type = excluded.state_type, state_name = excluded.state_name,
      state_timestamp = excluded.state_timestamp
""")
_DELETE_OLD_STATES: Final = text("""
    delete from task_run_state s using jsonb_to_recordset(cast(:rows as jsonb)) as t (
      id uuid, states jsonb)
    where s.task_run_id = t.id and not jsonb_exists(t.states, cast(s.id as text))
""")
_LOGS: Final = text("""
    insert into log (id, name, level, flow_run_id, task_run_id, message, timestamp)
    select l.id, l.name, l.level, l.flow_run_id, l.task_run_id, l.message, l.timestamp
    from jsonb_to_recordset(cast(:rows as jsonb)) as l (
      id uuid, name text, level integer, flow_run_id uuid, task_run_id uuid, message text,
      timestamp timestamptz)
    on conflict (id) do update
    set level = excluded.level, message = excluded.message, timestamp = excluded.timestamp
""")
_ARTIFACT_ROWS: Final = """
    from jsonb_to_recordset(cast(:rows as jsonb)) as a (
      id uuid, created timestamptz, key text, type text, data jsonb, description text,
      flow_run_id uuid, task_run_id uuid)
"""
_ARTIFACTS: Final = text(f"""
    insert into artifact
      (id, created, updated, key, type, data, description, flow_run_id, task_run_id)
    select a.id, a.created, now(), a.key, a.type, a.data, a.description, a.flow_run_id, a.task_run_id
    {_ARTIFACT_ROWS}
    on conflict (id) do update
    set updated = now(), data = excluded.data, description = excluded.description
""")  # noqa: S608 - nothing of it comes from outside
_NEWEST_ARTIFACTS: Final = text(f"""
    insert into artifact_collection
      (key, latest_id, type, data, description, flow_run_id, task_run_id)
    select distinct on (a.key)
      a.key, a.id, a.type, a.data, a.description, a.flow_run_id, a.task_run_id
    {_ARTIFACT_ROWS}
    order by a.key, a.created desc
    on conflict (key) do update set updated = now(), latest_id = excluded.latest_id,
      type = excluded.type, data = excluded.data, description = excluded.description,
      flow_run_id = excluded.flow_run_id, task_run_id = excluded.task_run_id
    where coalesce((select l.created from artifact l where l.id = artifact_collection.latest_id)
      <= (select e.created from artifact e where e.id = excluded.latest_id), true)
""")  # noqa: S608 - nothing of it comes from outside


async def write_records(records: Sequence[RunRecord]) -> tuple[dict[UUID, Result], list[Change]]:
    """Write what is new of each record; give what became of it, and which states are new.

    A record that is older than what is there changes nothing, and neither does one of a flow run
    without our label. A state that somebody set in Prefect stays until the run has ended, and no
    longer.
    """
    database = provide_database_interface()
    async with database.session_context(begin_transaction=True) as session:
        await _insert_flow_runs(session, [each for each in records if each.after_seq == 0])
        found = await session.execute(
            _KNOWN, {"rows": _dump([each.flow_run_id for each in records])}
        )
        known = {row.id: row for row in found}
        results: dict[UUID, Result] = {
            each.flow_run_id: _judge(each, known.get(each.flow_run_id)) for each in records
        }
        new = [each for each in records if results[each.flow_run_id] == "recorded"]
        await _write(session, new, {id: _set_state(row) for id, row in known.items()})
        again = [each for each in new if known[each.flow_run_id].seq > 0]
        await _delete_old_states(session, again)
    changes = [
        Change(known[each.flow_run_id], each, each.states[-1])
        for each in new
        if not each.partial and each.states[-1].id != known[each.flow_run_id].state_id
    ]
    return results, changes


async def write_artifacts(batch: ArtifactBatch) -> None:
    """Write the artifacts of a flow run; those with the same ids are replaced."""
    async with provide_database_interface().session_context(begin_transaction=True) as session:
        await _write_artifact_rows(session, _artifacts(batch.flow_run_id, batch.artifacts))


def _judge(record: RunRecord, known: Any) -> Result:
    if known is None:
        return "missing"
    if known.seq is None:
        return "foreign"
    newest = record.states[-1]
    ours = known.seq < HOSTED_SEQ
    is_wrong = ours and newest.final and not record.partial and known.state_id != newest.id
    return "recorded" if known.seq < record.seq or is_wrong else "current"


def _set_state(known: Any) -> UUID | None:
    """Give the state that stays, unless it is one of the record; None: any of that replaces it."""
    is_asked_for = known.seq == 0 and known.state_type in {"SCHEDULED", "PENDING"}
    return None if is_asked_for else known.state_id


async def _insert_flow_runs(session: AsyncSession, records: Sequence[RunRecord]) -> None:
    await _execute(session, _FLOWS, sorted({each.flow for each in records}))
    await _execute(session, _FLOW_RUNS, [_new_flow_run(each) for each in records])


async def _write(
    session: AsyncSession, records: Sequence[RunRecord], current_states: dict[UUID, UUID | None]
) -> None:
    flow_runs = [each for each in records if not each.partial]
    await _execute(
        session,
        _FLOW_RUN_STATES,
        [
            _state(state, each.flow_run_id, {"flow_run_id": each.flow_run_id})
            for each in flow_runs
            for state in each.states
        ],
    )
    await _execute(
        session,
        _UPDATE_FLOW_RUNS,
        [_flow_run(each, current_states[each.flow_run_id]) for each in flow_runs],
    )
    task_runs = [(each.flow_run_id, one) for each in records for one in each.task_runs]
    await _execute(session, _TASK_RUNS, [_task_run(id, one) for id, one in task_runs])
    await _execute(
        session,
        _TASK_RUN_STATES,
        [
            _state(state, one.id, {"flow_run_id": id, "task_run_id": one.id})
            for id, one in task_runs
            for state in one.states
        ],
    )
    await _execute(
        session,
        _LOGS,
        [
            line.model_dump()
            | {
                "flow_run_id": each.flow_run_id,
                "name": "prefect.task_runs" if line.task_run_id else "prefect.flow_runs",
            }
            for each in records
            for line in each.logs
        ],
    )
    rows = [row for each in records for row in _artifacts(each.flow_run_id, each.artifacts)]
    await _write_artifact_rows(session, rows)


async def _write_artifact_rows(session: AsyncSession, rows: Sequence[Any]) -> None:
    await _execute(session, _ARTIFACTS, rows)
    await _execute(session, _NEWEST_ARTIFACTS, rows)


def _artifacts(flow_run_id: UUID, artifacts: Iterable[ArtifactRecord]) -> list[Any]:
    return [each.model_dump() | {"flow_run_id": flow_run_id} for each in artifacts]


async def _delete_old_states(session: AsyncSession, records: Sequence[RunRecord]) -> None:
    """Delete states that a task run no longer has: a recovery gave it another start."""
    rows = [
        {"id": one.id, "states": [state.id for state in one.states]}
        for each in records
        for one in each.task_runs
    ]
    await _execute(session, _DELETE_OLD_STATES, rows)


async def _execute(session: AsyncSession, statement: Any, rows: Sequence[Any]) -> None:
    if rows:
        await session.execute(statement, {"rows": _dump(rows)})


def _new_flow_run(record: RunRecord) -> dict[str, Any]:
    flow, deployment = record.deployment or (None, None)
    return {
        "id": record.flow_run_id,
        "created": record.created,
        "flow": record.flow,
        "flow_version": record.flow_version,
        "name": record.name,
        "tags": record.tags,
        "parameters": record.parameters,
        "deployment_flow": flow,
        "deployment": deployment,
    }


def _flow_run(record: RunRecord, current_state: UUID | None) -> dict[str, Any]:
    newest = record.states[-1]
    ours = current_state is None or current_state in {each.id for each in record.states}
    return {
        "id": record.flow_run_id,
        "name": record.name,
        "tags": record.tags,
        "seq": record.seq,
        "run_count": sum(each.type == "RUNNING" for each in record.states),
        "start_time": record.start_time,
        "end_time": record.end_time,
        **(_current(newest) if ours or newest.final else {}),
    }


def _task_run(flow_run_id: UUID, record: TaskRunRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "flow_run_id": flow_run_id,
        "name": record.name,
        "task_key": record.task_key,
        "tags": record.tags,
        "inputs": {
            handle: [{"input_type": "task_run", "id": id} for id in ids]
            for handle, ids in record.inputs.items()
        },
        "policy": {"retries": record.retries, "retry_delay": record.retry_delay},
        "run_count": record.run_count,
        "start_time": record.start_time,
        "end_time": record.end_time,
        **_current(record.states[-1]),
    }


def _current(state: StateRecord) -> dict[str, Any]:
    return {
        "state_id": state.id,
        "state_type": state.type,
        "state_name": state.name,
        "state_timestamp": state.timestamp,
    }


def _state(state: StateRecord, run_id: UUID, details: dict[str, Any]) -> dict[str, Any]:
    if state.type == "SCHEDULED":
        details |= {"scheduled_time": state.scheduled_time or state.timestamp}
    return {
        "id": state.id,
        "run_id": run_id,
        "type": state.type,
        "name": state.name,
        "timestamp": state.timestamp,
        "message": state.message,
        "details": details,
    }


def _dump(rows: Iterable[Any]) -> str:
    return json.dumps(rows, default=_to_text, ensure_ascii=False)


def _to_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
