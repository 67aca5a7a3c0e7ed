"""What is kept beside a graph, and what is told of it: outlines, changes, sketches, names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.views.layout import draw_layout
from flows.graph.changes import compare_outlines
from flows.portable.names import copy_name, copy_stem
from schemas.graph import MAX_NAME_LENGTH, Graph
from schemas.graph_summary import (
    THUMBNAIL_ASSETS,
    THUMBNAIL_EDGES,
    THUMBNAIL_NODES,
    graph_outline,
    layout_thumbnail,
    with_positions,
)
from support.nodes.graphs import chain, edge, graph, node, working_graphs


def document(*parts: Any) -> dict[str, Any]:
    return graph(*parts).document()


def summary(before: dict[str, Any], after: dict[str, Any]) -> str:
    return compare_outlines(graph_outline(before), graph_outline(after)).summary


PHOTO, CROP = node("photo", "image"), node("crop", "crop")
JOINED = edge("photo", "crop", "image")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ((PHOTO,), (PHOTO, CROP), "Added “crop”."),
        ((PHOTO, CROP), (PHOTO,), "Removed “crop”."),
        ((PHOTO, CROP), (PHOTO, node("crop", "crop", xPercent=5)), "Changed “crop”."),
        ((PHOTO, CROP), (PHOTO, CROP, JOINED), "1 new connection."),
        ((PHOTO, CROP, JOINED), (CROP,), "Removed “photo”; 1 connection less."),
        ((PHOTO,), (PHOTO,), "The same content."),
        ((), [node(id) for id in "abcde"], "Added “a”, “b”, “c” and 2 more."),
    ],
)
def test_what_changed_is_told_in_a_sentence(before: Any, after: Any, says: str) -> None:
    assert summary(document(*before), document(*after)) == says


def test_the_first_version_is_told_by_what_it_has() -> None:
    told = compare_outlines(None, graph_outline(document(PHOTO, CROP, JOINED)))
    assert told.summary == "2 nodes and 1 connection."
    assert (told.nodes_added, told.edges_added) == (2, 1)


def test_moving_a_node_or_writing_a_whole_number_as_a_decimal_changes_nothing() -> None:
    before, after = document(node("crop", "crop", xPercent=5)), document(CROP)
    after["nodes"][0] |= {"position": {"x": 99, "y": 1}}
    after["nodes"][0]["data"]["xPercent"] = 5.0
    assert graph_outline(before) == graph_outline(after)


@given(working_graphs(), working_graphs())
def test_changes_add_up(first: Graph, second: Graph) -> None:
    told = compare_outlines(graph_outline(first.document()), graph_outline(second.document()))
    assert len(first.nodes) + told.nodes_added - told.nodes_removed == len(second.nodes)
    assert len(first.edges) + told.edges_added - told.edges_removed == len(second.edges)
    same = compare_outlines(graph_outline(first.document()), graph_outline(first.document()))
    assert same.summary == "The same content."


@given(working_graphs(), st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_a_drawing_fits_its_box_however_far_a_node_is(drawn: Graph, x: float, y: float) -> None:
    stored = layout_thumbnail(drawn.document())
    layout = draw_layout(stored, {drawn.nodes[0].id: {"x": x, "y": y}})
    assert max(layout.width, layout.height) == 1
    for each in layout.boxes:
        assert each.x >= 0
        assert each.y >= 0
        assert each.x + each.w <= layout.width + 0.001
        assert each.y + each.h <= layout.height + 0.001
    assert all(max(ends) < len(layout.boxes) for ends in layout.lines)


def test_a_sketch_of_a_large_graph_is_small_and_counts_all_its_nodes() -> None:
    large = chain(500).document()
    for number, each in enumerate(large["nodes"]):
        each["data"]["source"] = {"kind": "asset", "assetId": f"id-{number}"}
    large["edges"] *= 4
    stored = layout_thumbnail(large)
    assert stored["count"] == 500
    assert len(stored["nodes"]) == THUMBNAIL_NODES
    assert len(stored["edges"]) == THUMBNAIL_EDGES
    assert stored["assets"] == [f"id-{number}" for number in range(THUMBNAIL_ASSETS)]


def test_a_resized_node_is_drawn_in_its_size_and_nonsense_in_the_usual_one() -> None:
    parts = document(node("a"), node("b"), node("c"))
    for each, width in zip(parts["nodes"], (64, "wide", True), strict=True):
        each["width"] = width
    assert [box[4] for box in layout_thumbnail(parts)["nodes"]] == [64, 320, 320]


def test_an_empty_graph_is_an_empty_drawing() -> None:
    layout = draw_layout(layout_thumbnail(document()), {})
    assert (layout.width, layout.boxes) == (0, [])


def test_nodes_are_placed_where_they_were_moved_to_and_strangers_ignored() -> None:
    nodes = with_positions(
        document(node("a"), node("b")), {"b": {"x": 4, "y": 2}, "gone": {"x": 0}}
    )
    assert [each["position"]["x"] for each in nodes] == [0, 4]


@pytest.mark.parametrize(
    ("name", "taken", "copy"),
    [
        ("Kit", (), "Kit copy"),
        ("Kit copy", ("Kit", "Kit copy"), "Kit copy 2"),
        ("Kit copy 2", ("Kit copy", "Kit copy 2"), "Kit copy 3"),
        ("Photocopy", (), "Photocopy copy"),
        (" copy", (), "  copy"),
        ("x" * MAX_NAME_LENGTH, ("x" * 188 + " copy",), "x" * 188 + " copy 2"),
    ],
)
def test_a_copy_has_a_name_that_is_free_and_not_too_long(
    name: str, taken: tuple[str, ...], copy: str
) -> None:
    assert copy_name(name, taken) == copy
    assert len(copy) <= MAX_NAME_LENGTH
    assert copy.startswith(copy_stem(name))
