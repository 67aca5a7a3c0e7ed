"""Runs and versions are told apart, and compared: on the canvas, node by node, with a slider."""

import re

from playwright.sync_api import Locator, expect

from support.browser.axe import AXE, violations
from support.browser.editor import Editor, in_chromium, photo
from support.product.backend import edge, node

NOTHING_IS_COVERED = """() => {
  const tools = document.querySelector(".controls").getBoundingClientRect();
  const nodes = [...document.querySelectorAll(".react-flow__node")];
  const images = nodes.flatMap((node) => [...node.querySelectorAll("img")]);
  return images.every((image) => image.complete)
    && nodes.every((node) => node.getBoundingClientRect().bottom <= tools.top);
}"""
"""Whether every node is above the tools at the foot of the canvas, with all that it shows."""


def at(x: int, y: int, each: dict[str, object]) -> dict[str, object]:
    """Put a node somewhere."""
    return {**each, "position": {"x": x, "y": y}}


def open_cup(editor: Editor) -> int:
    """Open a workflow that crops a photo and says something."""
    return editor.open_graph(
        [
            at(0, 0, photo(editor)),
            at(360, 0, node("crop", "crop", widthPercent=50, heightPercent=40)),
            at(0, 420, node("what", "text", text="say A red cup to read about")),
            at(360, 420, node("words", "llm")),
        ],
        [edge("photo", "crop", "image"), edge("what", "words", "userMessage")],
    )


def text_of(editor: Editor, node_id: str) -> Locator:
    return editor.node(node_id).get_by_label("Text", exact=True)


def is_accessible(editor: Editor, *places: str) -> bool:
    """Whether axe finds nothing, light and dark; true where there is no axe."""
    for theme in ("light", "dark") if AXE.is_file() else ():
        editor.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert violations(editor.page, *places) == [], theme
    return True


@in_chromium
def test_two_runs_are_compared_and_settings_are_taken_over(editor: Editor) -> None:
    page = editor.page
    open_cup(editor)
    editor.run()
    editor.run_ends("COMPLETED")
    text_of(editor, "what").fill("say A blue cup to read about")
    width = editor.node("crop").get_by_label("Width", exact=True)
    width.fill("30")
    width.press("Tab")
    editor.saved()
    editor.run()
    expect(editor.node("words").get_by_label("Result")).to_contain_text("A blue cup")
    editor.run_ends("COMPLETED")

    page.get_by_role("button", name="Runs", exact=True).click()
    runs = page.locator(".run")
    expect(runs).to_have_count(2)
    expect(runs.first).to_contain_text("A blue cup to read about")
    expect(runs.last).to_contain_text("A red cup to read about")
    images = runs.get_by_alt_text("The last image of this run")
    expect(images).to_have_count(2)
    sources = [images.nth(each).get_attribute("src") for each in range(2)]
    assert sources[0] != sources[1]
    assert images.first.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    assert is_accessible(editor, ".panel")

    runs.first.click()
    differences = compare_with_the_run_before(editor)
    words = differences.filter(has_text="Other result")
    words.get_by_role("button", name="Words").first.click()
    expect(words.locator("del")).to_have_text("red")
    expect(words.locator("ins")).to_have_text("blue")
    crop = differences.filter(has_text="Crop")
    if crop.locator(".image-pair").count() == 0:
        crop.locator(".entry__toggle").click()
    expect(crop.get_by_role("group", name="Width")).to_contain_text("5030")
    assert is_accessible(editor, ".panel", ".preview-banner")
    slide(editor, crop)

    crop.get_by_role("button", name="Take its settings from before").click()
    expect(page.get_by_role("status", name="A comparison")).to_have_count(0)
    expect(width).to_have_value("50")
    expect(text_of(editor, "what")).to_have_value("say A blue cup to read about")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(width).to_have_value("30")


def compare_with_the_run_before(editor: Editor) -> Locator:
    """Compare the run that is open in the panel; give the nodes that differ."""
    page = editor.page
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="Compare runs")).to_be_focused()
    expect(page.get_by_role("status", name="A comparison")).to_be_visible()
    for node_id in ("crop", "what"):
        expect(editor.node(node_id).locator(".node")).to_have_attribute("data-change", "changed")
    for node_id in ("photo", "words"):
        expect(editor.node(node_id).locator("[data-change]")).to_have_count(0)
    differences = page.get_by_role("list", name="Differences").get_by_role("listitem")
    expect(differences).to_have_count(3)
    expect(page.get_by_text("3 nodes differ, 1 the same.")).to_be_visible()
    facts = page.get_by_role("row", name=re.compile("^Tokens"))
    expect(facts.get_by_role("cell")).to_have_count(2)
    page.wait_for_function(NOTHING_IS_COVERED)
    return differences


def slide(editor: Editor, crop: Locator) -> None:
    """Look at both images of a node with a slider between them."""
    page = editor.page
    crop.get_by_role("button", name="Compare with a slider").click()
    large = page.get_by_role("dialog", name="Crop")
    slider = large.get_by_role("slider", name="How much of the earlier image is shown")
    expect(large.get_by_alt_text("The earlier image")).to_be_visible()
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("51")
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)


@in_chromium
def test_versions_are_compared_by_keyboard(editor: Editor) -> None:
    page = editor.page
    workflow_id = open_cup(editor)
    text_of(editor, "what").fill("say A blue cup to read about")
    editor.saved()
    editor.node("crop").locator(".node__head").click()
    page.keyboard.press("Delete")
    expect(editor.nodes).to_have_count(3)
    editor.saved()

    page.keyboard.press("]")
    page.get_by_role("tab", name="Runs").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    compare = page.get_by_role("button", name=re.compile("^Compare “")).last
    compare.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Compare versions")).to_be_focused()
    expect(editor.nodes).to_have_count(4)
    expect(editor.node("crop").locator(".node")).to_have_attribute("data-change", "removed")
    expect(page.locator(".connection--removed")).to_have_count(1)
    differences = page.get_by_role("list", name="Differences").get_by_role("listitem")
    expect(differences).to_have_count(2)
    expect(page.get_by_text("2 nodes differ, 1 connection differs, 2 the same.")).to_be_visible()
    what = differences.filter(has_text="What")
    expect(what.locator("del")).to_have_text("red")
    assert is_accessible(editor, ".panel")

    removed = differences.filter(has_text="Removed")
    removed.locator(".entry__toggle").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(removed.get_by_role("button", name="Add the node as it was before")).to_be_focused()
    page.keyboard.press("Enter")
    expect(editor.nodes).to_have_count(4)
    expect(page.get_by_role("status", name="A comparison")).to_have_count(0)
    expect(editor.node("crop").get_by_label("Width", exact=True)).to_have_value("50")
    editor.saved()
    assert {each["id"] for each in editor.stored(workflow_id)["nodes"]} == {
        *("crop", "photo", "what", "words")
    }
