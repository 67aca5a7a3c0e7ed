"""Workflows as files that travel: a graph, and inside of it, if wanted, the files of its nodes.

Such a file is a graph document with one more key:
`"assets": {"<asset id>": {"mediaType": "image/png", "data": "<base64>"}}`.
"""

import base64
import binascii
import json
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from flows.graph.wording import quoted
from schemas.errors import InvalidInputError
from schemas.graph import MAX_NAME_LENGTH

Json = dict[str, Any]

DEFAULT_NAME: Final = "Imported workflow"
_GRAPH_FIELDS: Final = ("name", "nodes", "edges", "viewport", "inputs", "outputs")
_RESPONSE_FIELDS: Final = frozenset({"id", "revision", "createdAt", "updatedAt", "workflowId"})
"""What answers of the API have beside a graph; dropped without a word."""
_WRAPPER_KEYS: Final = ("workflow", "graph", "flow", "data")
"""Keys under which other programs put the graph."""


@dataclass(frozen=True)
class PackedFile:
    """A file inside of a document; `id` is that of the asset."""

    id: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class UnpackedWorkflow:
    """A file that came in: its graph, the files inside of it, and what had to be done about it."""

    document: Json
    files: Mapping[str, Any]
    notes: list[str] = field(default_factory=list[str])


def extract_graph(document: Mapping[str, Any]) -> Json:
    """Give what of a document is the graph."""
    return {key: document[key] for key in _GRAPH_FIELDS if key in document}


async def pack_workflow(
    document: Mapping[str, Any], files: AsyncIterable[PackedFile]
) -> AsyncGenerator[str]:
    """Write a graph and the files of its nodes as one document of JSON, in pieces: files are large."""
    separator = ',\n  "assets": {\n'
    yield json.dumps(extract_graph(document), ensure_ascii=False, indent=2).removesuffix("\n}")
    end = "\n}\n"
    async for file in files:
        entry = {"mediaType": file.media_type, "data": base64.b64encode(file.data).decode()}
        yield f"{separator}    {json.dumps(file.id)}: {json.dumps(entry)}"
        separator, end = ",\n", "\n  }\n}\n"
    yield end


def unpack_workflow(raw: object, name: str | None = None) -> UnpackedWorkflow:
    """Read a file that may come from elsewhere; `name` is for a graph that has none.

    Whether it is a graph that can be saved is for `flows.graph.check` to judge.

    Raises:
        InvalidInputError: `no_graph`: there is nothing in it that could be one.
    """
    notes: list[str] = []
    outer = _unwrap(raw, notes)
    unknown = [key for key in outer if key not in {*_GRAPH_FIELDS, *_RESPONSE_FIELDS, "assets"}]
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        listed = ", ".join(map(quoted, unknown[:3]))
        notes.append(f"{listed}{more} is no part of a graph and was left out.")
    document = (
        {"edges": []} | extract_graph(outer) | {"name": _graph_name(outer.get("name"), name, notes)}
    )
    files = outer.get("assets")
    return UnpackedWorkflow(document, cast("Json", files) if isinstance(files, dict) else {}, notes)


def asset_references(document: Json) -> Iterator[tuple[Json, str]]:
    """Give the sources that name an asset, wherever in a node's data, with its id."""
    nodes = document.get("nodes")
    for node in cast("list[Any]", nodes) if isinstance(nodes, list) else ():
        data = node.get("data") if isinstance(node, dict) else None
        for value in data.values() if isinstance(data, dict) else ():
            id = value.get("assetId") if isinstance(value, dict) else None
            if isinstance(id, str) and value.get("kind") == "asset":
                yield value, id


def decode_file(entry: object) -> bytes | None:
    """Give the bytes of a file inside of a document, or None where they cannot be read."""
    data = entry.get("data") if isinstance(entry, dict) else None
    try:
        return base64.b64decode(data, validate=True) if isinstance(data, str) else None
    except (binascii.Error, ValueError):
        return None


def _unwrap(raw: object, notes: list[str]) -> Json:
    if isinstance(raw, dict):
        outer = cast("Json", raw)
        if isinstance(outer.get("nodes"), list):
            return outer
        for key in _WRAPPER_KEYS:
            inner = outer.get(key)
            if isinstance(inner, dict) and isinstance(inner.get("nodes"), list):
                notes.append(f"The graph was found under {quoted(key)}.")
                return {"name": outer.get("name")} | cast("Json", inner)
    raise InvalidInputError(
        "no_graph", "This file holds no graph: it must be a JSON object with a list of nodes."
    )


def _graph_name(own: object, given: str | None, notes: list[str]) -> str:
    if isinstance(own, str) and own.strip():
        if len(own) > MAX_NAME_LENGTH:
            notes.append("The name was too long and was cut.")
        return own[:MAX_NAME_LENGTH]
    return (given or "").strip()[:MAX_NAME_LENGTH] or DEFAULT_NAME
