"""`--input name=value`: values for what a workflow declares, read by the kind of their params."""

import json
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from pydantic import JsonValue

from flows.graph.check import NodeTypes
from flows.graph.wording import quoted
from flows.portable.graph_files import PLACEHOLDER_ASSET_ID
from flows.runs.declared_inputs import bind_inputs
from schemas.errors import InvalidInputError
from schemas.graph import MAX_BYTES, DeclaredInput, Graph
from schemas.problem import Problem, ProblemCode
from schemas.values import Kind
from tasks.node_type.ports import input_ports

Texts = Mapping[str, Sequence[str]]
"""What stands behind `name=`, by name; several where a name was given more than once."""
_FILE_MARK: Final = "@"
_ADDRESSES: Final = ("http://", "https://")


@dataclass
class ReadInputs:
    """Values for inputs, as far as they could be read, and what is wrong with them."""

    values: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    files: dict[str, Path] = field(default_factory=dict[str, Path])
    """Pictures and videos that are to be uploaded, by the name of their input."""
    problems: list[Problem] = field(default_factory=list[Problem])

    def with_uploads(self, upload: Callable[[Path], str]) -> dict[str, JsonValue]:
        """Give all values; `upload` gives the asset id of a file."""
        uploaded = {name: {"assetId": upload(file)} for name, file in self.files.items()}
        return self.values | cast("dict[str, JsonValue]", uploaded)


def split_inputs(options: Sequence[str]) -> Texts:
    """Split `name=value`, which may be given several times.

    Raises:
        InvalidInputError: `invalid_settings`: one has no `=`, or no name.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for option in options:
        name, equals, text = option.partition("=")
        if not equals or not name:
            what = f"--input {option}: write it as name=value, or name=@file."
            raise InvalidInputError("invalid_settings", what)
        found[name].append(text)
    return found


def read_inputs(graph: Graph, texts: Texts, node_types: NodeTypes) -> ReadInputs:
    """Read values for the inputs of a graph, and judge them as the run will; nothing is uploaded.

    Who runs it here is its author: what is typed in a node stands for a required input.
    """
    found = ReadInputs()
    declared = {each.name: each for each in graph.inputs}
    for name, given in texts.items():
        if name in declared:
            _read_input(found, graph, declared[name], given, node_types)
        else:
            found.values[name] = list(given)
    values = found.with_uploads(lambda _file: PLACEHOLDER_ASSET_ID)
    bound = bind_inputs(graph, values, node_types, strict=False)
    found.problems += [*bound.problems, *_missing_problems(graph, texts)]
    return found


def _read_input(
    found: ReadInputs,
    graph: Graph,
    declared: DeclaredInput,
    texts: Sequence[str],
    node_types: NodeTypes,
) -> None:
    node = next((each for each in graph.nodes if each.id == declared.node_id), None)
    node_type = node_types.get(node.type) if node else None
    if node_type is None:
        found.values[declared.name] = list(texts)
        return
    is_media = declared.param == node_type.asset_param
    port = next((each for each in input_ports(node_type) if each.handle == declared.param), None)
    many = port is not None and port.many
    if len(texts) > 1 and not many:
        _refuse(found, declared, f"takes one value and is given {len(texts)}: give it once.")
        return
    try:
        if is_media:
            _read_media(found, declared, texts[0])
        else:
            kinds = port.kinds if port else ()
            values = [_read_value(text, kinds) for text in texts]
            found.values[declared.name] = values if len(texts) > 1 else values[0]
    except _UnreadableError as error:
        _refuse(found, declared, str(error))


class _UnreadableError(Exception):
    """A file that cannot be read, or what is no reference to one; a sentence without its subject."""


def _read_media(found: ReadInputs, declared: DeclaredInput, text: str) -> None:
    if text.startswith(_FILE_MARK):
        file = Path(text.removeprefix(_FILE_MARK))
        with _reading(file), file.open("rb"):
            found.files[declared.name] = file
    elif text.startswith(_ADDRESSES):
        found.values[declared.name] = {"url": text}
    elif text.startswith("{"):
        found.values[declared.name] = _read_json(text)
    else:
        raise _UnreadableError("is a file: give it as @FILE, or as an address.")


def _read_value(text: str, kinds: Sequence[Kind]) -> JsonValue:
    """Read a value as its param has it; what cannot be read so stays text, for the binding to refuse."""
    if text.startswith(_FILE_MARK * 2):
        text = text.removeprefix(_FILE_MARK)
    elif text.startswith(_FILE_MARK):
        text = _read_text(Path(text.removeprefix(_FILE_MARK)))
    return text if not kinds or kinds[0] == "text" else _read_json(text)


def _read_text(file: Path) -> str:
    with _reading(file), file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _UnreadableError(f"{file} is too long: a text has at most {MAX_BYTES:,} bytes.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"{file} is not a text file in UTF-8.") from error


@contextmanager
def _reading(file: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise _UnreadableError(f"{file} cannot be read: {error.strerror or error}.") from error


def _read_json(text: str) -> JsonValue:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _refuse(found: ReadInputs, declared: DeclaredInput, what: str) -> None:
    found.problems.append(
        Problem(
            code=ProblemCode.BAD_INPUT_VALUE,
            message=f"The input {quoted(declared.name)}: {what}",
            node_id=declared.node_id,
            param=declared.param,
            input=declared.name,
        )
    )


def _missing_problems(graph: Graph, texts: Texts) -> Iterator[Problem]:
    """Report required inputs that nothing stands for."""
    nodes = {node.id: node for node in graph.nodes}
    for each in graph.inputs:
        node = nodes.get(each.node_id)
        given = each.name in texts or each.default is not None
        if each.required and not given and node and node.data.get(each.param) in (None, ""):
            yield Problem(
                code=ProblemCode.INPUT_REQUIRED,
                message=f"The input {quoted(each.name)} is required: give it with --input"
                f" {each.name}=….",
                node_id=each.node_id,
                param=each.param,
                input=each.name,
            )
