"""The canvas: wrong connections, groups, copies, files that are dropped and pasted, the keyboard."""

import re

from playwright.sync_api import expect

from support.browser.editor import MEDIA, Editor, center, in_chromium, overlap
from support.product.backend import edge, node

CHAIN = [node("a", "text", text="one"), node("b", "llm"), node("c", "llm"), node("p", "image")]
PLACES = {"a": (0, 0), "b": (420, 0), "c": (840, 0), "p": (0, 420)}


def chain(editor: Editor) -> int:
    """Open a text that feeds two models in a row, and a picture."""
    nodes = [
        {**each, "position": dict(zip("xy", PLACES[each["id"]], strict=True))} for each in CHAIN
    ]
    return editor.open_graph(nodes, [edge("a", "b", "userMessage"), edge("b", "c", "userMessage")])


@in_chromium
def test_a_wrong_connection_is_refused_and_says_why(editor: Editor) -> None:
    chain(editor)
    page = editor.page
    for source, target, handle, reason in (
        ("p", "b", "userMessage", "takes text, and this gives image"),
        ("a", "b", "images", "takes image, and this gives text"),
        ("c", "b", "systemPrompt", "That would be a circle"),
        ("a", "b", "userMessage", "These two are connected already"),
    ):
        editor.draw(source, target, handle)
        expect(page.locator(".connection-error")).to_contain_text(reason)
        page.mouse.up()
        expect(page.locator(".connection-error")).to_have_count(0)
        expect(editor.edges).to_have_count(2)
    editor.connect("a", "c", "systemPrompt")
    expect(page.locator(".add-menu")).to_have_count(0)


@in_chromium
def test_a_line_that_ends_in_the_empty_asks_which_node_shall_be_there(editor: Editor) -> None:
    editor.open_graph([node("p", "image")])
    page = editor.page
    page.mouse.move(*center(editor.port("p", "output")))
    page.mouse.down()
    page.mouse.move(1300, 700, steps=4)
    page.mouse.up()
    menu = page.locator(".add-menu")
    offered = menu.get_by_role("option").all_inner_texts()
    assert "Crop" in offered
    assert "Video" not in offered
    menu.get_by_role("option", name="Crop").click()
    expect(editor.edges).to_have_count(1)
    expect(editor.page.locator(".source__name")).to_have_text("P")


@in_chromium
def test_a_connected_field_is_grey_and_says_where_its_value_comes_from(editor: Editor) -> None:
    chain(editor)
    page = editor.page
    row = editor.node("c").locator(".row", has=page.locator('[data-handleid="systemPrompt"]'))
    expect(row.get_by_role("textbox")).to_be_enabled()
    row.get_by_role("textbox").fill("Be kind.")
    editor.connect("a", "c", "systemPrompt")
    expect(row.get_by_role("textbox")).to_be_disabled()
    expect(row.locator(".source__name")).to_have_text("A")
    row.get_by_role("button", name="Write around it").click()
    expect(row.get_by_role("textbox")).to_have_value("Be kind.\n\n{{input}}")
    expect(row.get_by_role("textbox")).to_be_enabled()
    row.locator(".source").hover()
    row.get_by_role("button", name="Disconnect A").click()
    expect(editor.edges).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(editor.edges).to_have_count(3)


@in_chromium
def test_nodes_are_duplicated_grouped_moved_and_arranged(editor: Editor) -> None:
    workflow_id = chain(editor)
    page = editor.page
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+d")
    expect(editor.nodes).to_have_count(8)
    expect(editor.edges).to_have_count(4)
    page.keyboard.press("Delete")
    expect(editor.nodes).to_have_count(4)

    press_and_drag(editor, "a", "p")
    expect(page.locator(".node--selected")).to_have_count(2)
    page.keyboard.press("Control+g")
    name = page.get_by_label("Name of the group")
    name.fill("Inputs")
    before = {each: center(editor.node(each)) for each in ("a", "p", "c")}
    frame = page.locator(".frame__head").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + frame["width"] - 20, frame["y"] + 10)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] - 50, frame["y"] + 90, steps=3)
    page.mouse.up()
    for each, by in (("a", 80), ("p", 80), ("c", 0)):
        assert abs(center(editor.node(each))[1] - before[each][1] - by) < 3
    editor.saved()
    groups = [each.get("group") for each in editor.stored(workflow_id)["nodes"]]
    assert [group and group["label"] for group in groups] == ["Inputs", None, None, "Inputs"]
    page.locator(".frame__head").click(position={"x": 200, "y": 10})
    page.keyboard.press("Control+Shift+g")
    expect(page.locator(".frame")).to_have_count(0)

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Arrange").click()
    page.wait_for_timeout(500)
    boxes = editor.boxes()
    for name, box in boxes.items():
        for other in set(boxes) - {name}:
            assert not overlap(box, boxes[other]), (name, other)


def press_and_drag(editor: Editor, first: str, last: str) -> None:
    """Select what lies between two nodes with the tool for it."""
    boxes = editor.boxes()
    editor.page.get_by_role("button", name="Select", exact=True).click()
    editor.page.mouse.move(boxes[first]["x"] - 15, boxes[first]["y"] - 15)
    editor.page.mouse.down()
    editor.page.mouse.move(boxes[last]["x"] + 100, boxes[last]["y"] + 60, steps=4)
    editor.page.mouse.up()
    editor.page.get_by_role("button", name="Pan", exact=True).click()


