"""Retention: what is deleted after a time, in transactions of at most about 1,000 rows.

Each function does one batch and says how many it took; callers repeat until it is none. Rows
that somebody works on are passed by, and only runs that have ended are touched.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from db.tables.base import IDS_PARAMETER

BATCH_ROWS: Final = 1_000

# What is picked is made once: a plan that asked for it again would go beyond its limit.
_CLEAR_KEYS = text("""
    with picked as materialized (
      select id from workflow_runs
      where idempotency_key is not null
        and created_at < clock_timestamp() - make_interval(hours => :hours)
      order by created_at limit :limit for no key update skip locked
    )
    update workflow_runs set idempotency_key = null, request_sha256 = null
    where id in (select id from picked)
    returning id
""")
_CLEAR_DELETED_KEYS = text("""
    update deleted_runs set idempotency_key = null, request_sha256 = null
    where id in (select id from deleted_runs where idempotency_key is not null
      and created_at < clock_timestamp() - make_interval(hours => :hours) limit :limit)
    returning id
""")
_DELETE_DELETED_RUNS = text("""
    delete from deleted_runs where id in (select id from deleted_runs
      where idempotency_key is null
        and (not mirrored or deleted_at < clock_timestamp() - interval '7 days') limit :limit)
    returning id
""")
# Favourites keep their run as long as its workflow is not deleted; batches theirs for a day after their end.
_NOT_NEEDED: Final = """not exists (
        select from favourite_results f join workflows w on w.id = f.workflow_id
        where f.run_id = r.id and w.deleted_at is null)
      and not exists (
        select from batch_rows br join batches b on b.id = br.batch_id
        where br.run_id = r.id
          and (b.finished_at is null or b.finished_at > clock_timestamp() - interval '1 day'))"""
# As many of the oldest runs as have `:limit` rows together, node executions and events included;
# one that has more goes by itself.
_DELETE_RUNS = f"""
    with old as materialized (
      select id, finished_at, 1 + total_nodes + seq as size from workflow_runs r
      where {{}} and {_NOT_NEEDED} order by finished_at limit 200 for update skip locked
    ), counted as (
      select id, sum(size) over (order by finished_at, id) as total,
        row_number() over (order by finished_at, id) as place
      from old
    )
    delete from workflow_runs where id in (select id from counted where total <= :limit or place = 1)
    returning id
"""  # noqa: S608 - nothing of it comes from outside
_DELETE_OLD_RUNS = text(
    _DELETE_RUNS.format("finished_at < clock_timestamp() - make_interval(days => :days)")
)
_DELETE_SURPLUS_RUNS = text(
    _DELETE_RUNS.format("finished_at is not null and owner_id = :owner and created_at < :before")
)
_OWNERS_OVER_LIMIT = text(f"""
    select users.id, last_kept.created_at from users cross join lateral (
      select created_at from workflow_runs where owner_id = users.id
      order by created_at desc, id desc offset :keep - 1 limit 1) as last_kept
    where exists (select from workflow_runs r where r.owner_id = users.id
      and r.created_at < last_kept.created_at and r.finished_at is not null and {_NOT_NEEDED})
""")  # noqa: S608 - nothing of it comes from outside
_DELETE_BATCHES = text("""
    with picked as materialized (
      select id from batches where finished_at < clock_timestamp() - make_interval(days => :days)
      order by finished_at limit 1 for update skip locked
    )
    delete from batches where id in (select id from picked)
    returning id
""")
_DELETE_WORKFLOWS = text("""
    with picked as materialized (
      select id from workflows w
      where deleted_at < clock_timestamp() - make_interval(days => :days)
        and not exists (select from workflow_runs where workflow_id = w.id)
      limit 20 for update skip locked
    )
    delete from workflows where id in (select id from picked)
    returning id
""")
_DELETE_SUPERSEDED = text("""
    with picked as materialized (
      select workflow_id, revision from workflow_revisions
      where superseded and not pinned and label is null
        and created_at < clock_timestamp() - make_interval(mins => :minutes)
      order by created_at limit :limit for update skip locked
    )
    delete from workflow_revisions where (workflow_id, revision) in (
      select workflow_id, revision from picked)
    returning revision
""")
# Of a workflow with too many, those before the oldest one that is kept; few workflows have.
_DELETE_SURPLUS_REVISIONS = text("""
    with long as (
      select workflow_id from workflow_revisions group by workflow_id having count(*) > :keep limit 100
    ), oldest as (
      select workflow_id, (
        select revision from workflow_revisions r
        where r.workflow_id = long.workflow_id and not pinned and label is null and not superseded
        order by revision desc offset :keep - 1 limit 1) as revision
      from long
    ), picked as materialized (
      select r.workflow_id, r.revision from workflow_revisions r
      join oldest on r.workflow_id = oldest.workflow_id and r.revision < oldest.revision
      where not pinned and label is null limit :limit for update of r skip locked
    )
    delete from workflow_revisions where (workflow_id, revision) in (
      select workflow_id, revision from picked)
    returning revision
""")
_DELETE_VERSIONS = text("""
    with picked as materialized (
      select v.id from workflow_versions v
      where created_at < clock_timestamp() - interval '1 hour'
        and not exists (select from workflow_revisions where version_id = v.id)
        and not exists (select from workflow_runs where version_id = v.id)
        and not exists (select from functions where version_id = v.id)
        and not exists (select from batches where version_id = v.id)
        and not exists (select from workflows w where w.id = v.workflow_id and w.version_id = v.id)
      limit 200 for update skip locked
    )
    delete from workflow_versions where id in (select id from picked)
    returning id
