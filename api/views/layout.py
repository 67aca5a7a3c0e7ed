"""Small drawings of graphs, from the sketches that are kept beside them."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.graph_summary import clamp_coordinate
from schemas.wire.workflow import Layout, LayoutBox

_DIGITS: Final = 4


def draw_layout(thumbnail: Mapping[str, Any], moved: Mapping[str, Any]) -> Layout:
    """Scale a sketch (see `schemas.graph_summary.layout_thumbnail`) so that its longer side is 1.

    `moved` are places of nodes that were moved since: `{id: {"x": 0, "y": 0}}`.
    """
    boxes = [_moved_box(box, moved) for box in thumbnail["nodes"]]
    if not boxes:
        return Layout(width=0, height=0, boxes=[], lines=[])
    left, top = min(box[2] for box in boxes), min(box[3] for box in boxes)
    width = max(box[2] + box[4] for box in boxes) - left
    height = max(box[3] + box[5] for box in boxes) - top
    scale = 1 / max(width, height)
    return Layout(
        width=_round(width * scale),
        height=_round(height * scale),
        boxes=[
            LayoutBox(
                type=type,
                x=_round((x - left) * scale),
                y=_round((y - top) * scale),
                w=_round(w * scale),
                h=_round(h * scale),
            )
            for _, type, x, y, w, h in boxes
        ],
        lines=[(source, target) for source, target in thumbnail["edges"]],
    )


def _moved_box(box: list[Any], moved: Mapping[str, Any]) -> list[Any]:
    position = moved.get(box[0])
    return (
        box
        if position is None
        else [*box[:2], clamp_coordinate(position["x"]), clamp_coordinate(position["y"]), *box[4:]]
    )


def _round(number: float) -> float:
    return round(number, _DIGITS)
