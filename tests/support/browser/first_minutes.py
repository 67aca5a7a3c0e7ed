"""What a newcomer does in the first ten minutes, by mouse and keyboard.

A test goes through it, and the pictures of docs/editor.md are taken on the way.
"""

import re
from collections.abc import Generator
from typing import Final

from playwright.sync_api import ViewportSize, expect

from support.browser.editor import Editor, center

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
CHANGED: Final = ("details", "description", "post")
"""The nodes of the Marketing Kit that another brief makes out of date."""


def first_minutes(editor: Editor, wait_ms: float) -> Generator[str]:
    """Go from the list of workflows to a phone; give the name of each moment worth a picture.

    A run may take `wait_ms` milliseconds.
    """
    page = editor.page
    page.goto(f"{editor.api}/workflows")
    page.get_by_role("button", name="From a template").click()
    templates = page.get_by_role("dialog", name="Begin with")
    template = templates.locator('[data-template="product-marketing-kit"]')
    template.locator("img").evaluate("image => image.decode()")
    yield "minutes-template"

    template.click()
    name = page.get_by_label("Name of the workflow")
    expect(name).to_have_value(re.compile("Product Marketing Kit"))
    expect(editor.node("crop").get_by_alt_text("What it is cut from")).to_be_visible()
    _run(editor, wait_ms)
    expect(page.locator('.node[data-out-of-date="true"]')).to_have_count(0)
    yield "minutes-run"

    editor.node("details").get_by_label("Text", exact=True).click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nKeeps tea warm for six hours.")
    for node_id in CHANGED:
        expect(editor.node(node_id).get_by_text("Out of date", exact=True)).to_be_visible()
    yield "minutes-out-of-date"

    page.get_by_role("button", name=f"{len(CHANGED)} out of date").click()
    plan = page.get_by_role("dialog", name="What a run would do")
    run = plan.get_by_role("button", name=f"Run {len(CHANGED)} nodes")
    expect(run).to_be_enabled()
    yield "minutes-plan"
    run.click()
    expect(page.locator('.node[data-out-of-date="true"]')).to_have_count(0, timeout=wait_ms)
    _ended(editor, wait_ms)
    editor.status("crop", "REUSED")

    yield from _large_view(editor)
    yield from _comparison(editor)
    editor.saved()

    page.set_viewport_size(PHONE)
    page.reload()
    expect(editor.node("post").locator(".result")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_in_viewport(ratio=1)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    yield "minutes-phone"


def _large_view(editor: Editor) -> Generator[str]:
    """See a result large, and beside what it was made of."""
    page = editor.page
    editor.node("crop").get_by_role("button", name="Result").click()
    large = page.locator(".large")
    expect(large).to_be_visible()
    large.locator("img").first.evaluate("img => img.decode()")
    yield "minutes-large"

    large.get_by_role("button", name="Compare with the input").click()
    expect(large.get_by_alt_text("The input")).to_be_visible()
    large.get_by_alt_text("The input").evaluate("img => img.decode()")
    divider = large.locator(".stage__divider")
    before = center(divider)
    page.mouse.move(*before)
    page.mouse.down()
    page.mouse.move(before[0] - 120, before[1], steps=4)
    page.mouse.up()
    assert center(divider)[0] < before[0] - 60
    yield "minutes-before-after"
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()


def _comparison(editor: Editor) -> Generator[str]:
    """See what the last run did otherwise than the run before."""
    page = editor.page
    page.get_by_role("button", name="Runs", exact=True).click()
    runs = page.locator(".run")
    expect(runs).to_have_count(2)
    runs.first.click()
    page.get_by_role("button", name="Compare", exact=True).click()
    differences = page.get_by_role("list", name="Differences").get_by_role("listitem")
    expect(differences).to_have_count(len(CHANGED))
    expect(editor.node("details").locator(".node")).to_have_attribute("data-change", "changed")
    yield "minutes-compare"
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_role("status", name="A comparison")).to_have_count(0)
    page.locator(".panel").get_by_role("button", name="Close").click()


def _run(editor: Editor, wait_ms: float) -> None:
    editor.run()
    _ended(editor, wait_ms)


def _ended(editor: Editor, wait_ms: float) -> None:
    done = editor.page.locator('.run-controls__progress [data-status="COMPLETED"]')
    expect(done).to_be_visible(timeout=wait_ms)
