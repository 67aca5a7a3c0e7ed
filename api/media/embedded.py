"""Pictures inside a graph's JSON: on save they become assets, so that graphs stay small."""

from collections.abc import Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from pydantic import JsonValue

from api.media.uploads import Uploads
from schemas.errors import BadInputError
from schemas.values import MediaValue
from tasks.media.sources import decode_base64_text
from tasks.registry import node_types

Json = dict[str, Any]


async def extract_images(uploads: Uploads, owner_id: str, document: object) -> list[MediaValue]:
    """Put the base64 pictures of a raw document into the store, and references in their place.

    What is no picture stays as it is, for `flows.graph.check` to judge. The assets still have to be
    made known, in the transaction that saves the graph.

    Raises:
        ProviderError: the store failed.
    """
    found: list[MediaValue] = []
    for data, param in _base64_sources(document):
        image = _decode_base64(data[param].get("data"))
        if image is None:
            continue
        try:
            asset = await uploads.save(owner_id, image)
        except BadInputError:
            continue
        data[param] = _asset_source(asset.asset_id)
        found.append(asset)
    return list({asset.asset_id: asset for asset in found}.values())


async def extract_input_files(
    uploads: Uploads, owner_id: str, inputs: Mapping[str, JsonValue]
) -> tuple[dict[str, JsonValue], list[MediaValue]]:
    """Put the base64 files among values of inputs into the store, and references in their place.

    What is no file that can be read stays as it is, for the binding of inputs to refuse by name.
    The assets still have to be made known, in the transaction that starts the run.

    Raises:
        ProviderError: the store failed.
    """
    values, found = dict(inputs), list[MediaValue]()
    for name, value in inputs.items():
        if not isinstance(value, dict) or value.keys() not in ({"base64"}, {"base64", "mediaType"}):
            continue
        data = _decode_base64(value["base64"])
        if data is None:
            continue
        try:
            asset = await uploads.save(owner_id, data)
        except BadInputError:
            continue
        values[name] = {"assetId": str(asset.asset_id)}
        found.append(asset)
    return values, list({asset.asset_id: asset for asset in found}.values())


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


def _decode_base64(text: object) -> bytes | None:
    try:
        return decode_base64_text(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _asset_source(id: UUID) -> Json:
    return {"kind": "asset", "assetId": str(id)}
