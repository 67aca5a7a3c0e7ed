"""How much of a node is drawn, by how far away it is seen from and whether the canvas moves; edges between."""

import re
from typing import Any

from playwright.sync_api import expect

from support.browser.editor import Editor, center, in_chromium
from support.product.backend import edge, node

PANNED = """async () => {
  const forms = () =>
    [...document.querySelectorAll(".react-flow__node:has(.node:not(.node--far))")].map((each) => each.dataset.id);
  const known = new Set(forms());
  const made = new Set();
  let light = 0;
  for (let step = 0; step < 30; step += 1) {
    const init = { bubbles: true, cancelable: true, deltaY: 120, clientX: 800, clientY: 500 };
    document.querySelector(".react-flow__pane").dispatchEvent(new WheelEvent("wheel", init));
    await new Promise(requestAnimationFrame);
    for (const id of forms()) if (!known.has(id)) made.add(id);
    light = Math.max(light, document.querySelectorAll(".node--far").length);
  }
  return [made.size, light];
}"""
"""Pans; gives how many forms were made meanwhile, and how many nodes were drawn without theirs."""
CROSSED = """(path, boxes) => {
  const matrix = path.getScreenCTM();
  const length = path.getTotalLength();
  return Array.from({ length: 101 }, (_, index) => path.getPointAtLength((length * index) / 100))
    .map((point) => new DOMPoint(point.x, point.y).matrixTransform(matrix))
    .filter(({ x, y }) =>
      boxes.some((box) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height),
    ).length;
}"""
"""How many of a hundred points of an edge lie on one of some nodes."""

ONE_CURVE = re.compile("^M[^C]+C[^C]+$")
"""How an edge is drawn that goes around nothing."""


def at(x: int, y: int, each: dict[str, Any]) -> dict[str, Any]:
    """Put a node somewhere."""
    return {**each, "position": {"x": x, "y": y}}


@in_chromium
def test_forms_wait_until_the_canvas_rests_and_names_are_seen_from_afar(editor: Editor) -> None:
    page = editor.page
    nodes = [
        at(number % 16 * 360, number // 16 * 320, node(f"n{number}", "text", text="A cup."))
        for number in range(160)
    ]
    wire = edge("n0", "n1", "text")
    workflow_id = editor.store({"name": "Many", "nodes": nodes, "edges": [wire]})
    editor.open(workflow_id)
    canvas = page.locator(".canvas")
    expect(editor.nodes).to_have_count(160)
    expect(canvas).to_have_attribute("data-distance", "far")
    expect(page.locator(".node--far")).to_have_count(160)
    expect(editor.node("n0").locator(".far__label")).to_be_visible()
    expect(editor.edges).to_have_count(1)
    for _ in range(5):
        page.get_by_role("button", name="Zoom out").click()
    expect(canvas).to_have_attribute("data-distance", "farthest")
    expect(editor.node("n0").locator(".far__label")).to_be_hidden()
    expect(editor.edges).to_have_count(0)

    page.keyboard.press("Shift+Digit0")
    expect(canvas).to_have_attribute("data-distance", "nearest")
    expect(page.locator(".node--far")).to_have_count(0)
    shown = editor.nodes.count()
    assert 4 < shown < 80
    made, light = page.evaluate(PANNED)
    assert made == 0
    assert light > 4
    expect(page.locator(".node--far")).to_have_count(0)
    expect(page.get_by_label("Text", exact=True).first).to_be_visible()


@in_chromium
def test_an_edge_goes_around_a_node_that_comes_between(editor: Editor) -> None:
    page = editor.page
    editor.open_graph(
        [
            at(0, 0, node("brief", "text", text="A cup.")),
            at(480, 400, node("between", "text", text="Not of this.")),
            at(960, 0, node("writer", "llm")),
        ],
        [edge("brief", "writer", "userMessage")],
    )
    path = page.locator("path.connection")
    expect(path).to_have_attribute("d", ONE_CURVE)
    moved = editor.node("between").locator(".node__icon").bounding_box()
    assert moved is not None
    ends = [page.locator(".node").nth(index).bounding_box() for index in (0, 2)]
    assert ends[0] is not None
    page.mouse.move(moved["x"] + 8, moved["y"] + 8)
    page.mouse.down()
    page.mouse.move(moved["x"] + 8, ends[0]["y"] + 40, steps=8)
    page.mouse.up()
    expect(path).not_to_have_attribute("d", ONE_CURVE)
    box = editor.node("between").bounding_box()
    assert path.evaluate(f"(path) => ({CROSSED})(path, [{box}])") == 0
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(path).to_have_attribute("d", ONE_CURVE)


@in_chromium
def test_a_field_that_is_too_small_comes_near_at_a_click_and_the_keyboard_reaches_it(
    editor: Editor,
) -> None:
    page = editor.page
    editor.open_graph([at(0, 0, node("brief", "text", text="A cup."))])
    field = editor.node("brief").get_by_label("Text", exact=True)
    canvas = page.locator(".canvas")

    def away() -> None:
        for _ in range(6):
            editor.zoom("out")
        expect(canvas).to_have_attribute("data-distance", "middle")

    away()
    page.mouse.click(*center(field))
    expect(field).to_be_focused()
    expect(canvas).to_have_attribute("data-distance", "nearest")

    away()
    expect(field).not_to_be_focused()
    page.mouse.dblclick(*center(editor.node("brief").locator(".node__icon")))
    expect(canvas).to_have_attribute("data-distance", "nearest")

    away()
    editor.node("brief").focus()
    for _ in range(6):
        page.keyboard.press("Tab")
        if field.evaluate("field => field === document.activeElement"):
            break
    page.keyboard.press("Control+End")
    page.keyboard.type(" Of clay.")
    expect(field).to_have_value("A cup. Of clay.")
    expect(canvas).to_have_attribute("data-distance", "middle")

    canvas.click(position={"x": 40, "y": 40})
    page.keyboard.press("a")
    expect(page.get_by_label("Node to add")).to_be_focused()
    page.keyboard.type("text")
    page.keyboard.press("Enter")
    expect(page.locator("textarea:focus")).to_have_value("")
    expect(canvas).to_have_attribute("data-distance", "nearest")
