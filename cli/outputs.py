"""The outputs of a run as files in a folder."""

from pathlib import Path
from typing import Final

from cli.client import ApiClient
from flows.portable.names import slug
from local.machine.home import file_error
from schemas.values import NumberValue, TextValue
from schemas.wire.run import NodeExecutionRead, RunRead
from schemas.wire.value import AssetRead

_EXTENSIONS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
}


def write_outputs(client: ApiClient, run: RunRead, folder: Path) -> list[Path]:
    """Write every node's output, numbered in the order of the graph, and the run as `run.json`.

    Raises:
        AppError: the folder cannot be written, or an asset cannot be read.
    """
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, node in enumerate(run.node_executions, start=1):
            if node.output is not None:
                data, extension = _file_content(client, node)
                path = folder / f"{number:02d}-{slug(node.label) or node.node_type}.{extension}"
                path.write_bytes(data)
                written.append(path)
        record = folder / "run.json"
        record.write_text(run.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise file_error(error, folder) from error
    return [*written, record]


def _file_content(client: ApiClient, node: NodeExecutionRead) -> tuple[bytes, str]:
    output = node.output
    if isinstance(output, TextValue):
        return output.text.encode(), "txt"
    if isinstance(output, NumberValue):
        return f"{output.number:g}\n".encode(), "txt"
    assert isinstance(output, AssetRead)
    return client.call("GET", output.url).content, _EXTENSIONS.get(output.media_type, "bin")
