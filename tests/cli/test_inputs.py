"""`--input name=value`, read by the kind of what the workflow declares."""

from pathlib import Path
from typing import Any

import pytest

from cli.inputs import ReadInputs, read_inputs, split_inputs
from schemas.errors import InvalidInputError
from schemas.graph import DeclaredInput, Graph
from support.nodes.graphs import graph, node
from tasks.registry import node_types

INPUTS = [
    {"name": "topic", "nodeId": "note", "param": "text", "required": True},
    {"name": "photo", "nodeId": "photo", "param": "source", "required": True},
    {"name": "left", "nodeId": "cut", "param": "xPercent"},
    {"name": "moment", "nodeId": "still", "param": "timestamp"},
    {"name": "answer", "nodeId": "writer", "param": "truncatedAnswer"},
]


def function(**data: Any) -> Graph:
    drawn = graph(
        node("note", text=data.pop("text", "Typed")),
        node("photo", "image", **data),
        node("cut", "crop"),
        node("still", "frame"),
        node("writer", "llm"),
    )
    declared = [DeclaredInput.model_validate(each) for each in INPUTS]
    return drawn.model_copy(update={"inputs": declared})


def read(*options: str, **data: Any) -> ReadInputs:
    return read_inputs(function(**data), split_inputs(options), node_types())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("topic=A = b, 7", "A = b, 7"),
        ("topic=7", "7"),
        ("topic=", ""),
        ("topic=@@home", "@home"),
        ("left=12.5", 12.5),
        ("moment=50%", "50%"),
        ("moment=3", 3),
        ("answer=accept", "accept"),
        ("photo=https://example.com/a.png", {"url": "https://example.com/a.png"}),
        ('photo={"url": "https://example.com/a"}', {"url": "https://example.com/a"}),
    ],
)
def test_a_value_is_read_by_the_kind_of_its_param(option: str, value: object) -> None:
    found = read(option)
    assert found.problems == []
    assert list(found.values.values()) == [value]


def test_several_values_are_a_list_where_the_input_takes_many() -> None:
    assert read("topic=One", "topic=Two").values == {"topic": ["One", "Two"]}


def test_a_file_is_the_text_of_a_text_and_is_uploaded_for_a_picture(tmp_path: Path) -> None:
    text, picture = tmp_path / "topic.txt", tmp_path / "a.png"
    text.write_text("\ufeffÄpfel\nand pears\n", encoding="utf-8")
    picture.write_bytes(b"any")
    found = read(f"topic=@{text}", f"photo=@{picture}")
    assert found.problems == []
    assert found.with_uploads(lambda file: file.stem) == {
        "topic": "Äpfel\nand pears\n",
        "photo": {"assetId": "a"},
    }


@pytest.mark.parametrize(
    ("option", "name", "says"),
    [
        ("colour=red", "colour", "no input “colour”"),
        ("left=wide", "left", "number"),
        ("left=NaN", "left", "number"),
        ("left=101", "left", "100"),
        ("moment=never", "moment", "“moment”"),
        ("photo=a.png", "photo", "@FILE"),
        ("photo=@none/a.png", "photo", "none/a.png cannot be read: No such file or directory"),
        ("photo=@.", "photo", "cannot be read"),
        ("topic=@none.txt", "topic", "none.txt cannot be read"),
    ],
)
def test_what_does_not_fit_is_named_by_its_input(option: str, name: str, says: str) -> None:
    found = read(option)
    assert [each.input for each in found.problems] == [name]
    assert says in found.problems[0].message


def test_a_file_that_is_no_text_or_too_long_is_refused(tmp_path: Path) -> None:
    for data, says in ((b"\xff\xfe\x00", "no"), (b"a" * 1_000_001, "1,000,000")):
        file = tmp_path / "file"
        file.write_bytes(data)
        (problem,) = read(f"topic=@{file}").problems
        assert says in problem.message


def test_all_problems_are_said_at_once_and_what_is_missing_too() -> None:
    found = read("left=1", "left=2", "other=x", "moment=never", source=None, text="")
    said = [(each.code, each.input) for each in found.problems]
    assert said == [
        ("bad_input_value", "left"),
        ("unknown_input", "other"),
        ("bad_input_value", "moment"),
        ("input_required", "topic"),
        ("input_required", "photo"),
    ]


@pytest.mark.parametrize("option", ["topic", "=x", ""])
def test_an_option_without_a_name_or_a_value_is_refused(option: str) -> None:
    with pytest.raises(InvalidInputError, match="name=value"):
        split_inputs([option])
