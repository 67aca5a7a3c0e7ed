"""Pictures and videos: what is known of them; their bytes are in the asset store."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.postgres.functions import FunctionPool
from db.postgres.pagination import Page, paginate_desc, to_page
from db.tables import Asset
from db.tables.base import NOW
from schemas.errors import ConflictError, NotFoundError
from schemas.values import ImageValue, MediaValue, read_media

# What retention would keep it for, too (`db.retention`): a document may write an id in several forms,
# each of which has its 32 digits in a row once hyphens are gone.
_NEEDED_BY: Final = text("""
    with bodies as (
      select 'workflow' as kind, w.id::text as id, w.name, w.deleted_at, w.graph::text as body
      from workflows w where w.user_id = :owner
      union all
      select 'version', w.id::text, w.name, w.deleted_at, v.graph::text
      from workflow_versions v join workflows w on w.id = v.workflow_id where v.owner_id = :owner
      union all
      select 'schedule', s.id::text, s.name, null, s.inputs::text
      from schedules s where s.owner_id = :owner
      union all
      select 'batch', b.batch_id::text, null, null, concat(b.input_values, b.overrides)
      from batch_rows b where b.owner_id = :owner and b.status = 'PENDING'
      union all
      select 'run', i.run_id::text, null, null, concat(i.output, i.other_outputs)
      from run_inputs i where i.owner_id = :owner
      union all
      select 'run', n.run_id::text, null, null, concat(n.input, n.output, n.other_outputs)
      from node_executions n where n.owner_id = :owner
    )
    select kind, id, name, deleted_at is not null as deleted from bodies
    where strpos(replace(lower(body), '-', ''), :digits) > 0 limit 1
""")
_NEEDS: Final = {
    "workflow": "Workflow {1} (“{2}”) uses it: take it out of the workflow first.",
    "version": "An earlier version of workflow {1} (“{2}”) uses it, and can be restored. It goes when"
    " the version does.",
    "deleted": "Workflow {1} (“{2}”) uses it; it was deleted, and can still be brought back.",
    "schedule": "Schedule {1} (“{2}”) uses it: take it out of its inputs first.",
    "batch": "Batch {1} uses it in rows that have not begun: wait for its end, or cancel it.",
    "run": "Run {1} needs it: delete the run first.",
}


_FIELDS: Final = ("sha256", "media_type", "kind", "width", "height", "bytes", "duration_seconds")
"""The columns that a value has under the same name."""

ADD_ASSETS: Final = f"""
    insert into assets (id, owner_id, {", ".join(_FIELDS)})
    select a.id, run.owner_id, {", ".join(f"a.{name}" for name in _FIELDS)}
    from run cross join jsonb_to_recordset(%(assets)s::jsonb) as a (
      id uuid, sha256 text, media_type text, kind text, width integer, height integer, bytes bigint,
      duration_seconds float8)
    on conflict (owner_id, sha256, media_type) where draft_of is null do update
    set used_at = clock_timestamp() where assets.used_at < clock_timestamp() - interval '1 hour'
"""  # noqa: S608 - nothing of it comes from outside
"""`add_assets` as a part of a statement in which `run` has the owner; see `encode_assets`."""
_FIND: Final = f"""
    select id as asset_id, {", ".join(_FIELDS)} from assets
    where owner_id = %s and id = any(%s) and draft_of is null
