"""Pictures inside a graph's JSON: on save they become assets, so that graphs stay small."""

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from api.state import Parts
from db.assets import NewAsset
from schemas.errors import BadInputError, NodeError
from tasks.media.probe import ImageInfo, VideoInfo, inspect_upload
from tasks.node import asset_id
from tasks.registry import node_types

INSPECTION_SECONDS = 20.0
"""For a judgement that takes a tenth of a second, or two of a long video without an index."""

Json = dict[str, Any]


async def inspect(parts: Parts, source: Path | bytes) -> ImageInfo | VideoInfo:
    """Judge a file, or its bytes, by its content, in a child process: it may be hostile.

    Raises:
        BadInputError: it is no picture or video that we read.
    """
    async with parts.children.slots:
        try:
            return await parts.children.call(inspect_upload, source, seconds=INSPECTION_SECONDS)
        except NodeError as error:
            if error.code != "timed_out":
                raise
            raise BadInputError(
                "file_too_slow",
                "This file takes too long to read: it is damaged, or far too complex. Export it"
                " again and upload that.",
            ) from error


def new_asset(owner_id: str, sha256: str, size: int, info: ImageInfo | VideoInfo) -> NewAsset:
    """Describe a stored file; `size` in bytes."""
    video = info if isinstance(info, VideoInfo) else None
    return NewAsset(
        id=asset_id(owner_id, sha256, info.media_type),
        sha256=sha256,
        media_type=info.media_type,
        kind="video" if video else "image",
        width=info.width,
        height=info.height,
        bytes=size,
        duration_seconds=video.duration_seconds if video else None,
    )


async def keep(parts: Parts, owner_id: str, data: bytes) -> NewAsset:
    """Judge and store the bytes of a file; the asset still has to be made known.

    Raises:
        BadInputError: it is no picture or video that we read.
        ProviderError: the store failed.
    """
    info = await inspect(parts, data)
    return new_asset(owner_id, await parts.store_bytes(data), len(data), info)


async def extract_pictures(parts: Parts, owner_id: str, document: object) -> list[NewAsset]:
    """Put the base64 pictures of a raw document into the store, and references in their place.

    What is no picture stays as it is, for `flows.graph.check` to judge. The assets still have to be
    made known, in the transaction that saves the graph.

    Raises:
        ProviderError: the store failed.
    """
    found: list[NewAsset] = []
    for data, param in _base64_sources(document):
        picture = _decoded(data[param].get("data"))
        if picture is None:
            continue
        try:
            asset = await keep(parts, owner_id, picture)
        except BadInputError:
            continue
        data[param] = _reference(asset.id)
        found.append(asset)
    return list({asset.id: asset for asset in found}.values())


def _base64_sources(document: object) -> Iterator[tuple[Json, str]]:
    """Give the data of each node that holds a base64 source, with the name of its param."""
    nodes = cast("Json", document).get("nodes") if isinstance(document, dict) else None
    for node in cast("list[object]", nodes) if isinstance(nodes, list) else []:
        if not isinstance(node, dict):
            continue
        raw = cast("Json", node)
        type, data = raw.get("type"), raw.get("data")
        node_type = node_types().get(type) if isinstance(type, str) else None
        if node_type is None or node_type.asset_param is None or not isinstance(data, dict):
            continue
        source = cast("Json", data).get(node_type.asset_param)
        if isinstance(source, dict) and cast("Json", source).get("kind") == "base64":
            yield cast("Json", data), node_type.asset_param


def _decoded(text: object) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def _reference(id: UUID) -> Json:
    return {"kind": "asset", "assetId": str(id)}
