"""Images as `data:` addresses inside of an answer, for callers who want no second request."""

import base64
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from api.media.deadlines import READ_BYTES_PER_SECOND, call_store
from assets.store import AssetStore
from flows.functions.results import files_of, with_file_urls
from schemas.values import MediaValue
from schemas.wire.value import ImageRead, Value

MAX_INLINE_BYTES: Final = 8_000_000
"""Of all images in one answer, before base64; those that do not fit have their ordinary address."""
Outputs = dict[str, Value | None]
AssetReader = Callable[[UUID], Awaitable[MediaValue]]
"""Gives a stored file. Raises NotFoundError, UnavailableError."""


async def inline_images(store: AssetStore, read_asset: AssetReader, outputs: Outputs) -> Outputs:
    """Give outputs with the addresses of images replaced by the images, the first ones first.

    Raises:
        ProviderError: the store failed; and what `read_asset` raises.
    """
    files = [file for value in outputs.values() for file in files_of(value)]
    found = [file for file in files if isinstance(file, ImageRead)]
    fitting: dict[UUID, ImageRead] = {}
    total = 0
    for image in found:
        if image.asset_id not in fitting and total + image.bytes <= MAX_INLINE_BYTES:
            total += image.bytes
            fitting[image.asset_id] = image
    addresses = {id: await _data_address(store, read_asset, image) for id, image in fitting.items()}
    return {
        name: with_file_urls(value, lambda file: addresses.get(file.asset_id, file.url))
        for name, value in outputs.items()
    }


async def _data_address(store: AssetStore, read_asset: AssetReader, image: ImageRead) -> str:
    asset = await read_asset(image.asset_id)

    def read() -> str:
        data = base64.b64encode(store.read(asset.sha256)).decode()
        return f"data:{image.media_type};base64,{data}"

    return await call_store(image.bytes / READ_BYTES_PER_SECOND, read)
