"""The Marketing Kit, built from an empty canvas with the mouse, run, looked at and undone."""

import httpx
import pytest
from playwright.sync_api import expect

from support.browser.editor import MEDIA, Editor, center, in_chromium, overlap

SAID = "speak 0.5 A terracotta cup for five quiet minutes , warm to the last sip ."
COLUMNS = (270, 560, 850, 1140)
"""Where the nodes are dropped, in pixels of the screen; the canvas begins at 232."""


def build(editor: Editor) -> dict[str, str]:
    """Build the kit with the mouse; only its texts are typed."""
    for _ in range(4):
        editor.page.get_by_role("button", name="Zoom out").click()
    first, second, third, fourth = COLUMNS
    places = {
        "photo": ("image", first, 90),
        "film": ("video", first, 560),
        "crop": ("crop", second, 90),
        "copywriter": ("text", second, 420),
        "details": ("text", second, 560),
        "frame": ("frame", second, 700),
        "editor": ("text", third, 90),
        "description": ("llm", third, 300),
        "post": ("llm", fourth, 300),
    }
    ids = {name: editor.drag_in(*place) for name, place in places.items()}
    wires = {
        "crop.image": "photo",
        "frame.video": "film",
        "description.systemPrompt": "copywriter",
        "description.userMessage": "details",
        "description.images": "crop",
        "post.systemPrompt": "editor",
        "post.userMessage": "description",
        "post.images": "crop",
    }
    for target, source in wires.items():
        name, handle = target.split(".")
        editor.connect(ids[source], ids[name], handle)
    editor.connect(ids["frame"], ids["post"], "images")
    return ids


def fill(editor: Editor, ids: dict[str, str]) -> None:
    """Give the files and the texts."""
    editor.choose(ids["photo"], MEDIA / "coffee.jpg")
    video = editor.node(ids["film"]).locator(".media__empty").bounding_box()
    assert video is not None
    editor.drop(MEDIA / "product.mp4", "video/mp4", video["x"] + 20, video["y"] + 20)
    editor.uploaded(ids["film"])
    texts = {"copywriter": "You write for a shop.", "details": SAID, "editor": "Be short."}
    for name, text in texts.items():
        editor.node(ids[name]).get_by_label("Text", exact=True).fill(text)
    editor.rename(ids["description"], "LLM 1: description")
    editor.rename(ids["post"], "LLM 2: post")


@in_chromium
def test_the_marketing_kit_is_built_with_the_mouse_and_run(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.open_graph([])
    ids = build(editor)
    fill(editor, ids)
    editor.saved()
    stored = editor.stored(workflow_id)
    assert (len(stored["nodes"]), len(stored["edges"])) == (9, 9)
    expect(page.locator(".problems")).to_have_count(0)

    editor.run()
    running = editor.node(ids["description"]).locator(".node--RUNNING")
    expect(running).to_be_visible()
    glow = running.evaluate("node => getComputedStyle(node).animationName")
    assert glow == "glow"
    # Live text may miss its beginning: whoever listens a moment late hears the rest.
    expect(running.locator(".result--live")).to_contain_text("five quiet minutes")
    assert editor.page.locator(".connection--flowing").count() > 0
    editor.run_ends("COMPLETED")
    for node_id in ids.values():
        editor.done(node_id)
    said = "A terracotta cup for five quiet minutes , warm to the last sip ."
    expect(editor.node(ids["description"]).locator(".value--text")).to_contain_text(said)
    for name in ("crop", "frame"):
        image = editor.node(ids[name]).get_by_alt_text("Result")
        expect(image).to_be_visible()
        assert image.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0

    page.reload()
    expect(editor.nodes).to_have_count(9)
    expect(editor.edges).to_have_count(9)
    expect(editor.node(ids["post"]).locator(".node__label")).to_have_text("LLM 2: post")
    editor.status(ids["post"], "COMPLETED")
    editor.run()
    editor.status(ids["crop"], "REUSED")
    editor.run_ends("COMPLETED")

    steps = editor.undo_everything()  # a reload forgets nothing
    assert steps >= 9 + 9 + 2 + 3 + 2
    expect(editor.nodes).to_have_count(0)
    expect(page.get_by_role("heading", name="An empty canvas")).to_be_visible()
    redo = page.get_by_role("button", name="Redo", exact=True)
    for _ in range(steps):
        redo.click()
    expect(redo).to_be_disabled()
    expect(editor.edges).to_have_count(9)
    editor.uploaded(ids["photo"])
    editor.saved()


@pytest.mark.parametrize(
    ("template", "asks"),
    [("product-marketing-kit", "details"), ("product-listing-generator", "question")],
)
@in_chromium
def test_the_nodes_of_a_template_have_room_for_long_answers(
    editor: Editor, template: str, asks: str
) -> None:
    made = httpx.post(f"{editor.api}/api/templates/{template}", trust_env=False)
    editor.open(made.json()["workflow"]["id"])
    expect(editor.page.locator(".media[data-state=success]").first).to_be_visible()
    field = editor.node(asks).get_by_role("textbox", name="Text")
    editor.page.mouse.click(*center(field))  # from far away it comes near
    expect(field).to_be_focused()
    field.fill("say " + 90 * "well-roasted ")
    editor.saved()
    editor.run()
    editor.run_ends("COMPLETED")
    editor.page.keyboard.press("Control+z")  # the long question itself is not what is measured
    boxes = editor.boxes()
    for name, box in boxes.items():
        for other in set(boxes) - {name}:
            assert not overlap(box, boxes[other]), (name, other)
