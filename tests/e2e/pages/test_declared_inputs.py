"""A workflow is made a function on the canvas: inputs and results by a click, called with other values."""

import httpx
from playwright.sync_api import Locator, expect

from support.browser.axe import AXE, violations
from support.browser.editor import Editor, center, in_chromium, photo
from support.product.backend import edge, node


def open_writer(editor: Editor) -> int:
    """Open a workflow that writes about a topic, beside a photo that is cropped."""
    positions = {"what": (0, 0), "words": (360, 0), "photo": (0, 420), "crop": (360, 420)}
    nodes = [
        node("what", "text", label="Topic", text="say cats"),
        node("words", "llm", label="Writer"),
        photo(editor),
        node("crop", "crop", label="Crop", widthPercent=50),
    ]
    placed = [
        {**each, "position": dict(zip("xy", positions[each["id"]], strict=True))} for each in nodes
    ]
    edges = [edge("what", "words", "userMessage"), edge("photo", "crop", "image")]
    return editor.open_graph(placed, edges)


def entry(editor: Editor, section: str, title: str) -> Locator:
    found = editor.page.get_by_role("region", name=section).get_by_role("listitem")
    return found.filter(has=editor.page.get_by_text(title, exact=True))


def shows_what_a_run_was_given(editor: Editor) -> None:
    """Open the newest run: it says by title what it was given, and what came of it."""
    editor.page.get_by_role("tab", name="Runs").click()
    editor.page.locator(".run").first.click()
    given = editor.page.get_by_role("region", name="Inputs of the run")
    expect(given.get_by_role("group", name="Topic", exact=True)).to_contain_text("say dogs")
    expect(given.get_by_role("group", name="Crop: Width")).to_contain_text("50")
    photo_of_run = given.get_by_role("link", name="Open Photo").locator("img")
    expect(photo_of_run).to_be_visible()
    assert photo_of_run.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    results = editor.page.get_by_role("region", name="Results of the run")
    expect(results.get_by_role("group", name="Writer", exact=True)).to_contain_text("dogs")
    expect(results.get_by_role("group", name="Crop", exact=True).locator("img")).to_be_visible()


@in_chromium
def test_a_workflow_is_made_a_function_and_run_with_other_values(editor: Editor) -> None:
    page = editor.page
    workflow_id = open_writer(editor)
    topic = editor.node("what")
    declare = topic.get_by_role("button", name="Make “Text” an input of the workflow")
    page.mouse.click(*center(declare))  # too small from afar: it is brought near
    editor.rests()
    declare.click()
    expect(topic.get_by_role("button", name="“topic” is an input of the workflow")).to_be_visible()
    editor.menu("words", "Make it a result of the workflow")
    topic.get_by_role("button", name="“topic” is an input of the workflow").click()
    page.get_by_label("Add an input …").select_option(label="Photo")
    page.get_by_label("Add an input …").select_option(label="Crop: Width")
    page.get_by_label("Add a result …").select_option(label="Crop")
    expect(entry(editor, "Results", "Writer")).to_contain_text("Nothing yet.")

    width = entry(editor, "Inputs", "Crop: Width")
    width.get_by_text("How it is declared").click()
    name = width.get_by_label("Name for programs")
    name.fill("Left Part")
    expect(width).to_contain_text("Lower-case letters")
    name.fill("part")
    name.press("Enter")
    width.get_by_label("Every call must give it").check()
    width.get_by_role("button", name="Move Crop: Width up").click()
    editor.saved()
    saved = editor.stored(workflow_id)
    assert [each["name"] for each in saved["inputs"]] == ["topic", "part", "photo"]
    assert saved["inputs"][1]["required"] is True
    assert [each["nodeId"] for each in saved["outputs"]] == ["words", "crop"]

    form = entry(editor, "Inputs", "Topic").get_by_role("textbox", name="Topic")
    form.fill("say dogs")
    page.get_by_role("button", name="Run with these values").click()
    expect(entry(editor, "Results", "Writer")).to_contain_text("dogs")
    expect(entry(editor, "Results", "Crop").locator("img")).to_be_visible()
    editor.run_ends("COMPLETED")
    with httpx.Client(base_url=editor.api, trust_env=False) as client:
        newest = client.get(f"/api/workflows/{workflow_id}/runs").json()["items"][0]
        read = client.get(f"/api/runs/{newest['id']}").json()
    assert read["inputs"]["topic"] == "say dogs"
    assert set(read["inputs"]) == {"topic", "part", "photo"}
    assert {name: value["kind"] for name, value in read["outputs"].items()} == {
        "writer": "text",
        "crop": "image",
    }
    shows_what_a_run_was_given(editor)
    for theme in ("light", "dark") if AXE.is_file() else ():
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert violations(page, ".panel") == [], theme

    page.get_by_role("tab", name="Inputs").click()
    editor.node("what").get_by_role("button", name="Topic", exact=True).click()
    page.keyboard.press("Delete")
    expect(entry(editor, "Inputs", "Topic")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(entry(editor, "Inputs", "Topic")).to_have_count(1)


@in_chromium
def test_a_run_that_lacks_an_input_brings_the_keyboard_there(editor: Editor) -> None:
    page = editor.page
    image = node("photo", "image", label="Photo")
    declared = {"name": "product_photo", "nodeId": "photo", "param": "source"}
    document = {"name": "Photos", "nodes": [image], "edges": [], "inputs": [declared]}
    editor.open(editor.store(document))
    editor.run()
    lacking = entry(editor, "Inputs", "Product photo")  # made of the name
    expect(lacking.get_by_role("button").filter(has_text="Choose a file")).to_be_focused()
    expect(page.get_by_text("Give “Product photo” a value that can be used")).to_be_visible()
    editor.allow_console_error("422")