"""  # noqa: S608 - nothing of it comes from outside


def add_assets(session: Session, owner_id: str, assets: Sequence[MediaValue]) -> None:
    """Make assets known; of those that are known already only `used_at` is brought up to date.

    That keeps retention from deleting one in the moment when it is wanted again. It is written
    at most once an hour, so that a popular picture costs no writes.
    """
    if not assets:
        return
    different = {(asset.sha256, asset.media_type): asset for asset in assets}
    session.execute(
        insert(Asset)
        .values([_to_row(owner_id, asset) for asset in different.values()])
        .on_conflict_do_update(
            index_elements=[Asset.owner_id, Asset.sha256, Asset.media_type],
            index_where=Asset.draft_of.is_(None),
            set_={"used_at": NOW},
            where=Asset.used_at < NOW - timedelta(hours=1),
        )
    )


def encode_assets(assets: Sequence[MediaValue]) -> str:
    """Write assets as JSON for `ADD_ASSETS`."""
    different = {(asset.sha256, asset.media_type): asset for asset in assets}
    return json.dumps([{"id": str(each.asset_id)} | _fields(each) for each in different.values()])


def add_draft(session: Session, owner_id: str, execution_id: UUID, image: ImageValue) -> None:
    """Make a preview known under an id of its own, also where its bytes are an asset already."""
    row = _to_row(owner_id, image) | {"draft_of": execution_id}
    session.execute(insert(Asset).values(row).on_conflict_do_nothing(index_elements=[Asset.id]))


def delete_drafts(session: Session, ids: Collection[UUID]) -> None:
    """Let go of previews."""
    if ids:
        session.execute(delete(Asset).where(Asset.id.in_(ids), Asset.draft_of.is_not(None)))


def add_asset(session: Session, owner_id: str, asset: MediaValue) -> MediaValue:
    """Make an asset known and give it; one that is known already is given as it is."""
    add_assets(session, owner_id, [asset])
    row = session.scalars(
        select(Asset).where(
            Asset.owner_id == owner_id,
            Asset.sha256 == asset.sha256,
            Asset.media_type == asset.media_type,
            Asset.draft_of.is_(None),
        )
    ).one()
    return _to_value(row)


def list_assets(
    session: Session, owner_id: str, *, limit: int, cursor: str | None
) -> Page[tuple[MediaValue, datetime]]:
    """Give the owner's assets, each with the time it was first stored, the newest first.

    Raises:
        InvalidInputError: `bad_cursor`.
    """
    query = select(Asset).where(Asset.owner_id == owner_id, Asset.draft_of.is_(None))
    query = paginate_desc(
        query, Asset.created_at, Asset.id, limit=limit, cursor=cursor, read_id=UUID
    )
    rows = [(_to_value(row), row.created_at) for row in session.scalars(query)]
    return to_page(rows, limit, lambda row: (row[1], row[0].asset_id))


def delete_asset(session: Session, owner_id: str, id: UUID) -> None:
    """Delete an asset that nothing needs; its bytes go once no other asset has the same ones.

    Raises:
        NotFoundError: the user has no such asset.
        ConflictError: `asset_in_use`: says what needs it.
    """
    # Locked before anybody is asked who needs it: a run that gives it now waits, and makes it anew.
    wanted = select(Asset.id).where(
        Asset.owner_id == owner_id, Asset.id == id, Asset.draft_of.is_(None)
    )
    if session.scalar(wanted.with_for_update()) is None:
        raise _asset_not_found(id)
    digits = str(id).replace("-", "")
    needed_by = session.execute(_NEEDED_BY, {"owner": owner_id, "digits": digits}).first()
    if needed_by is not None:
        kind = "deleted" if needed_by.deleted else needed_by.kind
        raise ConflictError("asset_in_use", _NEEDS[kind].format(*needed_by))
    session.execute(delete(Asset).where(Asset.owner_id == owner_id, Asset.id == id))


def get_asset(session: Session, owner_id: str, id: UUID) -> MediaValue:
    """Give an asset or a preview. Raises NotFoundError for a foreign one, too."""
    found = _find(session, owner_id, [id]).get(id)
    if found is None:
        raise _asset_not_found(id)
    return found


def find_assets(session: Session, owner_id: str, ids: Collection[UUID]) -> dict[UUID, MediaValue]:
    """Give those of the assets that are this owner's; previews are not there to be worked on."""
    return _find(session, owner_id, ids, Asset.draft_of.is_(None)) if ids else {}


async def find_assets_at_once(
    functions: FunctionPool, owner_id: str, ids: Collection[UUID]
) -> dict[UUID, MediaValue]:
    """Give what `find_assets` gives, in a single round trip."""
    rows = await functions.call(_FIND, [owner_id, list(set(ids))])
    found = [read_media(dict(zip(("asset_id", *_FIELDS), row, strict=True))) for row in rows]
    return {asset.asset_id: asset for asset in found}


def _find(
    session: Session, owner_id: str, ids: Collection[UUID], *more: ColumnElement[bool]
) -> dict[UUID, MediaValue]:
    wanted = select(Asset).where(Asset.owner_id == owner_id, Asset.id.in_(set(ids)), *more)
    return {row.id: _to_value(row) for row in session.scalars(wanted)}


def _asset_not_found(id: UUID) -> NotFoundError:
    return NotFoundError("asset_not_found", f"There is no asset {id}.")


def _to_value(row: Asset) -> MediaValue:
    return read_media({"asset_id": row.id} | {name: getattr(row, name) for name in _FIELDS})


def _to_row(owner_id: str, asset: MediaValue) -> dict[str, Any]:
    return {"id": asset.asset_id, "owner_id": owner_id} | _fields(asset)


def _fields(asset: MediaValue) -> dict[str, Any]:
    return {name: getattr(asset, name, None) for name in _FIELDS}
