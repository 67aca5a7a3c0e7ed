"""Results on the canvas: out of date and why, mended runs, the large view, room for what will come."""

import re
from typing import Any

from playwright.sync_api import Locator, expect

from support.browser.axe import AXE, violations
from support.browser.editor import Editor, center, in_chromium, photo
from support.product.backend import edge, node
from support.servers.scripted_model import ScriptedModel


def at(x: int, y: int, each: dict[str, Any]) -> dict[str, Any]:
    """Put a node somewhere."""
    return {**each, "position": {"x": x, "y": y}}


def texts(editor: Editor, said: str) -> int:
    """Open a brief that one model describes and another one posts, beside a picture and its crop."""
    return editor.open_graph(
        [
            at(0, 0, node("brief", "text", text=f"say {said}")),
            at(360, 0, node("describe", "llm")),
            at(720, 0, node("post", "llm", systemPrompt="Short.")),
            at(0, 420, photo(editor)),
            at(1080, 0, node("crop", "crop", widthPercent=50, heightPercent=50)),
        ],
        [
            edge("brief", "describe", "userMessage"),
            edge("describe", "post", "userMessage"),
            edge("photo", "crop", "image"),
        ],
    )


def ran(editor: Editor) -> None:
    """Press Run and wait for the end."""
    editor.run()
    editor.run_ends("COMPLETED")


def out_of_date(editor: Editor, *node_ids: str) -> None:
    """Wait until exactly these nodes say that they are out of date, and the bar how many."""
    shown = editor.page.locator('.node[data-out-of-date="true"]')
    expect(shown).to_have_count(len(node_ids))
    for node_id in node_ids:
        expect(editor.node(node_id).get_by_text("Out of date", exact=True)).to_be_visible()
    button = editor.page.get_by_role("button", name=re.compile("out of date$"))
    if node_ids:
        expect(button).to_have_text(f"{len(node_ids)} out of date")
    else:
        expect(button).to_have_count(0)


def field(editor: Editor, node_id: str, name: str) -> Locator:
    """Give a field of a node."""
    return editor.node(node_id).get_by_role("textbox", name=name, exact=True)


@in_chromium
def test_what_an_edit_makes_out_of_date_says_so_and_why(editor: Editor) -> None:
    page = editor.page
    texts(editor, "truth on the canvas")
    ran(editor)
    out_of_date(editor)
    field(editor, "brief", "Text").fill("say another truth")
    out_of_date(editor, "brief", "describe", "post")
    for node_id, reason in (
        ("brief", "“Text” changed."),
        ("describe", "An input changed: “Brief”."),
        ("post", "An input changed: “Describe”."),
    ):
        expect(editor.node(node_id).locator(".node__reason")).to_have_text(reason)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Digit0")  # zoomed out, everything is small
    expect(page.get_by_label("Zoom: 100 percent")).to_be_visible()
    for theme in ("light", "dark") if AXE.is_file() else ():
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert violations(page, ".canvas", ".run-controls__out-of-date") == [], theme
    page.get_by_role("button", name="Undo", exact=True).click()
    out_of_date(editor)
    page.get_by_role("button", name="Redo", exact=True).click()
    out_of_date(editor, "brief", "describe", "post")
    editor.saved()
    page.reload()
    out_of_date(editor, "brief", "describe", "post")

    page.get_by_role("button", name="3 out of date").click()
    plan = page.get_by_role("dialog", name="What a run would do")
    expect(plan.locator(".plan__summary")).to_contain_text("3 nodes to run. 2 model calls.")
    plan.get_by_role("button", name="Run 3 nodes").click()
    editor.status("crop", "REUSED")
    editor.run_ends("COMPLETED")
    out_of_date(editor)

    field(editor, "brief", "Text").fill("say truth on the canvas")  # made once: to be taken over
    out_of_date(editor, "brief", "describe", "post")
    ran(editor)
    for node_id in ("brief", "describe", "post", "crop"):
        editor.status(node_id, "REUSED")
    out_of_date(editor)
    field(editor, "post", "System prompt").fill("Long.")
    out_of_date(editor, "post")
    editor.menu("crop", "Delete")
    out_of_date(editor, "post")


@in_chromium
def test_an_edit_in_another_window_makes_results_out_of_date_here(editor: Editor) -> None:
    page = editor.page
    workflow_id = texts(editor, "two windows")
    ran(editor)
    other = Editor(page.context.new_page(), editor.api)
    other.open(workflow_id)
    out_of_date(other)
    field(other, "describe", "System prompt").fill("Be brief.")
    other.saved()
    page.bring_to_front()
    out_of_date(editor, "describe", "post")
    assert other.console_errors == []


