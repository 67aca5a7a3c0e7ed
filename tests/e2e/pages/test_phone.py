"""The editor by thumb, on a screen of 390 pixels: list, forms, canvas, runs and results."""

import re

import httpx
from playwright.sync_api import CDPSession, expect

from support.browser.axe import AXE, violations
from support.browser.editor import Editor, center, in_chromium
from support.browser.targets import small_targets
from support.product.backend import edge, node

TEXT = node("t", "text", text="say Hello") | {"position": {"x": 0, "y": 0}}
WRITER = node("w", "llm") | {"position": {"x": 420, "y": 0}}


class Fingers:
    """Fingers on the screen, in its pixels."""

    def __init__(self, editor: Editor) -> None:
        """Touch a page."""
        self._page = editor.page
        self._session: CDPSession = editor.page.context.new_cdp_session(editor.page)

    def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": place} for place, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
        self._page.wait_for_timeout(20)

    def move(self, *ways: tuple[tuple[float, float], tuple[float, float]]) -> None:
        """Put a finger down at the start of each way, and lift them at the ends."""
        self._touch("touchStart", *(start for start, _ in ways))
        for step in range(1, 9):
            at = [
                (x + (to_x - x) * step / 8, y + (to_y - y) * step / 8)
                for (x, y), (to_x, to_y) in ways
            ]
            self._touch("touchMove", *at)
        self._touch("touchEnd")


def zoom(editor: Editor) -> int:
    """Give the zoom of the canvas, in percent."""
    return int(editor.page.get_by_role("button", name="Zoom: ").inner_text().split()[0])


def fits(editor: Editor) -> bool:
    """Say whether nothing lies beside the screen."""
    return editor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@in_chromium
def test_a_workflow_is_made_run_and_read_by_thumb(phone: Editor) -> None:
    page = phone.page
    page.goto(f"{phone.api}/workflows")
    assert fits(phone)
    page.get_by_role("button", name="New workflow").first.tap()
    page.get_by_role("button", name="Nodes", exact=True).tap()
    page.locator('.node-category__type[data-type="llm"]').tap()
    expect(phone.nodes).to_have_count(1)
    expect(page.get_by_role("complementary", name="Nodes")).to_have_count(0)
    model = phone.nodes.get_by_role("combobox", name="Model")
    model.tap()
    page.get_by_role("option").filter(has_text="Lite").tap()
    expect(model).to_have_value("gemini-3.5-flash-lite")
    phone.nodes.get_by_label("User message", exact=True).tap()
    page.keyboard.type("say A line from a telephone")
    page.get_by_role("button", name="Run", exact=True).tap()
    phone.run_ends("COMPLETED")
    assert fits(phone)
    result = phone.nodes.locator(".value--text")
    expect(result).to_contain_text("A line from a telephone")
    result.tap()
    large = page.locator(".large")
    expect(large).to_contain_text("A line from a telephone")
    assert not AXE.is_file() or violations(page) == []
    large.get_by_role("button", name="Close").tap()

    page.get_by_role("button", name="Runs", exact=True).tap()
    page.locator(".run").first.tap()
    entry = page.locator(".entry").first
    entry.locator(".entry__toggle").tap()
    expect(entry).to_contain_text("A line from a telephone")
    assert small_targets(page) == []
    entry.get_by_role("button", name=re.compile("canvas|Go to", re.IGNORECASE)).first.tap()
    expect(page.get_by_role("complementary", name="Runs")).to_have_count(0)
    expect(phone.nodes.first).to_be_in_viewport()

    page.get_by_role("button", name="Runs", exact=True).tap()
    page.get_by_role("tab", name="Schedules").tap()
    page.get_by_role("button", name="New schedule").tap()
    expect(page.locator(".preview-times li").first).to_be_visible()
    assert fits(phone)
    assert small_targets(page) == []
    assert not AXE.is_file() or violations(page) == []