""")
# Every form in which a document may write an id (with or without hyphens, in braces, as urn) has
# its 32 digits in a row once hyphens are gone; finding too much only keeps an asset longer.
_UNUSED_ASSETS = text("""
    with candidates as materialized (
      select id, replace(id::text, '-', '') as digits from assets
      where used_at < clock_timestamp() - make_interval(hours => :hours)
    ), bodies as (
      select graph::text as body from workflows
      union all select graph::text from workflow_versions
      union all select concat(input, output, other_outputs) from node_executions
      union all select concat(output, other_outputs) from run_inputs
      union all select inputs::text from schedules
      union all select concat(input_values, overrides) from batch_rows
    ), named as materialized (
      select distinct found[1] as digits from bodies,
        regexp_matches(replace(lower(body), '-', ''), '[0-9a-f]{32}', 'g') as found
    )
    select id from candidates where digits not in (select digits from named)
""")
# Their executor deletes them, unless it died.
_DELETE_DRAFTS = text("""
    with picked as materialized (
      select id from assets
      where draft_of is not null and not exists (
        select from node_executions n
        where n.id = draft_of and n.status in ('PENDING', 'RUNNING'))
      limit :limit for update skip locked
    )
    delete from assets where id in (select id from picked)
    returning id
""")
_DELETE_ASSETS = text("""
    delete from assets where id = any(:ids)
      and used_at < clock_timestamp() - make_interval(hours => :hours)
    returning id
""").bindparams(IDS_PARAMETER)
_REFERENCED_HASHES = text(
    "select distinct sha256 from assets where sha256 = any(:names)"
).bindparams(bindparam("names", type_=ARRAY(Text)))


def clear_idempotency_keys(session: Session, hours: int, limit: int = BATCH_ROWS) -> int:
    """Clear idempotency keys, of runs that were deleted, too; the others stay."""
    statements = (_CLEAR_KEYS, _CLEAR_DELETED_KEYS)
    return sum(_count(session, each, hours=hours, limit=limit) for each in statements)


def clear_deleted_runs(session: Session, limit: int = BATCH_ROWS) -> int:
    """Delete what was kept of deleted runs, once their keys and Prefect's records need it no more."""
    return _count(session, _DELETE_DELETED_RUNS, limit=limit)


def delete_old_runs(session: Session, days: int, limit: int = BATCH_ROWS) -> int:
    """Delete runs that ended so long ago, with their node executions and events."""
    return _count(session, _DELETE_OLD_RUNS, days=days, limit=limit)


def delete_surplus_runs(session: Session, keep: int, limit: int = BATCH_ROWS) -> int:
    """Delete the oldest ended runs of an owner who has more than `keep`."""
    beyond = session.execute(_OWNERS_OVER_LIMIT.bindparams(keep=keep)).first()
    if beyond is None:
        return 0
    owner, before = beyond
    return _count(session, _DELETE_SURPLUS_RUNS, owner=owner, before=before, limit=limit)


def delete_old_batches(session: Session, days: int) -> int:
    """Delete a batch that ended so long ago, with its rows; one at a time, as it may have 10,000."""
    return _count(session, _DELETE_BATCHES, days=days)


def delete_workflows(session: Session, days: int) -> int:
    """Delete workflows that their owners deleted so long ago, once their runs are gone."""
    return _count(session, _DELETE_WORKFLOWS, days=days)


def delete_superseded_revisions(session: Session, minutes: int, limit: int = BATCH_ROWS) -> int:
    """Of editing sessions so long ago, keep the last save only."""
    return _count(session, _DELETE_SUPERSEDED, minutes=minutes, limit=limit)


def delete_surplus_revisions(session: Session, keep: int, limit: int = BATCH_ROWS) -> int:
    """Delete the oldest entries of histories that have more than `keep`; never pinned ones."""
    return _count(session, _DELETE_SURPLUS_REVISIONS, keep=keep, limit=limit)


def delete_versions(session: Session) -> int:
    """Delete versions that are not current, in no history and were never run."""
    return _count(session, _DELETE_VERSIONS)


def delete_ended_drafts(session: Session, limit: int = BATCH_ROWS) -> int:
    """Delete previews of nodes that have ended, or are not there any more."""
    return _count(session, _DELETE_DRAFTS, limit=limit)


def find_unused_assets(session: Session, hours: int) -> Sequence[UUID]:
    """Give the assets not wanted for so long that no workflow, version or execution names.

    Reads every graph and execution once, without any lock; takes a while on a big database.
    """
    session.execute(text("set local statement_timeout = '15min'"))
    return session.scalars(_UNUSED_ASSETS, {"hours": hours}).all()


def delete_assets(session: Session, ids: Sequence[UUID], hours: int) -> int:
    """Delete the rows of unused assets; those wanted again in the meantime stay."""
    return _count(session, _DELETE_ASSETS, ids=list(ids), hours=hours)


def find_referenced_hashes(session: Session, names: Collection[str]) -> set[str]:
    """Give those of these SHA-256 that belong to an asset of anybody."""
    return set(session.scalars(_REFERENCED_HASHES, {"names": list(names)}))


def _count(session: Session, statement: TextClause, **values: object) -> int:
    return len(session.execute(statement, values).all())
