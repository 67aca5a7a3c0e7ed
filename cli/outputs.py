"""The outputs of a run as files in a folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cli.client import ApiClient
from flows.portable.names import slug
from local.machine.home import file_error
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
    """Write what every node gave, numbered in the order of the graph, and the run as `run.json`.

    Raises:
        AppError: the folder cannot be written, or an asset cannot be read.
    """
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, node in enumerate(run.node_executions, start=1):
            stem = f"{number:02d}-{slug(node.label) or node.node_type}"
            for name, value in _named_values(node):
                data, extension = _file_content(client, value)
                path = folder / f"{stem}{name}.{extension}"
                path.write_bytes(data)
                written.append(path)
        record = folder / "run.json"
        record.write_text(run.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise file_error(error, folder) from error
    return [*written, record]


def _named_values(node: NodeExecutionRead) -> Iterator[tuple[str, Item]]:
    """Give what a node gave, with what tells its files apart where there are several.

    What came of one that failed stands in the record of the run alone.
    """
    if node.status is NodeStatus.FAILED:
        return
    outputs = node.outputs or ({OUTPUT_HANDLE: node.output} if node.output else {})
    for handle, value in outputs.items():
        name = f"-{slug(handle)}" if node.outputs else ""
        if isinstance(value, ListRead):
            yield from (
                (f"{name}-{place}", item) for place, item in enumerate(value.items, start=1)
            )
        else:
            yield name, value


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
