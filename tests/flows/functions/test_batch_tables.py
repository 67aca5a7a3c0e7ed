"""Tables of people are read as they are; what is wrong is said by row; nothing half is made."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from flows.functions.batches import archive
from flows.functions.batches.archive import FileArchive
from flows.functions.batches.rows import BatchRows, make_rows
from flows.functions.batches.tables import Table, read_table, table_of_rows
from schemas.errors import InvalidInputError
from schemas.graph import Graph
from schemas.wire.functions.batch import BatchAxis
from tasks.registry import node_types

PLAIN = [{"name": "Tea", "price": "3"}, {"name": "Café", "price": "4"}]
CSV = "name,price\nTea,3\nCafé,4\n"
GRAPH = Graph.model_validate(
    {
        "name": "Posts",
        "nodes": [
            {"id": "t", "type": "text", "position": {"x": 0, "y": 0}, "data": {"text": "x"}},
            {"id": "i", "type": "image", "position": {"x": 0, "y": 0}, "data": {}},
            {"id": "m", "type": "llm", "position": {"x": 0, "y": 0}, "data": {"userMessage": "Hi"}},
        ],
        "edges": [],
        "inputs": [
            {"name": "product_name", "nodeId": "t", "param": "text", "required": True},
            {"name": "photo", "nodeId": "i", "param": "source"},
            {"name": "temperature", "nodeId": "m", "param": "temperature"},
        ],
    }
)


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        CSV.encode("cp1252"),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode(),
        CSV.replace("\n", "\r\n\r\n").encode(),
        b"\n\n" + CSV.encode() + b"\n,\n",
        CSV,
        "\ufeff" + CSV,
    ],
)
def test_a_table_is_read_whatever_program_wrote_it(data: bytes | str) -> None:
    table = read_table(data)
    assert (table.columns, table.rows, table.problems) == (["name", "price"], PLAIN, [])


def test_quotes_lines_and_formulas_in_cells_stay_what_they_are() -> None:
    table = read_table('text,n\n"a ""b"", c\nd",1\n=1+1,2\n@SUM(A1),3\n')
    assert [row["text"] for row in table.rows] == ['a "b", c\nd', "=1+1", "@SUM(A1)"]


def test_another_encoding_is_said_to_have_been_guessed() -> None:
    assert "Windows-1252" in read_table(CSV.encode("cp1252")).notes[0]


def test_json_lines_and_arrays_are_tables_with_types() -> None:
    rows = [{"a": 1, "b": None}, {"a": {"url": "https://x"}, "c": "t"}]
    for text in ("\n\n".join(map(json.dumps, rows)), json.dumps(rows), json.dumps(rows, indent=2)):
        table = read_table(text)
        assert (table.columns, table.rows, table.is_typed) == (["a", "b", "c"], rows, True)
    table = read_table('{"a": 1}\n[1]\n{"a": NaN}\n{broken\n{"a": 1e400}\n')
    assert [each.row for each in table.problems] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "bad_table", "no rows"),
        (b"name,price\n", "bad_table", "no rows"),
        (b"\x00\x01\x02", "bad_table", "zero bytes"),
        ("name\n" + "x\n" * 10_001, "too_many_rows", "10,000 rows"),
        ("name\n" + "x\n" * 100_000, "too_many_rows", "10,000 rows"),
        ("[1, 2", "bad_table", "array"),
        ('name\n"open\n', "bad_table", "quotation marks"),
        (b"\xff\xfeabc", "bad_table", "UTF-16"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(data: Any, code: str, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says) as refused:
        read_table(data)
    assert refused.value.code == code


def test_a_row_with_too_many_cells_is_a_problem_of_that_row() -> None:
    table = read_table("a,b\n1,2\n1,2,3\n4,5\n")
    assert [(each.row, each.code) for each in table.problems] == [(2, "bad_table")]
    assert len(table.rows) == 3


def test_two_columns_of_one_name_are_a_problem() -> None:
    assert "twice" in read_table("a,a\n1,2\n").problems[0].message


def axis(**fields: Any) -> BatchAxis:
    return BatchAxis.model_validate(fields)


def rows_of(table: Table | None, strict: bool = True, **more: Any) -> BatchRows:
    return make_rows(GRAPH, node_types(), table, strict=strict, **more)


def test_columns_find_their_inputs_by_name_and_cells_are_read_as_these_want_them() -> None:
    table = read_table(
        "Product Name,temperature,Photo,other\nTea,0.5,https://x.org/a.png,y\n0,1,,\n"
    )
    rows = rows_of(table)
    assert rows.problems == []
    assert {each.name: each.input for each in rows.columns} == {
        "Product Name": "product_name",
        "temperature": "temperature",
        "Photo": "photo",
        "other": None,
    }
    assert [row.input_values for row in rows.rows] == [
        {"product_name": "Tea", "temperature": 0.5, "photo": {"url": "https://x.org/a.png"}},
        {"product_name": "0", "temperature": 1},
    ]


def test_every_problem_is_said_with_its_row_and_column() -> None:
    rows = rows_of(read_table("product_name,temperature\nTea,hot\n,1\nTea,99\n"))
    assert [(each.row, each.input, each.column) for each in rows.problems] == [
        (1, "temperature", "temperature"),
        (2, "product_name", None),
        (3, "temperature", "temperature"),
    ]
    assert rows_of(read_table("product_name,temperature\n,1\n"), strict=False).problems == []


def test_a_mapping_wins_and_has_to_fit() -> None:
    table = read_table("a,product_name\nTea,no\n")
    rows = rows_of(table, mapping={"a": "product_name", "product_name": None})
    assert rows.rows[0].input_values == {"product_name": "Tea"}
    bad = rows_of(table, mapping={"a": "nothing", "gone": "photo"}).problems
    assert [each.column for each in bad] == ["a", "gone"]
    assert "Two columns" in rows_of(table, mapping={"a": "product_name"}).problems[0].message
    assert "None of the columns" in rows_of(read_table("x\n1\n"), strict=False).problems[0].message


def test_axes_cross_inputs_and_params_with_every_row() -> None:
    axes = [
        axis(nodeId="m", param="systemPrompt", values=["Be short.", "Be long."]),
        axis(input="temperature", values=[0, 1]),
    ]
    table = table_of_rows([{"product_name": "Tea"}, {"product_name": "Cup"}])
    assert [each.code for each in rows_of(table, axes=axes).problems] == ["bad_table"]
    rows = rows_of(table, strict=False, axes=axes)
    assert rows.problems == []
    assert len(rows.rows) == 8
    assert rows.rows[1].input_values == {"product_name": "Tea", "temperature": 1}
    assert rows.rows[2].overrides == {"m": {"systemPrompt": "Be long."}}
    assert len(rows_of(None, strict=False, axes=axes).rows) == 4
    with pytest.raises(InvalidInputError, match="axes"):
        rows_of(None, axes=[axis(input="temperature", values=[0] * 101)] * 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"values": [1]},
        {"input": "nothing", "values": [1]},
        {"input": "temperature", "values": ["hot"]},
        {"nodeId": "gone", "param": "text", "values": ["x"]},
        {"nodeId": "m", "param": "gone", "values": ["x"]},
        {"nodeId": "m", "values": ["x"]},
        {"input": "product_name", "nodeId": "m", "param": "systemPrompt", "values": ["x"]},
    ],
)
def test_an_axis_that_does_not_fit_is_a_problem(fields: dict[str, Any]) -> None:
    assert rows_of(None, strict=False, axes=[axis(**fields)]).problems


def zipped(tmp_path: Path, **files: bytes) -> Path:
    path = tmp_path / "files.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return path


def test_a_zip_has_a_table_that_names_files_or_is_one_of_their_names(tmp_path: Path) -> None:
    files: dict[str, bytes] = {
        "in/b.png": b"b",
        "a.png": b"a",
        "__MACOSX/a.png": b"",
        ".DS_Store": b"",
    }
    plain = FileArchive.open(zipped(tmp_path, **files))
    assert plain.table.rows == [{"file": "a.png"}, {"file": "in/b.png"}]
    assert set(plain.members) == {"a.png", "b.png", "in/b.png"}
    assert b"".join(plain.read("b.png")) == b"b"
    table = b"product_name,photo\nTea,b.png\nCup,nothing.png\n"
    named = FileArchive.open(zipped(tmp_path, **files, **{"table.csv": table}))
    values: Any = {name: {"url": "https://stored"} for name in named.members}
    rows = rows_of(named.table, files=values)
    assert rows.rows[0].input_values["photo"] == {"url": "https://stored"}
    assert [(each.row, each.input) for each in rows.problems] == [(2, "photo")]


def test_names_in_a_zip_lead_nowhere(tmp_path: Path) -> None:
    path = zipped(tmp_path, **{"../../etc/passwd": b"x", "/abs.png": b"y", "c:\\d.png": b"z"})
    opened = FileArchive.open(path)
    assert b"".join(opened.read("passwd")) == b"x"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["files.zip"]


def test_a_zip_that_is_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = zipped(tmp_path, **{"a.png": bytes(3_000_000)})
    assert bomb.stat().st_size < 10_000
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 1_000_000)
    with pytest.raises(InvalidInputError, match="more than 1 MB"):
        FileArchive.open(bomb)
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 10_000_000)
    opened = FileArchive.open(bomb)
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 1_000_000)  # as if its directory had lied
    with pytest.raises(InvalidInputError, match="more than 1 MB"):
        list(opened.read("a.png"))
    monkeypatch.setattr(archive, "MAX_FILES_BYTES", 2_000_000)
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 10_000_000)
    with pytest.raises(InvalidInputError, match="together"):
        FileArchive.open(bomb)
    monkeypatch.setattr(archive, "MAX_FILES", 1)
    with pytest.raises(InvalidInputError, match="2 files"):
        FileArchive.open(zipped(tmp_path, **{"a.png": b"", "b.png": b""}))


def test_a_broken_zip_and_one_with_two_tables_are_refused(tmp_path: Path) -> None:
    whole = zipped(tmp_path, **{"a.png": b"a" * 1_000}).read_bytes()
    broken = tmp_path / "broken.zip"
    for data in (whole[:-30], b"PK\x03\x04" + bytes(50), io.BytesIO().getvalue()):
        broken.write_bytes(data)
        with pytest.raises(InvalidInputError) as refused:
            FileArchive.open(broken)
        assert refused.value.code == "bad_archive"
    with pytest.raises(InvalidInputError, match="several tables"):
        FileArchive.open(zipped(tmp_path, **{"a.csv": b"a\n1", "b.jsonl": b"{}"}))
    with pytest.raises(InvalidInputError, match="no files"):
        FileArchive.open(zipped(tmp_path))