@in_chromium
def test_a_param_is_edited_from_wherever_it_is_seen(phone: Editor) -> None:
    workflow_id = phone.open_graph([TEXT, WRITER], [edge("t", "w", "userMessage")])
    page = phone.page
    page.get_by_role("button", name="Show everything").tap()
    expect(page.locator('.canvas[data-distance="middle"]')).to_be_visible()
    field = phone.node("t").get_by_label("Text", exact=True)
    page.touchscreen.tap(*center(field))  # it is too small, and comes near
    expect(field).to_be_focused()
    expect(page.get_by_label("Zoom: 100 percent")).to_be_visible()
    expect(field).to_be_in_viewport(ratio=1)
    page.keyboard.press("End")
    page.keyboard.type(" there")
    phone.saved()
    assert phone.stored(workflow_id)["nodes"][0]["data"]["text"] == "say Hello there"
    for _ in range(8):
        phone.zoom("out")
    expect(phone.node("t").locator(".node--far")).to_be_visible()
    expect(phone.edges).to_have_count(1)
    phone.node("t").tap()
    expect(page.locator('.canvas[data-distance="nearest"]')).to_be_visible()
    expect(field).to_be_in_viewport(ratio=1)


@in_chromium
def test_the_canvas_pans_and_zooms_and_a_swipe_moves_no_node(phone: Editor) -> None:
    phone.open_graph([TEXT, WRITER], [edge("t", "w", "userMessage")])
    page = phone.page
    expect(page.locator('.canvas[data-distance="middle"]')).to_be_visible()
    page.get_by_role("button", name="Zoom: ").tap()
    expect(page.locator('.canvas[data-distance="nearest"]')).to_be_visible()
    phone.rests()
    fingers = Fingers(phone)

    def places() -> dict[str, str]:
        return {each: phone.node(each).evaluate("node => node.style.transform") for each in "tw"}

    def left() -> float:
        box = phone.node("t").bounding_box()
        assert box is not None
        return box["x"]

    placed, before = places(), left()
    x, y = center(phone.node("t").locator(".node__head"))
    on_node = (min(max(x, 60), 330), y)
    fingers.move((on_node, (on_node[0] + 50, y + 40)))  # over a node
    assert abs(left() - before - 50) < 12
    fingers.move(((200, 760), (140, 700)))  # over the canvas
    assert abs(left() - before + 10) < 24
    assert places() == placed

    fingers.move(((190, 400), (120, 330)), ((200, 420), (270, 490)))
    phone.rests()
    assert zoom(phone) > 130
    fingers.move(((100, 300), (190, 400)), ((290, 500), (200, 410)))
    phone.rests()
    assert zoom(phone) < 130
    assert places() == placed

    page.get_by_role("button", name="Show everything").tap()
    expect(page.locator('.canvas[data-distance="middle"]')).to_be_visible()
    phone.rests()
    phone.node("t").tap()
    expect(page.locator('.canvas[data-distance="nearest"]')).to_be_visible()
    phone.rests()
    expect(phone.node("t").locator(".node--selected")).to_be_visible()
    x, y = center(phone.node("t").locator(".node__icon"))
    fingers.move(((x, y), (x + 40, y + 60)))  # what is selected moves
    assert places()["t"] != placed["t"]
    assert places()["w"] == placed["w"]


@in_chromium
def test_pages_of_a_telephone_have_no_small_targets(phone: Editor) -> None:
    page = phone.page
    made = httpx.post(f"{phone.api}/api/templates/product-marketing-kit", trust_env=False)
    workflow_id = made.raise_for_status().json()["workflow"]["id"]
    for path in ("/workflows", "/keys", "/workflows/wrong/address"):
        page.goto(phone.api + path)
        expect(page.locator("h1")).to_be_visible()
        assert fits(phone), path
        assert small_targets(page) == [], path
        assert not AXE.is_file() or violations(page) == [], path
    phone.open(workflow_id)
    expect(phone.nodes).to_have_count(9)
    for _ in range(6):
        phone.zoom("in")
        assert small_targets(page) == [], zoom(phone)
    page.get_by_role("button", name="Runs", exact=True).tap()
    expect(page.get_by_role("complementary", name="Runs")).to_be_visible()
    assert fits(phone)
