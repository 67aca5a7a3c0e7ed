"""Where things are: dropped, snapped, copied, aligned, arranged, by mouse and keyboard."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from support.browser.editor import VIEWPORT, Editor, center, in_chromium, overlap
from support.product.backend import edge, node

LAPTOP: ViewportSize = {"width": 1280, "height": 720}


def placed(**places: tuple[float, float]) -> list[dict[str, Any]]:
    """Give texts at these places."""
    return [
        {**node(name, "text", text=name), "position": {"x": x, "y": y}}
        for name, (x, y) in places.items()
    ]


def places(editor: Editor, workflow_id: int) -> dict[str, tuple[float, float]]:
    """Give where the nodes are, once that is saved."""
    editor.saved()
    stored = editor.stored(workflow_id)["nodes"]
    return {each["id"]: (each["position"]["x"], each["position"]["y"]) for each in stored}


def zoom(editor: Editor) -> float:
    """Give how many pixels of the screen one of the canvas takes."""
    box = editor.nodes.first.bounding_box()
    assert box is not None
    return box["width"] / 300


def still(of: Locator) -> tuple[float, float]:
    """Give the middle of something once it does not move any more: a view that opens does."""
    at = center(of)
    while True:
        of.page.wait_for_timeout(150)
        was, at = at, center(of)
        if was == at:
            return at


def drag(editor: Editor, node_id: str, by: tuple[float, float], keys: str = "") -> None:
    """Drag a node by its icon, so far on the screen, and leave the button down."""
    x, y = still(editor.node(node_id).locator(".node__icon"))
    if keys:
        editor.page.keyboard.down(keys)
    editor.page.mouse.move(x, y)
    editor.page.mouse.down()
    editor.page.mouse.move(x + 2, y)  # a drag begins after some way, and counts from there
    editor.page.mouse.move(x + 2 + by[0] / 2, y + by[1] / 2, steps=3)
    editor.page.mouse.move(x + 2 + by[0], y + by[1], steps=3)


@in_chromium
def test_the_first_node_stays_where_it_is_dropped_and_a_text_has_the_cursor(
    editor: Editor,
) -> None:
    page = editor.page
    editor.open_graph([])
    first = editor.drag_in("text", 1200, 300)
    page.wait_for_timeout(300)
    box = editor.node(first).bounding_box()
    assert box is not None
    assert box["x"] <= 1200 <= box["x"] + box["width"]
    assert box["y"] <= 300 <= box["y"] + box["height"]
    expect(editor.node(first).get_by_role("textbox", name="Text")).to_be_focused()
    page.keyboard.type("at once")
    expect(editor.node(first).get_by_role("textbox", name="Text")).to_have_value("at once")

    page.keyboard.press("Escape")
    page.mouse.move(500, 700)
    page.keyboard.press("a")
    page.wait_for_timeout(300)  # so that the mouse at rest has the list below it
    page.keyboard.type("text")
    expect(page.get_by_role("option", selected=True)).to_have_text("Text")
    page.keyboard.press("Enter")
    expect(editor.nodes).to_have_count(2)
    second = editor.page.locator(".react-flow__node-step").last
    expect(second.get_by_role("textbox", name="Text")).to_be_focused()
    page.keyboard.type("under the pointer")
    expect(second.get_by_role("textbox", name="Text")).to_have_value("under the pointer")
    box = second.bounding_box()
    assert box is not None
    assert box["x"] <= 500 <= box["x"] + box["width"]
    assert box["y"] <= 700 <= box["y"] + box["height"]


@in_chromium
def test_copies_land_under_the_pointer_and_beside_what_lies_there(editor: Editor) -> None:
    page = editor.page
    editor.open_graph(placed(a=(0, 0)))
    editor.node("a").locator(".node__icon").click()
    page.keyboard.press("Control+d")  # the pointer is on the node itself
    expect(editor.nodes).to_have_count(2)
    (beside,) = set(editor.ids()) - {"a"}
    (x, y), (to_x, to_y) = center(editor.node("a")), center(editor.node(beside))
    assert (round(to_x - x), round(to_y - y)) == (32, 32)
    page.mouse.move(1300, 250)
    page.keyboard.press("Control+d")
    expect(editor.nodes).to_have_count(3)
    (pointed,) = set(editor.ids()) - {"a", beside}
    x, y = center(editor.node(pointed))
    assert abs(x - 1300) < 3
    assert abs(y - 250) < 3


@in_chromium
def test_what_is_dragged_snaps_and_shows_to_what(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.open_graph(placed(a=(0, 0), b=(500, 300)))
    guides = page.locator(".guide")
    drag(editor, "b", (0, -300 * zoom(editor) + 4))
    expect(guides).not_to_have_count(0)
    assert set(guides.evaluate_all("all => all.map(each => each.dataset.axis)")) >= {"y"}
    page.mouse.up()
    expect(guides).to_have_count(0)
    assert places(editor, workflow_id)["b"] == (500, 0)

    page.keyboard.press("Shift+s")
    expect(page.get_by_role("button", name="Snap")).to_have_attribute("aria-pressed", "false")
    drag(editor, "b", (0, 5))
    expect(guides).to_have_count(0)
    page.mouse.up()
    x, y = places(editor, workflow_id)["b"]
    assert x == 500
    assert 0 < y < 10 / zoom(editor)
    page.get_by_role("button", name="Snap").click()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert places(editor, workflow_id)["b"] == (500, 300)


@in_chromium
def test_alt_drag_leaves_the_node_and_drops_a_copy(editor: Editor) -> None:
    page = editor.page
    nodes = placed(a=(0, 0), b=(500, 0))
    workflow_id = editor.open_graph(nodes)
    drag(editor, "b", (40, 260), "Alt")
    expect(page.locator(".original")).to_have_count(1)
    page.mouse.up()
    page.keyboard.up("Alt")
    expect(editor.nodes).to_have_count(3)
    expect(page.locator(".original")).to_have_count(0)
    (copy,) = set(editor.ids()) - {"a", "b"}
    expect(page.locator(".node--selected")).to_have_count(1)
    expect(editor.node(copy).locator(".node--selected")).to_be_visible()
    expect(editor.node(copy).locator(".node__label")).to_have_text("B 2")
    after = places(editor, workflow_id)
    assert after["b"] == (500, 0)
    assert after[copy][1] > 200
    page.keyboard.press("Control+z")
    expect(editor.nodes).to_have_count(2)


@in_chromium
def test_a_selection_is_aligned_and_distributed_by_menu_and_by_keys(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.open_graph(placed(a=(0, 0), b=(390, 60), c=(1000, 200)))
    page.keyboard.press("Control+a")
    page.keyboard.press("Alt+w")
    assert [y for _, y in places(editor, workflow_id).values()] == [0, 0, 0]
    page.keyboard.press("Alt+Shift+h")
    assert [x for x, _ in places(editor, workflow_id).values()] == [0, 500, 1000]

    editor.node("b").locator(".node__icon").click(button="right")
    expect(page.locator(".node--selected")).to_have_count(3)
    page.get_by_role("menuitem", name="Align left edges").click()
    assert [x for x, _ in places(editor, workflow_id).values()] == [0, 0, 0]
    page.keyboard.press("Control+z")
    assert [x for x, _ in places(editor, workflow_id).values()] == [0, 500, 1000]


@in_chromium
def test_arranging_twice_changes_nothing_and_separate_parts_lie_apart(editor: Editor) -> None:
    page = editor.page
    nodes = placed(a=(0, 0), c=(40, 10), e=(80, 0))
    nodes += [node("b", "llm"), node("d", "llm")]
    edges = [edge("a", "b", "userMessage"), edge("c", "d", "userMessage")]
    workflow_id = editor.open_graph(nodes, edges)
    page.keyboard.press("Shift+a")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_enabled()
    once = places(editor, workflow_id)
    assert once["b"][0] > once["a"][0] + 300
    assert once["d"][0] > once["c"][0] + 300
    drag(editor, "d", (-90, 70))
    page.mouse.up()
    assert places(editor, workflow_id)["d"] != once["d"]
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+a")
    page.wait_for_timeout(500)
    assert places(editor, workflow_id) == once


@pytest.mark.parametrize("size", [VIEWPORT, LAPTOP], ids=["screen", "laptop"])
@in_chromium
def test_everything_is_brought_into_view_beside_the_tools(
    editor: Editor, size: ViewportSize
) -> None:
    page = editor.page
    page.set_viewport_size(size)
    made = httpx.post(f"{editor.api}/api/templates/product-marketing-kit", trust_env=False)
    editor.open(made.raise_for_status().json()["workflow"]["id"])
    expect(editor.node("frame").get_by_text("0:02.0 / 0:04.0")).to_be_visible()
    tools = page.get_by_role("toolbar", name="View").bounding_box()
    assert tools is not None

    def covered() -> list[str]:
        still(editor.node("frame"))
        return [name for name, box in editor.boxes().items() if overlap(box, tools)]

    assert covered() == []
    page.get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name="Show everything").click()
    assert covered() == []