@in_chromium
def test_a_result_of_a_part_makes_what_was_made_of_the_old_one_out_of_date(editor: Editor) -> None:
    texts(editor, "parts")
    ran(editor)
    field(editor, "brief", "Text").fill("say other parts")
    out_of_date(editor, "brief", "describe", "post")
    editor.menu("describe", "Run up to here")
    editor.run_ends("COMPLETED")
    out_of_date(editor, "post")
    expect(editor.node("post").locator(".node__reason")).to_have_text(
        "An input changed: “Describe”."
    )


@in_chromium
def test_retry_after_a_fix_runs_the_fix(editor: Editor, scripted_model: ScriptedModel) -> None:
    page = editor.page
    editor.open_graph(
        [
            at(0, 0, node("brief", "text", text="refuse")),
            at(360, 0, node("describe", "llm", settings={"retries": 0})),
            at(0, 420, node("other", "llm", userMessage="say untouched")),
        ],
        [edge("brief", "describe", "userMessage")],
    )
    editor.run()
    editor.run_ends("FAILED")
    retry = page.get_by_role("button", name="Retry", exact=True)
    expect(retry).to_be_visible()
    field(editor, "brief", "Text").fill("say mended by hand")
    out_of_date(editor, "brief", "describe")

    asked = scripted_model.count("refuse")
    page.get_by_role("button", name="More ways to run").click()
    page.get_by_role("menuitem", name="Retry with the inputs of that run").click()
    for _ in range(300):  # the run before it had failed, too
        if scripted_model.count("refuse") > asked:
            break
        page.wait_for_timeout(100)
    editor.run_ends("FAILED")
    out_of_date(editor, "brief", "describe")
    page.get_by_role("button", name="Run what changed").click()
    editor.run_ends("COMPLETED")
    expect(editor.node("describe").get_by_label("Result", exact=True)).to_contain_text(
        "mended by hand"
    )
    editor.status("other", "REUSED")
    out_of_date(editor)
    assert scripted_model.count("refuse") == asked + 1


@in_chromium
def test_retry_right_after_typing_runs_what_was_typed(editor: Editor) -> None:
    editor.open_graph(
        [
            at(0, 0, node("brief", "text", text="refuse")),
            at(360, 0, node("describe", "llm", settings={"retries": 0})),
        ],
        [edge("brief", "describe", "userMessage")],
    )
    editor.run()
    editor.run_ends("FAILED")
    field(editor, "brief", "Text").fill("say quick hands")
    editor.page.get_by_role("button", name=re.compile("^(Retry|Run what changed)$")).click()
    editor.run_ends("COMPLETED")
    expect(editor.node("describe").get_by_label("Result", exact=True)).to_contain_text(
        "quick hands"
    )


@in_chromium
def test_results_cover_nothing_and_move_nothing(editor: Editor) -> None:
    editor.open_graph(
        [
            at(0, 0, node("long", "llm", userMessage="speak 0.05 " + 60 * "many words ")),
            at(360, 0, node("bad", "llm", userMessage="refuse", settings={"retries": 0})),
            at(720, 0, photo(editor)),
            at(1080, 0, node("crop", "crop", widthPercent=20)),
        ],
        [edge("photo", "crop", "image")],
    )
    expect(editor.node("long")).to_contain_text("No result yet")
    before = editor.boxes()
    ports = center(editor.port("crop", "image"))
    editor.run()
    expect(editor.page.locator(".result--live")).to_contain_text("many words")
    assert editor.boxes() == before
    editor.run_ends("FAILED")
    expect(editor.node("crop").get_by_alt_text("Result")).to_be_visible()
    expect(editor.node("bad").get_by_role("alert")).to_be_visible()
    assert editor.boxes() == before
    assert center(editor.port("crop", "image")) == ports


