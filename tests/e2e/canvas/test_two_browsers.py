"""Two browsers on one workflow: what one does is seen in the other, and nobody loses a letter."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from support.browser.editor import VIEWPORT, Editor, center, in_chromium
from support.product.backend import node
from support.product.nodeloom import Up

SECONDS = 1.0
"""Within which an edit of one browser must be seen in the other, once it is saved."""


@pytest.fixture
def other(browser: Browser, product: Up) -> Iterator[Editor]:
    """The editor in another browser: nothing goes from one to the other but by the server."""
    context = browser.new_context(viewport=VIEWPORT)
    other = Editor(context.new_page(), product.addresses["api"])
    yield other
    context.close()
    assert other.console_errors == []


@in_chromium
def test_an_edit_is_seen_in_the_other_browser_within_a_second(
    editor: Editor, other: Editor
) -> None:
    workflow_id = editor.open_graph([node("a", "text", text="one")])
    other.open(workflow_id)
    theirs = other.node("a").get_by_label("Text", exact=True)
    expect(theirs).to_have_value("one")
    editor.node("a").get_by_label("Text", exact=True).fill("two")
    editor.saved()
    began = time.monotonic()
    expect(theirs).to_have_value("two")
    assert time.monotonic() - began < SECONDS

    x, y = center(editor.node("a").locator(".node__icon"))
    was = center(other.node("a"))
    editor.page.mouse.move(x, y)
    editor.page.mouse.down()
    editor.page.mouse.move(x + 150, y + 200, steps=5)
    editor.page.mouse.up()
    editor.saved()
    began = time.monotonic()
    other.page.wait_for_function(
        """y => document.querySelector('.react-flow__node-step').getBoundingClientRect().y > y""",
        arg=was[1],
    )
    assert time.monotonic() - began < SECONDS

    other.page.get_by_role("button", name="Select", exact=True).click()
    other.page.keyboard.press("a")
    other.page.keyboard.type("text")
    other.page.keyboard.press("Enter")
    expect(other.nodes).to_have_count(2)
    expect(editor.nodes).to_have_count(2)


@in_chromium
def test_two_who_type_in_different_nodes_lose_no_letter(editor: Editor, other: Editor) -> None:
    workflow_id = editor.open_graph(
        [node("a", "text", text=""), {**node("b", "text"), "position": {"x": 420, "y": 0}}]
    )
    other.open(workflow_id)
    editor.node("a").get_by_label("Text", exact=True).click()
    other.node("b").get_by_label("Text", exact=True).click()
    mine = "The quick brown fox jumps over the lazy dog. "
    theirs = "Sphinx of black quartz, judge my vow. " * 2
    for at in range(max(len(mine), len(theirs))):
        for window, text in ((editor, mine), (other, theirs)):
            if at < len(text):
                window.page.keyboard.type(text[at])
        if at % 9 == 8:
            editor.page.wait_for_timeout(800)  # long enough for both to save
    for window in (editor, other):
        window.saved()
        expect(window.node("a").get_by_label("Text", exact=True)).to_have_value(mine)
        expect(window.node("b").get_by_label("Text", exact=True)).to_have_value(theirs)
        expect(window.page.get_by_role("dialog")).to_have_count(0)
        window.allow_console_error("status of 409")
    stored = {each["id"]: each["data"]["text"] for each in editor.stored(workflow_id)["nodes"]}
    assert stored == {"a": mine, "b": theirs}


@in_chromium
def test_two_who_type_in_the_same_field_lose_no_letter_and_choose(
    editor: Editor, other: Editor
) -> None:
    page = editor.page
    workflow_id = editor.open_graph([node("a", "text", text="")])
    other.open(workflow_id)
    text = editor.node("a").get_by_label("Text", exact=True)
    theirs = other.node("a").get_by_label("Text", exact=True)
    dialog = page.get_by_role("dialog", name="changed in two places")
    text.click()
    page.context.set_offline(True)  # so that mine is not saved first
    page.keyboard.type("mine ")
    theirs.fill("theirs")
    other.saved()
    page.context.set_offline(False)
    for letter in "and more":  # slower than saving: the conflict is found meanwhile
        page.keyboard.type(letter)
        page.wait_for_timeout(400)
        expect(dialog).to_have_count(0)
    expect(page.locator('[data-save="conflict"]')).to_have_count(1)
    expect(text).to_have_value("mine and more")
    expect(dialog).to_be_visible()
    safe = dialog.get_by_role("button", name="Merge, theirs wins")
    expect(safe).to_be_focused()
    expect(dialog.get_by_label("Mine, in this window")).to_contain_text("mine and more")

    theirs.fill("theirs, later")
    other.saved()
    expect(dialog.get_by_label("Theirs, on the server")).to_contain_text("theirs, later")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(text).to_have_value("theirs, later")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(text).to_have_value("mine and more")
    expect(theirs).to_have_value("mine and more")
    editor.allow_console_error("status of 409")
    editor.allow_console_error("ERR_INTERNET_DISCONNECTED")
