"""Files that come in: what is taken for a graph, what is said about the rest."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from flows.portable.archive import (
    DEFAULT_NAME,
    PackedFile,
    asset_references,
    decode_file,
    pack_workflow,
    unpack_workflow,
)
from schemas.errors import InvalidInputError
from support.nodes.graphs import graph, node

GRAPH: dict[str, Any] = {"name": "Kit", "nodes": [], "edges": []}


def photo(id: str) -> dict[str, Any]:
    return {"id": "p", "data": {"source": {"kind": "asset", "assetId": id}}}


async def pack(document: dict[str, Any], *files: PackedFile) -> dict[str, Any]:
    async def given() -> AsyncGenerator[PackedFile]:
        for file in files:
            yield file

    return json.loads("".join([piece async for piece in pack_workflow(document, given())]))


async def test_what_was_packed_is_unpacked_with_its_files() -> None:
    document = graph(node("a")).document()
    image = PackedFile("x", "image/png", b"\x89PNG")
    other = PackedFile("y", "image/png", b"other")
    packed = await pack(document | {"id": 7, "revision": 3}, image, other)
    assert "id" not in packed
    arrival = unpack_workflow(packed)
    assert arrival.document == document
    assert decode_file(arrival.files["x"]) == b"\x89PNG"
    assert decode_file(arrival.files["y"]) == b"other"
    assert arrival.notes == []
    assert "assets" not in await pack(document)


@pytest.mark.parametrize(
    ("raw", "notes"),
    [
        (GRAPH | {"id": 1, "revision": 2, "createdAt": "", "updatedAt": ""}, []),
        (GRAPH | {"colour": 1}, ["“colour” is no part of a graph and was left out."]),
        (
            GRAPH | dict.fromkeys("abcde"),
            ["“a”, “b”, “c” and 2 more is no part of a graph and was left out."],
        ),
        ({"workflow": GRAPH}, ["The graph was found under “workflow”."]),
        ({"nodes": []} | {"name": "Kit"}, []),
        (GRAPH | {"assets": 5}, []),
    ],
)
def test_a_graph_is_found_and_the_rest_named(raw: Any, notes: list[str]) -> None:
    arrival = unpack_workflow(raw)
    assert arrival.document == GRAPH
    assert arrival.notes == notes


@pytest.mark.parametrize(
    ("own", "given", "name"),
    [
        ("Kit", "file", "Kit"),
        ("  ", "file", "file"),
        (5, None, DEFAULT_NAME),
        (None, "  ", DEFAULT_NAME),
        ("x" * 300, None, "x" * 200),
        (None, "x" * 300, "x" * 200),
    ],
)
def test_a_graph_without_a_name_gets_one(own: Any, given: str | None, name: str) -> None:
    assert unpack_workflow({"nodes": [], "name": own}, given).document["name"] == name


@pytest.mark.parametrize(
    "raw", [None, 5, "x", [], {}, {"nodes": {}}, {"workflow": []}, {"data": {"nodes": 1}}]
)
def test_what_can_be_no_graph_is_refused(raw: Any) -> None:
    with pytest.raises(InvalidInputError) as error:
        unpack_workflow(raw)
    assert error.value.code == "no_graph"


@pytest.mark.parametrize("entry", [None, 5, {}, {"data": 5}, {"data": "!!"}, {"data": "é"}, "aGk="])
def test_a_file_that_cannot_be_read_is_none(entry: Any) -> None:
    assert decode_file(entry) is None


@pytest.mark.parametrize(
    "nodes",
    [5, [None, 5, {}, {"data": 5}, {"data": {"source": {"kind": "url", "assetId": "x"}}}]],
)
def test_odd_nodes_name_no_assets(nodes: Any) -> None:
    assert list(asset_references({"nodes": nodes})) == []


def test_every_source_that_names_an_asset_is_found() -> None:
    assert [id for _, id in asset_references({"nodes": [photo("x"), photo("y"), photo("x")]})] == [
        "x",
        "y",
        "x",
    ]