@in_chromium
def test_a_click_on_a_result_shows_it_large(editor: Editor) -> None:
    page = editor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    texts(editor, "**large** words to be read")
    ran(editor)
    result = editor.node("crop").get_by_role("button", name="Result, 300 × 200 pixels")
    result.click()
    large = page.get_by_role("dialog", name="Crop")
    image = large.get_by_alt_text("Crop, in full size")
    assert image.evaluate("img => img.decode().then(() => img.naturalWidth)") == 300
    expect(large).to_contain_text("300 × 200")

    percent = large.get_by_role("button", name=re.compile("^Zoom: "))
    expect(percent).to_have_text("100 %")
    page.mouse.move(*center(image))
    page.mouse.wheel(0, -400)
    expect(percent).not_to_have_text("100 %")
    page.keyboard.press("0")
    expect(percent).to_have_text("100 %")
    page.keyboard.press("+")
    expect(percent).to_have_text("140 %")

    large.get_by_role("button", name="Compare with the input").click()
    slider = large.get_by_role("slider", name="How much of the input is shown")
    expect(large.get_by_alt_text("The input")).to_be_visible()
    slider.focus()
    page.keyboard.press("End")
    expect(image).to_have_css("clip-path", "inset(0px 0px 0px 100%)")
    box = large.locator(".stage__frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 60, steps=3)
    page.mouse.up()
    expect(slider).to_have_value("25")

    large.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    kinds = "navigator.clipboard.read().then(all => all.flatMap(each => [...each.types]))"
    assert page.evaluate(kinds) == ["image/png"]
    with page.expect_download() as downloaded:
        large.get_by_role("button", name="Download").click()
    assert re.fullmatch(r"Crop\.(jpg|png|webp)", downloaded.value.suggested_filename)

    expect(large.get_by_role("status")).to_have_text(re.compile(r"^\d of 5$"))
    for theme in ("light", "dark") if AXE.is_file() else ():
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert violations(page, ".large") == [], theme
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(result).to_be_focused()


@in_chromium
def test_texts_are_read_large_one_after_the_other_by_keyboard(editor: Editor) -> None:
    page = editor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    texts(editor, "**large** words to be read")
    ran(editor)
    text = editor.node("post").get_by_role("group", name="Text that came out")
    text.focus()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog", name="Post")
    expect(large.locator(".markdown")).to_be_visible()
    describe = page.get_by_role("dialog", name="Describe")
    for _ in range(4):  # what ran beside it may be between the two
        if not describe.is_visible():
            page.keyboard.press("ArrowLeft")
    expect(describe.locator("strong")).to_have_text("large")
    describe.get_by_role("button", name="Show it as it was written").click()
    expect(describe.locator("pre")).to_have_text("**large** words to be read")
    describe.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == "**large** words to be read"
    page.keyboard.press("Escape")
    expect(text).to_be_focused()
    editor.node("describe").get_by_role("button", name="Copy the text").click()
    expect(page.get_by_text("Copied.")).to_be_visible()


@in_chromium
def test_a_result_is_dragged_to_the_canvas_as_a_node(editor: Editor) -> None:
    texts(editor, "drag")
    ran(editor)
    image = editor.node("crop").get_by_alt_text("Result")
    expect(image).to_be_visible()
    count = editor.nodes.count()
    image.drag_to(editor.page.locator(".react-flow__pane"), target_position={"x": 700, "y": 700})
    expect(editor.nodes).to_have_count(count + 1)
    expect(editor.page.locator(".node", has_text="Result").last).to_be_visible()


@in_chromium
def test_nodes_of_one_name_are_told_apart_and_none_is_called_by_its_id(editor: Editor) -> None:
    page = editor.page
    bare = {"position": {"x": 0, "y": 0}, "data": {"userMessage": "say hello there"}}
    editor.open_graph(
        [
            {**bare, "id": "llm-k3v9w2ab", "type": "llm"},
            {**bare, "id": "llm-m8x2c4de", "type": "llm", "position": {"x": 360, "y": 0}},
        ],
        [edge("llm-k3v9w2ab", "llm-m8x2c4de", "systemPrompt")],
    )
    expect(page.locator(".node__label")).to_have_text(["LLM", "LLM (2)"])
    expect(page.locator(".source__name")).to_have_text("LLM")
    page.keyboard.press("p")
    plan = page.get_by_role("dialog", name="What a run would do")
    expect(plan.locator(".plan__line strong")).to_have_text(["LLM", "LLM (2)"])
    expect(plan).not_to_contain_text("llm-")
    page.keyboard.press("Escape")
    ran(editor)
    page.get_by_role("button", name="Runs", exact=True).click()
    page.locator(".run").click()
    expect(page.locator(".entry__label")).to_have_text(["LLM", "LLM (2)"])
    expect(page.locator(".panel")).not_to_contain_text("llm-")
    page.get_by_role("button", name="Close", exact=True).click()
    made = editor.drag_in("llm", 900, 700)
    expect(editor.node(made).locator(".node__label")).to_have_text("LLM 2")
    editor.node(made).locator(".node__icon").click()
    page.keyboard.press("Control+d")
    expect(page.locator(".node__label").last).to_have_text("LLM 3")
