"""Pictures and videos: what is known of them; their bytes are in the asset store."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import Asset
from db.tables.base import NOW
from schemas.errors import NotFoundError
from schemas.values import ImageValue, MediaValue, read_media


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


def get_asset(session: Session, owner_id: str, id: UUID) -> MediaValue:
    """Give an asset or a preview. Raises NotFoundError for a foreign one, too."""
    found = _find(session, owner_id, [id]).get(id)
    if found is None:
        raise NotFoundError("asset_not_found", f"There is no asset {id}.")
    return found


def find_assets(session: Session, owner_id: str, ids: Collection[UUID]) -> dict[UUID, MediaValue]:
    """Give those of the assets that are this owner's; previews are not there to be worked on."""
    return _find(session, owner_id, ids, Asset.draft_of.is_(None)) if ids else {}


def _find(
    session: Session, owner_id: str, ids: Collection[UUID], *more: ColumnElement[bool]
) -> dict[UUID, MediaValue]:
    wanted = select(Asset).where(Asset.owner_id == owner_id, Asset.id.in_(set(ids)), *more)
    return {row.id: _to_value(row) for row in session.scalars(wanted)}


_FIELDS: Final = ("sha256", "media_type", "kind", "width", "height", "bytes", "duration_seconds")
"""The columns that a value has under the same name."""


def _to_value(row: Asset) -> MediaValue:
    return read_media({"asset_id": row.id} | {name: getattr(row, name) for name in _FIELDS})


def _to_row(owner_id: str, asset: MediaValue) -> dict[str, Any]:
    fields = {name: getattr(asset, name, None) for name in _FIELDS}
    return {"id": asset.asset_id, "owner_id": owner_id} | fields
