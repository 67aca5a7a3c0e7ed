"""Images as `data:` addresses inside of an answer, for callers who want no second request."""

import base64
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from uuid import UUID

from api.media.deadlines import READ_BYTES_PER_SECOND, call_store
from assets.store import AssetStore
from schemas.values import MediaValue
from schemas.wire.value import ImageRead, ListRead, Value

MAX_INLINE_BYTES: Final = 8_000_000
"""Of all images in one answer, before base64; those that do not fit have their ordinary address."""
Outputs = dict[str, Value | None]
AssetReader = Callable[[UUID], Awaitable[MediaValue]]
"""Gives a stored file. Raises NotFoundError, UnavailableError."""
T = TypeVar("T")


async def inline_images(store: AssetStore, read_asset: AssetReader, outputs: Outputs) -> Outputs:
    """Give outputs with the addresses of images replaced by the images, the first ones first.

    Raises:
        ProviderError: the store failed; and what `read_asset` raises.
    """
    found = [each for value in outputs.values() for each in _images(value)]
    fitting: dict[UUID, ImageRead] = {}
    total = 0
    for image in found:
        if image.asset_id not in fitting and total + image.bytes <= MAX_INLINE_BYTES:
            total += image.bytes
            fitting[image.asset_id] = image
    addresses = {id: await _data_address(store, read_asset, image) for id, image in fitting.items()}
    return {name: _with_addresses(value, addresses) for name, value in outputs.items()}


def _images(value: Value | None) -> list[ImageRead]:
    items = value.items if isinstance(value, ListRead) else (value,)
    return [each for each in items if isinstance(each, ImageRead)]


def _with_addresses(value: T, addresses: dict[UUID, str]) -> T:
    if isinstance(value, ListRead):
        items = tuple(_with_addresses(item, addresses) for item in value.items)
        return value.model_copy(update={"items": items})
    if isinstance(value, ImageRead) and value.asset_id in addresses:
        return value.model_copy(update={"url": addresses[value.asset_id]})
    return value


async def _data_address(store: AssetStore, read_asset: AssetReader, image: ImageRead) -> str:
    asset = await read_asset(image.asset_id)

    def read() -> str:
        data = base64.b64encode(store.read(asset.sha256)).decode()
        return f"data:{image.media_type};base64,{data}"

    return await call_store(image.bytes / READ_BYTES_PER_SECOND, read)
