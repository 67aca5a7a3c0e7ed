"""Graph files: read, with the pictures and videos they name."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, cast

from schemas.errors import InvalidInputError

PLACEHOLDER_ASSET_ID: Final = "00000000-0000-0000-0000-000000000000"
"""Stands for a file that is not uploaded yet."""

Document = dict[str, Any]


def read_graph_file(path: Path) -> Document:
    """Read a graph file.

    Raises:
        InvalidInputError: it is not there, or no JSON object; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _invalid_file(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise _invalid_file(f"{path} is not a text file in UTF-8.") from error
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _invalid_file(f"{path} is not valid JSON: see {place}.") from error
    except ValueError as error:
        raise _invalid_file(f"{path} has a number with too many digits.") from error
    except RecursionError as error:
        raise _invalid_file(f"{path} is nested too deeply to be a graph.") from error
    if not isinstance(document, dict):
        raise _invalid_file(f"{path} holds no graph: its outermost value must be an object.")
    return document


def with_assets(document: Document, folder: Path, asset_id: Callable[[Path], str]) -> Document:
    """Give the document with every file it names replaced by an asset.

    `asset_id` is called for each file; paths are relative to `folder`, which they must not
    leave: a graph from somebody else shall not choose files from your computer.

    Raises:
        InvalidInputError: a file is not there or outside the folder; names the node.
    """
    known: dict[Path, str] = {}
    nodes = [dict(node) if isinstance(node, dict) else node for node in _nodes(document)]
    for node, path in _file_sources(nodes):
        file = _resolve_path(folder, path, _node_name(node))
        if file not in known:
            known[file] = asset_id(file)
        source = {"kind": "asset", "assetId": known[file]}
        node["data"] = {**node["data"], "source": source}
    return {**document, "nodes": nodes} if nodes else document


def with_placeholder_assets(document: Document, folder: Path) -> Document:
    """Give the document as it will be once its files are uploaded, for checking it offline."""
    return with_assets(document, folder, lambda _file: PLACEHOLDER_ASSET_ID)


def _nodes(document: Document) -> list[Any]:
    nodes = document.get("nodes")
    return cast("list[Any]", nodes) if isinstance(nodes, list) else []


def _file_sources(nodes: list[Any]) -> Iterator[tuple[Document, str]]:
    """Give the nodes whose source is a file, with its path."""
    for node in nodes:
        data = node.get("data") if isinstance(node, dict) else None
        source = data.get("source") if isinstance(data, dict) else None
        if isinstance(source, dict) and source.get("kind") == "file":
            path = source.get("path")
            if isinstance(path, str):
                yield node, path


def _resolve_path(folder: Path, path: str, name: str) -> Path:
    base = folder.resolve()
    file = (base / path).resolve()
    if not file.is_relative_to(base):
        raise _invalid_file(
            f"{name}: the file {path} is not in the folder of the graph file; copy it there."
        )
    if not file.is_file():
        raise _invalid_file(f"{name}: there is no file {path} beside the graph file (in {base}).")
    return file


def _node_name(node: Document) -> str:
    label = node["data"].get("label")
    return f"Node “{label}”" if isinstance(label, str) and label else f"Node {node.get('id')}"


def _invalid_file(message: str) -> InvalidInputError:
    return InvalidInputError("invalid_file", message)
