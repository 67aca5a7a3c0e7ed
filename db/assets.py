"""Pictures and videos: what is known of them; their bytes are in the asset store."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import Asset
from db.tables.base import NOW
from schemas.errors import NotFoundError


@dataclass(frozen=True)
class NewAsset:
    """An asset to be known; width and height are in pixels, `bytes` is the size."""

    id: UUID
    sha256: str
    media_type: str
    kind: Literal["image", "video"]
    width: int
    height: int
    bytes: int
    duration_seconds: float | None = None


def add_assets(session: Session, owner_id: str, assets: Sequence[NewAsset]) -> None:
    """Make assets known; of those that are known already only `used_at` is brought up to date.

    That keeps retention from deleting one in the moment when it is wanted again. It is written
    at most once an hour, so that a popular picture costs no writes.
    """
    if not assets:
        return
    different = {(asset.sha256, asset.media_type): asset for asset in assets}
    session.execute(
        insert(Asset)
        .values([asdict(asset) | {"owner_id": owner_id} for asset in different.values()])
        .on_conflict_do_update(
            index_elements=[Asset.owner_id, Asset.sha256, Asset.media_type],
            set_={"used_at": NOW},
            where=Asset.used_at < NOW - timedelta(hours=1),
        )
    )


def add_asset(session: Session, owner_id: str, asset: NewAsset) -> Asset:
    """Make an asset known and give it; one that is known already is given as it is."""
    add_assets(session, owner_id, [asset])
    return session.scalars(
        select(Asset).where(
            Asset.owner_id == owner_id,
            Asset.sha256 == asset.sha256,
            Asset.media_type == asset.media_type,
        )
    ).one()


def get_asset(session: Session, owner_id: str, id: UUID) -> Asset:
    """Give an asset. Raises NotFoundError for a foreign one, too."""
    found = find_assets(session, owner_id, [id]).get(id)
    if found is None:
        raise NotFoundError("asset_not_found", f"There is no asset {id}.")
    return found


def find_assets(session: Session, owner_id: str, ids: Collection[UUID]) -> dict[UUID, Asset]:
    """Give those of the assets that are this owner's."""
    if not ids:
        return {}
    wanted = select(Asset).where(Asset.owner_id == owner_id, Asset.id.in_(set(ids)))
    return {asset.id: asset for asset in session.scalars(wanted)}