@in_chromium
def test_an_edge_is_led_elsewhere_and_taken_away(editor: Editor) -> None:
    workflow_id = chain(editor)
    page = editor.page
    start = center(editor.port("c", "userMessage"))
    page.mouse.move(start[0] - 16, start[1])
    page.mouse.down()
    page.mouse.move(*center(editor.port("c", "systemPrompt")), steps=5)
    page.mouse.up()
    editor.saved()
    ends = [each["targetHandle"] for each in editor.stored(workflow_id)["edges"]]
    assert sorted(ends) == ["systemPrompt", "userMessage"]
    expect(editor.node("c").locator(".row--connected .row__title")).to_have_text("System prompt")
    line = editor.edges.first
    line.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    expect(editor.edges).to_have_count(1)


@in_chromium
def test_nodes_are_copied_to_another_workflow(editor: Editor) -> None:
    other = editor.store({"name": "Another", "nodes": [], "edges": []})
    chain(editor)
    page = editor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    # A page that is left before its clipboard is written has written nothing.
    page.wait_for_function('async () => /"p"/.test(await navigator.clipboard.readText())')
    editor.open(other)
    page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    page.keyboard.press("Control+v")
    expect(editor.nodes).to_have_count(4)
    expect(editor.edges).to_have_count(2)
    assert not set(editor.ids()) & {"a", "b", "c", "p"}
    page.keyboard.press("Control+z")
    expect(editor.nodes).to_have_count(0)


@in_chromium
def test_files_are_dropped_on_the_canvas_and_pasted(editor: Editor) -> None:
    editor.open_graph([])
    page = editor.page
    editor.drop(MEDIA / "coffee.jpg", "image/jpeg", 500, 300)
    expect(editor.nodes).to_have_count(1)
    (image,) = editor.ids()
    editor.uploaded(image)
    expect(editor.node(image).locator(".node__label")).to_have_text("coffee")
    drawn = editor.node(image).locator("img")
    assert drawn.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    editor.paste_file(MEDIA / "flower.jpg", "image/jpeg")
    expect(editor.nodes).to_have_count(2)
    editor.drop(MEDIA / "product.mp4", "video/mp4", 1200, 600)
    expect(editor.page.locator('.media[data-state="success"]')).to_have_count(3)
    expect(page.locator(".media video[controls]")).to_be_visible()
    editor.drop(MEDIA / "CREDITS.md", "text/markdown", 500, 800)
    expect(page.get_by_role("alert")).to_contain_text("“CREDITS.md” cannot be used")
    expect(editor.nodes).to_have_count(3)


@in_chromium
def test_an_upload_that_fails_says_why_and_can_be_tried_again(editor: Editor) -> None:
    editor.open_graph([node("p", "image")])
    media = editor.node("p").locator(".media")
    expect(media).to_have_attribute("data-state", "idle")
    box = media.bounding_box()
    assert box is not None
    editor.drop(MEDIA / "CREDITS.md", "image/png", box["x"] + 30, box["y"] + 30)
    expect(media).to_have_attribute("data-state", "error")
    expect(media.get_by_role("status")).to_contain_text(re.compile("picture|image", re.IGNORECASE))
    with editor.page.expect_file_chooser() as opened:
        media.get_by_role("button", name="Another file").click()
    opened.value.set_files(MEDIA / "flower.jpg")
    editor.uploaded("p")
    editor.allow_console_error("status of 4")


@in_chromium
def test_the_settings_of_a_node_are_typed_and_taken_away(editor: Editor) -> None:
    workflow_id = editor.open_graph([node("b", "llm", userMessage="say hello")])
    editor.menu("b", "All settings")
    form = editor.node("b").get_by_role("group", name="How it runs")
    expect(form.get_by_label("Time limit, in s")).to_have_attribute("placeholder", "120")
    form.get_by_label("Retries").fill("2")
    form.get_by_label("Time limit, in s").fill("30")
    form.get_by_text("never").click()
    editor.saved()
    kept = editor.stored(workflow_id)["nodes"][0]["data"]["settings"]
    assert kept == {"retries": 2, "timeoutSeconds": 30, "reuse": "never"}
    for label in ("Retries", "Time limit, in s"):
        form.get_by_label(label).fill("")
        form.get_by_label(label).blur()
    form.get_by_text("auto").click()
    editor.saved()
    assert "settings" not in editor.stored(workflow_id)["nodes"][0]["data"]


@in_chromium
def test_a_workflow_is_built_and_run_with_the_keyboard_alone(editor: Editor) -> None:
    editor.open_graph([])
    page = editor.page
    press = page.keyboard.press
    press("a")
    expect(page.get_by_label("Node to add")).to_be_focused()
    page.keyboard.type("text")
    press("Enter")
    expect(page.locator("textarea:focus")).to_have_count(1)
    page.keyboard.type("say Good morning")
    press("Escape")
    press("a")
    expect(page.get_by_label("Node to add")).to_be_focused()
    page.keyboard.type("llm")
    press("Enter")
    expect(page.locator(".react-flow__node:focus")).to_contain_text("LLM")
    text, llm = editor.ids()
    while page.locator(f'.react-flow__node[data-id="{text}"]:focus').count() == 0:
        press("Shift+Tab")
    press("Enter")
    press("c")
    page.keyboard.type("user")
    press("Enter")
    expect(editor.edges).to_have_count(1)
    press("ArrowRight")
    press("Control+Enter")
    editor.run_ends("COMPLETED")
    expect(editor.node(llm).locator(".value--text")).to_have_text("Good morning")
