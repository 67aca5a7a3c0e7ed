"""A run is paused and resumed in the editor, which shows truly where it is, also after a reload."""

import re

from playwright.sync_api import Locator, expect

from support.browser.editor import Editor, in_chromium
from support.product.backend import edge, node
from support.servers.scripted_model import ScriptedModel


def badge(editor: Editor) -> Locator:
    """Where the shown run is, as the bar says."""
    return editor.page.get_by_role("status", name="State of the run")


@in_chromium
def test_a_run_is_paused_and_resumed(editor: Editor, scripted_model: ScriptedModel) -> None:
    page, first, second = editor.page, "wait 4 say before the break", "say after the break"
    nodes = [node("first", "llm", userMessage=first), node("second", "llm", userMessage=second)]
    nodes[1]["position"] = {"x": 360, "y": 0}
    editor.open_graph(nodes, [edge("first", "second", "systemPrompt")])
    editor.run()
    editor.status("first", "RUNNING")
    bar = page.locator(".run-controls")
    bar.get_by_role("button", name="Pause", exact=True).click()
    expect(badge(editor)).to_have_text("Pausing")
    expect(badge(editor)).to_have_text("Paused", timeout=30_000)
    editor.status("first", "COMPLETED")
    editor.status("second", "PENDING")
    expect(bar).to_contain_text("1 of 2")
    expect(bar.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(bar.locator(".run-controls__duration")).to_be_empty()

    page.get_by_role("button", name="Runs", exact=True).click()
    run = page.locator(".run")
    expect(run.locator('[data-status="WAITING"]')).to_have_text("Paused")
    which = page.get_by_label("Which runs")
    which.select_option("Going on")
    expect(run).to_have_count(0)
    which.select_option("Paused")
    expect(run).to_have_count(1)

    page.reload()
    expect(badge(editor)).to_have_text("Paused", timeout=30_000)
    assert scripted_model.count(second) == 0
    bar.get_by_role("button", name="Resume", exact=True).click()
    editor.run_ends("COMPLETED")
    editor.done("second")
    expect(badge(editor)).to_have_text("Done")
    expect(page.get_by_role("button", name=re.compile("Pause|Resume"))).to_have_count(0)
    assert (scripted_model.count(first), scripted_model.count(second)) == (1, 1)
