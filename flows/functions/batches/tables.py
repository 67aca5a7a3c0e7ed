"""Reads tables as people have them: CSV of any kind, JSON Lines, rows of JSON. Pure.

What cannot be a table is refused as a whole; what is wrong with one row is a problem of that row, and the
others are read on. Nothing is evaluated: a cell that begins with `=` is text.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from pydantic import JsonValue

from flows.graph.wording import quoted
from schemas.errors import InvalidInputError
from schemas.problem import ProblemCode
from schemas.wire.functions.batch import MAX_ROWS, BatchProblem

MAX_TABLE_BYTES: Final = 20_000_000
MAX_COLUMNS: Final = 1_000
MAX_NUMBER: Final = 10**19
"""Numbers of this size and larger are none, as in every body of the API."""
csv.field_size_limit(MAX_TABLE_BYTES)
_DELIMITERS: Final = ",;\t|"
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""How a text says its encoding with its first bytes."""


@dataclass
class Table:
    """Columns by name, and rows that have values for some of them; of a CSV, all are texts."""

    columns: list[str] = field(default_factory=list[str])
    rows: list[Mapping[str, JsonValue]] = field(default_factory=list[Mapping[str, JsonValue]])
    is_typed: bool = False
    """Whether values are JSON; else they are texts, to be read as their inputs want them."""
    notes: list[str] = field(default_factory=list[str])
    problems: list[BatchProblem] = field(default_factory=list[BatchProblem])


def read_table(data: bytes | str) -> Table:
    """Read a CSV, tab-separated text, JSON Lines or an array of JSON objects; which it is, it shows.

    Raises:
        InvalidInputError: `bad_table`: it is none of these, or has no row.
        InvalidInputError: `too_many_rows`, `table_too_large`.
    """
    if len(data) > MAX_TABLE_BYTES:
        raise InvalidInputError(
            "table_too_large",
            f"The table has more than {MAX_TABLE_BYTES // 1_000_000} MB: split it into several.",
        )
    table = Table()
    text = data.removeprefix("\ufeff") if isinstance(data, str) else _decode(data, table)
    if "\0" in text:
        raise _bad_table("It holds zero bytes, and is no text: save it as CSV, or send a .zip.")
    beginning = text.lstrip()[:1]
    if beginning in {"{", "["}:
        _read_json(text, table)
    else:
        _read_csv(text, table)
    return _finish(table)


def table_of_rows(rows: Sequence[Mapping[str, JsonValue]]) -> Table:
    """Take rows of JSON as they are. Raises InvalidInputError as `read_table` does."""
    table = Table(is_typed=True)
    for number, row in enumerate(rows, 1):
        _check_count(number)
        _add_row(table, row)
    return _finish(table)


def _finish(table: Table) -> Table:
    if not table.rows and not table.problems:
        raise _bad_table("It has no rows.")
    if len(table.columns) > MAX_COLUMNS:
        raise _bad_table(f"It has more than {MAX_COLUMNS} columns.")
    return table


def _decode(data: bytes, table: Table) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                what = f"It begins as {encoding.upper()} and goes on as something else: save it as UTF-8."
                raise _bad_table(what) from error
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        table.notes.append("The file is not UTF-8 and was read as Windows-1252: check its accents.")
        return text


def _read_json(text: str, table: Table) -> None:
    table.is_typed = True
    if text.lstrip().startswith("["):
        rows = _parse_json(text)
        if not isinstance(rows, list):
            raise _bad_table("It begins like an array of JSON and is none.")
        items: Iterable[object] = cast("list[object]", rows)
    else:
        items = (_parse_json(line) for line in text.splitlines() if line.strip())
    for number, item in enumerate(items, 1):
        _check_count(number)
        if isinstance(item, dict):
            _add_row(table, cast("dict[str, JsonValue]", item))
        else:
            _add_problem(table, number, "is no JSON object, such as {“topic”: “Teapots”}.")


def _parse_json(text: str) -> object:
    """Give what a text says as JSON; None where it is none, or holds what no JSON has."""
    try:
        return _DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> float:
    """Read a number that PostgreSQL writes back as it is. Raises ValueError."""
    number = float(text) if any(each in text for each in ".eE") else int(text)
    if abs(number) >= MAX_NUMBER:
        raise ValueError(text)
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


_DECODER: Final = json.JSONDecoder(
    parse_int=_number, parse_float=_number, parse_constant=_refuse_constant
)


def _add_row(table: Table, row: Mapping[str, JsonValue]) -> None:
    known = set(table.columns)
    table.columns += [name for name in row if name not in known]
    table.rows.append(row)


def _read_csv(text: str, table: Table) -> None:
    lines = text.splitlines(keepends=True)
    head = next((line for line in lines if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(head), strict=True)
    cells = _cells(reader)
    _read_head(next(cells, []), table)
    for number, row in enumerate(cells, 1):
        _check_count(number)
        extra = [cell for cell in row[len(table.columns) :] if cell.strip()]
        if extra:
            what = (
                f"has {len(row)} cells where there are {len(table.columns)} columns: put texts with"
            )
            _add_problem(table, number, f"{what} the separator in them into quotation marks.")
            continue
        table.rows.append(
            {
                name: cell
                for name, cell in zip(table.columns, row, strict=False)
                if name and cell != ""
            }
        )
    table.columns = [name for name in table.columns if name]


def _cells(reader: Any) -> Iterator[list[str]]:
    """Give the lines that are not empty. Raises InvalidInputError where quotes do not fit."""
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        what = f"Line {reader.line_num} cannot be read as CSV: {error}. A text with quotation marks in it"
        raise _bad_table(
            f"{what} stands in quotation marks, and has each of them twice."
        ) from error


def _read_head(cells: list[str], table: Table) -> None:
    while cells and not cells[-1].strip():
        cells.pop()
    table.columns = [cell.strip() for cell in cells]
    for name in sorted({name for name in table.columns if name and table.columns.count(name) > 1}):
        what = f"The column {quoted(name)} is there twice: give one of them another name."
        table.problems.append(
            BatchProblem(code=ProblemCode.BAD_TABLE, message=what, row=None, column=name)
        )


def _delimiter(head: str) -> str:
    """Give what separates the names of columns: the one that is there most often outside of quotes."""
    bare = "".join(head.split('"')[::2])
    return max(_DELIMITERS, key=bare.count)


def _add_problem(table: Table, number: int, what: str) -> None:
    table.rows.append({})
    problem = BatchProblem(code=ProblemCode.BAD_TABLE, message=f"The row {what}", row=number)
    table.problems.append(problem)


def _check_count(number: int) -> None:
    if number > MAX_ROWS:
        raise too_many_rows()


def too_many_rows() -> InvalidInputError:
    """Say that a batch would have too many rows."""
    what = f"A batch has {MAX_ROWS:,} rows at most, after its axes were crossed: split it into several."
    return InvalidInputError("too_many_rows", what)


def _bad_table(what: str) -> InvalidInputError:
    return InvalidInputError("bad_table", f"The table cannot be read. {what}")
