"""The outputs of a run as files in a folder."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from cli.client import ApiClient
from flows.portable.names import slug
from local.machine.home import file_error
from schemas.graph import DeclaredOutput
from schemas.node_type import OUTPUT_HANDLE
from schemas.values import BooleanValue, JsonDataValue, NumberValue, TextValue
from schemas.wire.run import NodeExecutionRead, NodeStatus, RunRead
from schemas.wire.value import Item, ListRead

_EXTENSIONS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/heic": "heic",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
}


def write_outputs(client: ApiClient, run: RunRead, folder: Path) -> list[Path]:
    """Write what every node gave, and the run as `run.json`.

    What the workflow declares as a result has its name, the rest is numbered in the order of the graph.

    Raises:
        AppError: the folder cannot be written, or an asset cannot be read.
    """
    written: list[Path] = []
    record, declared = folder / "run.json", _declared_names(client, run)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, node in enumerate(run.node_executions, start=1):
            numbered = f"{number:02d}-{slug(node.label) or node.node_type}"
            for handle, place, value in _placed_values(node):
                data, extension = _file_content(client, value)
                unnamed = f"{numbered}-{slug(handle)}" if node.outputs else numbered
                for stem in declared[node.node_id, handle] or [unnamed]:
                    path = folder / f"{stem}{place}.{extension}"
                    if path == record:  # a result may be called so
                        path = folder / f"{unnamed}{place}.{extension}"
                    path.write_bytes(data)
                    written.append(path)
        record.write_text(run.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise file_error(error, folder) from error
    return [*written, record]


def _declared_names(client: ApiClient, run: RunRead) -> Mapping[tuple[str, str], list[str]]:
    """Give the names of results by node and handle."""
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    if run.outputs:
        version = client.read_version(run.workflow_id, run.revision)
        for each in map(DeclaredOutput.model_validate, version.outputs):
            names[each.node_id, each.handle or OUTPUT_HANDLE].append(each.name)
    return names


def _placed_values(node: NodeExecutionRead) -> Iterator[tuple[str, str, Item]]:
    """Give what a node gave, each with its handle and, in a list, its place.

    What came of one that failed stands in the record of the run alone.
    """
    if node.status is NodeStatus.FAILED:
        return
    outputs = node.outputs or ({OUTPUT_HANDLE: node.output} if node.output else {})
    for handle, value in outputs.items():
        if isinstance(value, ListRead):
            for place, item in enumerate(value.items, start=1):
                yield handle, f"-{place}", item
        else:
            yield handle, "", value


def _file_content(client: ApiClient, value: Item) -> tuple[bytes, str]:
    match value:
        case TextValue():
            return value.text.encode(), "txt"
        case NumberValue():
            return f"{value.number:g}\n".encode(), "txt"
        case BooleanValue():
            return f"{value.boolean}\n".lower().encode(), "txt"
        case JsonDataValue():
            return json.dumps(value.data, ensure_ascii=False, indent=2).encode(), "json"
        case _:
            extension = _EXTENSIONS.get(value.media_type, "bin")
            return client.call("GET", value.url).content, extension
