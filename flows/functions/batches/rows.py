"""Makes the rows of a batch of a table, its mapping and axes, and says everything that is wrong first. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final
from uuid import UUID

from pydantic import JsonValue

from db.lists.batches import NewRow
from flows.functions.batches.tables import Table, too_many_rows
from flows.functions.signature import read_signature
from flows.graph.check import NodeTypes
from flows.graph.wording import join_words, quoted
from flows.runs.declared_inputs import bind_inputs
from flows.runs.overrides import override_problems
from schemas.graph import Graph
from schemas.problem import Problem, ProblemCode
from schemas.wire.functions.batch import MAX_ROWS, BatchAxis, BatchColumn, BatchProblem

ADDRESSES: Final = ("http://", "https://")
_ONE_ROW: Final[Sequence[Mapping[str, JsonValue]]] = ({},)


@dataclass(frozen=True)
class BatchRows:
    """What a batch would run, and what keeps it from that."""

    columns: list[BatchColumn]
    inputs: list[str]
    rows: list[NewRow]
    problems: list[BatchProblem]


@dataclass
class _Rows:
    graph: Graph
    node_types: NodeTypes
    strict: bool
    files: Mapping[str, JsonValue]
    schemas: Mapping[str, Mapping[str, Any]]
    problems: list[BatchProblem] = field(default_factory=list[BatchProblem])
    _known: dict[tuple[str, str], list[Problem]] = field(
        default_factory=dict[tuple[str, str], list[Problem]]
    )

    def read(
        self, number: int, row: Mapping[str, JsonValue], columns: Mapping[str, str], is_typed: bool
    ) -> dict[str, JsonValue]:
        """Give the values of a row by input, and note what is wrong with them."""
        values: dict[str, JsonValue] = {}
        for column, value in row.items():
            name = columns.get(column)
            if name is None or value is None:
                continue
            given = value
            if isinstance(value, str):
                given = read_text(value, self.schemas.get(name, {}), self.files, is_typed)
            values[name] = given
            self._note(number, column, self._check(name, given))
        return values

    def check_required(self, number: int, values: Mapping[str, JsonValue]) -> None:
        """Note which inputs a row would have to give."""
        if not self.strict:
            return
        for each in self.graph.inputs:
            if each.is_required and each.name not in values:
                self._note(number, None, self._missing(each.name))

    def _missing(self, name: str) -> list[Problem]:
        found = bind_inputs(self.graph, {}, self.node_types, strict=True).problems
        return [each for each in found if each.input == name]

    def _check(self, name: str, value: JsonValue) -> list[Problem]:
        """Judge a value by itself; the same value of an input is judged once."""
        key = name, json.dumps(value)
        if key not in self._known:
            found = bind_inputs(self.graph, {name: value}, self.node_types, strict=False).problems
            self._known[key] = found
        return self._known[key]

    def _note(self, number: int, column: str | None, problems: Sequence[Problem]) -> None:
        self.problems += [
            BatchProblem(**each.model_dump(by_alias=False), row=number, column=column)
            for each in problems
        ]


def make_rows(
    graph: Graph,
    node_types: NodeTypes,
    table: Table | None,
    mapping: Mapping[str, str | None] | None = None,
    axes: Sequence[BatchAxis] = (),
    *,
    strict: bool,
    files: Mapping[str, JsonValue] | None = None,
) -> BatchRows:
    """Make the rows of a batch; `files` are the values of files that came along, by their names.

    Without a table there is one row, which its axes are crossed with.

    Raises:
        InvalidInputError: `too_many_rows`.
    """
    table = table or Table(rows=list(_ONE_ROW), is_typed=True)
    count = len(table.rows)
    for axis in axes:
        count *= len(axis.values)
    if count > MAX_ROWS:
        raise too_many_rows()
    schemas = read_signature(graph, node_types).inputs["properties"]
    reader = _Rows(graph, node_types, strict, files or {}, schemas, list(table.problems))
    columns, problems = match_columns(table.columns, list(schemas), mapping)
    reader.problems += problems
    reader.problems += _axis_problems(graph, node_types, axes, set(columns.values()))
    if strict and any(each.node_id for each in axes):
        what = "The axes of a function are of its inputs: cross params in a batch of its workflow."
        reader.problems.append(BatchProblem(code=ProblemCode.BAD_TABLE, message=what))
    rows: list[NewRow] = []
    broken = {each.row for each in table.problems}
    for number, row in enumerate(table.rows, 1):
        if number in broken:
            continue
        values = reader.read(number, row, columns, table.is_typed)
        reader.check_required(number, values | {each.input: "" for each in axes if each.input})
        rows += _cross(values, axes)
    listed = [BatchColumn(name=name, input=columns.get(name)) for name in table.columns]
    crossed = [each.input for each in axes if each.input]
    return BatchRows(listed, [*columns.values(), *crossed], rows, reader.problems)


def match_columns(
    columns: Sequence[str], inputs: Sequence[str], mapping: Mapping[str, str | None] | None
) -> tuple[dict[str, str], list[BatchProblem]]:
    """Find the input of each column: as the mapping says, else by its name, however it is written."""
    by_name = {_plain(name): name for name in inputs}
    found: dict[str, str] = {}
    problems: list[BatchProblem] = []
    for column in [*columns, *(name for name in mapping or {} if name not in columns)]:
        given = mapping is not None and column in mapping
        name = (mapping or {}).get(column) if given else by_name.get(_plain(column))
        if column not in columns:
            what = f"There is no column {quoted(column)} that could be mapped: leave it out."
        elif name is not None and name not in inputs:
            known = join_words([quoted(each) for each in inputs], "or")
            what = f"There is no input {quoted(name)} for the column {quoted(column)}"
            what += f": map it to {known}." if inputs else ": the workflow declares none."
        elif name is not None and name in found.values():
            what = f"Two columns are for the input {quoted(name)}: leave one of them out."
        else:
            if name is not None:
                found[column] = name
            continue
        problems.append(BatchProblem(code=ProblemCode.BAD_TABLE, message=what, column=column))
    if columns and not found and not problems:
        known = join_words([quoted(each) for each in inputs], "and")
        what = f"None of the columns has the name of an input. The inputs are {known}: map them."
        if not inputs:
            what = "The workflow declares no inputs: declare those that the rows are to give."
        problems.append(BatchProblem(code=ProblemCode.BAD_TABLE, message=what))
    return found, problems


def read_text(
    text: str, schema: Mapping[str, Any], files: Mapping[str, JsonValue], is_typed: bool
) -> JsonValue:
    """Read a text as the input wants it: a number, a file by its name or address; else it stays a text.

    Of JSON only files are read so: a text there is a text. What cannot be read stays as it is, for the check.
    """
    if _takes_files(schema):
        return _read_file(text.strip(), files)
    types = _types(schema)
    if is_typed or "string" in types:
        return text
    lowered = text.strip().lower()
    if "boolean" in types and lowered in {"true", "false", "yes", "no", "1", "0"}:
        return lowered in {"true", "yes", "1"}
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def missing_files(rows: BatchRows, ids: Mapping[UUID, Any]) -> list[BatchProblem]:
    """Report the files that rows name by id and the user does not have."""
    found: list[BatchProblem] = []
    for number, row in enumerate(rows.rows, 1):
        for name, id in named_assets(row):
            if id not in ids:
                what = f"The input {quoted(name)}: there is no asset {id}."
                code = ProblemCode.ASSET_NOT_FOUND
                found.append(BatchProblem(code=code, message=what, input=name, row=number))
    return found


def named_assets(row: NewRow) -> list[tuple[str, UUID]]:
    """Give the assets that a row names, with the input of each."""
    found: list[tuple[str, UUID]] = []
    for name, value in row.input_values.items():
        id = value.get("assetId") if isinstance(value, dict) else None
        if isinstance(id, str):
            try:
                found.append((name, UUID(id)))
            except ValueError:
                continue
    return found


def _cross(values: dict[str, JsonValue], axes: Sequence[BatchAxis]) -> list[NewRow]:
    rows: list[NewRow] = []
    for chosen in product(*(axis.values for axis in axes)):
        given, overrides = dict(values), dict[str, Any]()
        for axis, value in zip(axes, chosen, strict=True):
            if axis.input:
                given[axis.input] = value
            else:
                overrides.setdefault(str(axis.node_id), {})[str(axis.param)] = value
        rows.append(NewRow(given, overrides or None))
    return rows


def _axis_problems(
    graph: Graph, node_types: NodeTypes, axes: Sequence[BatchAxis], columns: set[str]
) -> list[BatchProblem]:
    found: list[BatchProblem] = []
    seen: set[object] = set()

    def refuse(what: str) -> None:
        found.append(BatchProblem(code=ProblemCode.BAD_TABLE, message=what))

    for axis in axes:
        place = axis.input or (axis.node_id, axis.param)
        if bool(axis.input) == bool(axis.node_id and axis.param):
            refuse(
                "An axis is of an input, or of a node by its nodeId and a param: give one of them."
            )
        elif place in seen or axis.input in columns:
            refuse(
                f"{quoted(axis.input or str(axis.param))} has two axes, or a column and an axis."
            )
        seen.add(place)
        problems: list[Problem] = []
        for value in axis.values:
            if axis.input:
                problems += bind_inputs(
                    graph, {axis.input: value}, node_types, strict=False
                ).problems
            elif axis.node_id and axis.param:
                overrides = {axis.node_id: {axis.param: value}}
                problems += override_problems(graph, overrides, node_types)
        found += [BatchProblem(**each.model_dump(by_alias=False)) for each in problems]
    return found


def _plain(name: str) -> str:
    """Write a name as declared inputs are: `Product name` is `product_name`."""
    return "".join(each if each.isalnum() else "_" for each in name.strip().lower())


def _options(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(schema.get("anyOf") or schema.get("oneOf") or (schema,))


def _types(schema: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for option in _options(schema):
        kind = option.get("type")
        found.update(kind if isinstance(kind, list) else [kind] if kind else [])
        if any(isinstance(each, str) for each in (*option.get("enum", ()), option.get("const"))):
            found.add("string")
    return found


def _takes_files(schema: Mapping[str, Any]) -> bool:
    return any("assetId" in option.get("properties", {}) for option in _options(schema))


def _read_file(text: str, files: Mapping[str, JsonValue]) -> JsonValue:
    if text in files:
        return files[text]
    if text.lower().startswith(ADDRESSES):
        return {"url": text}
    try:
        return {"assetId": str(UUID(text))}
    except ValueError:
        return text
