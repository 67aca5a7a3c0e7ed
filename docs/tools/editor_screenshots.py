"""Pictures of the editor at work, from a running Nodeloom; `take_screenshots.py` calls them."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

import httpx
from drawn_workflows import asset, from_template, node_at
from function_screenshots import batches, forms, image_tools
from function_screenshots import take_screenshot as take_page_screenshot
from playwright.sync_api import Browser, Locator, expect
from template_screenshots import templates

from support.browser.editor import Editor, center
from support.browser.first_minutes import first_minutes
from support.product.backend import edge

VIEWPORT: Final = {"width": 1440, "height": 900}
ANSWER: Final = 300_000
"""Milliseconds that the demo model may take on a loaded machine."""


def take_screenshot(editor: Editor, name: str) -> None:
    """Write what is to be seen."""
    take_page_screenshot(editor.page, name)


def marketing_kit(editor: Editor) -> None:
    """The Marketing Kit as it opens, while it runs, and done; light and dark."""
    editor.open(from_template(editor, "product-marketing-kit"))
    expect(editor.node("crop").get_by_alt_text("What it is cut from")).to_be_visible()
    take_screenshot(editor, "editor-first-visit")
    editor.page.get_by_role("button", name="More ways to run").click()
    editor.page.get_by_role("menuitem", name="Run everything anew").click()
    expect(editor.page.locator(".result--live")).to_be_visible(timeout=ANSWER)
    take_screenshot(editor, "editor-running")
    done = editor.page.locator('.run-controls__progress [data-status="COMPLETED"]')
    expect(done).to_be_visible(timeout=ANSWER)
    take_screenshot(editor, "editor")
    editor.page.emulate_media(color_scheme="dark")
    take_screenshot(editor, "editor-dark")
    editor.page.emulate_media(color_scheme="light")


def minutes(editor: Editor) -> None:
    """What a newcomer does in the first ten minutes."""
    for moment in first_minutes(editor, ANSWER):
        take_screenshot(editor, moment)


def refusals(editor: Editor) -> None:
    """A connection of the wrong kind, a circle, and the list of models."""
    editor.open_graph(
        [
            node_at(0, 60, "photo", "image", source=asset(editor, "coffee.jpg")),
            node_at(420, 0, "first", "llm", userMessage="Describe the cup."),
            node_at(840, 120, "second", "llm"),
        ],
        [edge("first", "second", "userMessage")],
    )
    editor.draw("photo", "second", "systemPrompt")
    take_screenshot(editor, "editor-wrong-connection")
    editor.page.mouse.up()
    editor.draw("second", "first", "systemPrompt")
    take_screenshot(editor, "editor-circle")
    editor.page.mouse.up()
    editor.node("first").get_by_role("combobox", name="Model").click()
    take_screenshot(editor, "editor-models")


def media(editor: Editor) -> None:
    """A crop drawn on the picture, and a moment found by scrubbing."""
    editor.open_graph(
        [
            node_at(0, 0, "photo", "image", source=asset(editor, "coffee.jpg")),
            node_at(0, 400, "film", "video", source=asset(editor, "product.mp4")),
            node_at(420, 0, "crop", "crop"),
            node_at(840, 0, "frame", "frame"),
        ],
        [edge("photo", "crop", "image"), edge("film", "frame", "video")],
    )
    area = editor.node("crop").locator(".rectangle__area")
    area.locator("img").evaluate("img => img.decode()")
    box = area.bounding_box()
    assert box is not None
    mouse = editor.page.mouse
    mouse.move(box["x"] + 0.14 * box["width"], box["y"] + 0.06 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.9 * box["height"], steps=5)
    take_screenshot(editor, "editor-crop")
    mouse.up()
    x, y = center(editor.node("frame").get_by_role("slider"))
    mouse.click(x + 60, y)
    take_screenshot(editor, "editor-frame")


def states(editor: Editor) -> None:
    """Failed, skipped and stopped."""
    story = "Tell a long story of a cup."
    editor.open_graph(
        [
            node_at(
                0, 0, "lost", "image", source={"kind": "url", "url": "https://shop.invalid/cup.jpg"}
            ),
            node_at(420, 0, "words", "llm", userMessage="Describe the cup."),
            node_at(840, 0, "idea", "llm", userMessage=story, maxOutputTokens=4000),
        ],
        [edge("lost", "words", "images")],
    )
    editor.run()
    skipped = editor.node("words").locator('[data-status="SKIPPED"]').first
    expect(skipped).to_be_visible(timeout=ANSWER)
    editor.page.get_by_role("button", name="Stop").click()
    editor.status("idea", "CANCELLED")
    take_screenshot(editor, "editor-failed-skipped-stopped")


def keyboard(editor: Editor) -> None:
    """The keyboard alone: a node added, one connected; and all settings of a node."""
    editor.open_graph(
        [
            node_at(0, 0, "task", "text", text="Write a haiku."),
            node_at(460, 0, "poet", "llm", label="Poet"),
        ]
    )
    press = editor.page.keyboard.press
    press("a")
    take_screenshot(editor, "editor-add")
    press("Escape")
    editor.node("task").focus()
    press("Enter")
    press("c")
    take_screenshot(editor, "editor-keyboard")
    editor.page.keyboard.type("user")
    press("Enter")
    editor.menu("poet", "All settings")
    press("Control+a")
    press("Control+g")
    take_screenshot(editor, "editor-settings-group")


def conflict(editor: Editor) -> None:
    """Two windows that changed the same."""
    nodes = [node_at(0, 0, "a", "text", label="Task"), node_at(420, 0, "b", "llm", label="Writer")]
    workflow_id = editor.open_graph(nodes, [edge("a", "b", "userMessage")])
    theirs = editor.stored(workflow_id)
    document = {key: theirs[key] for key in ("name", "nodes", "edges", "viewport")}
    document["nodes"][0]["data"]["text"] = "Write a long letter."
    document["nodes"].append(node_at(840, 0, "c", "llm", label="Critic"))
    editor.page.context.set_offline(True)
    editor.node("a").get_by_label("Text", exact=True).fill("Write a short letter.")
    httpx.put(
        f"{editor.api}/api/workflows/{workflow_id}",
        json=document,
        headers={"If-Match": str(theirs["revision"])},
        trust_env=False,
    ).raise_for_status()
    editor.page.context.set_offline(False)
    expect(editor.page.get_by_role("dialog")).to_be_visible()
    take_screenshot(editor, "editor-conflict")


def history(editor: Editor) -> None:
    """Runs, one of them node by node, what a run would do, and an old version on the canvas."""
    page = editor.page
    workflow_id = from_template(editor, "product-marketing-kit")
    editor.open(workflow_id)
    crop = {"scope": {"kind": "until", "nodeId": "crop"}, "reuse": "always"}
    for wanted in ({"reuse": "never"}, crop):
        run_to_its_end(editor, workflow_id, wanted)
    words = editor.node("details").get_by_label("Text", exact=True)
    words.fill(words.input_value() + "\nKeeps tea warm for six hours.")
    editor.saved()
    words.blur()
    page.keyboard.press("p")
    expect(page.locator(".plan__summary")).to_be_visible()
    take_screenshot(editor, "editor-preview")
    page.keyboard.press("Escape")

    page.reload()
    page.get_by_role("button", name="Runs", exact=True).click()
    expect(page.locator(".run")).to_have_count(2)
    take_screenshot(editor, "editor-runs")
    page.locator(".run").last.click()
    shown = page.locator(".entry").filter(has_text="Crop to the cup")
    shown.locator(".entry__toggle").click()
    wait_for_images(shown)
    shown.locator(".entry__head").evaluate("head => head.scrollIntoView({ block: 'start' })")
    take_screenshot(editor, "editor-run-nodes")

    page.get_by_role("tab", name="Versions").click()
    first = page.locator(".version").last
    first.get_by_role("button", name="Name ").click()
    page.get_by_label("Name of the version").fill("Sent to the customer")
    page.keyboard.press("Enter")
    first.get_by_role("button", name="Pin ").click()
    page.get_by_role("button", name="Look at “Sent to the customer”").click()
    expect(page.get_by_role("status", name="An older version")).to_be_visible()
    page.mouse.move(700, 450)
    take_screenshot(editor, "editor-versions")


def results(editor: Editor) -> None:
    """What a changed brief makes out of date; a result as large as the window, and before and after."""
    page = editor.page
    workflow_id = from_template(editor, "product-marketing-kit")
    editor.open(workflow_id)
    run_to_its_end(editor, workflow_id, {"reuse": "never"})
    page.reload()
    words = editor.node("details").get_by_label("Text", exact=True)
    words.fill(words.input_value() + "\nKeeps tea warm for six hours.")
    expect(page.get_by_role("button", name="out of date")).to_be_visible()
    take_screenshot(editor, "editor-out-of-date")
    editor.node("crop").get_by_role("button", name="Result").click()
    large = page.locator(".large")
    wait_for_images(large)
    take_screenshot(editor, "editor-large")
    large.get_by_role("button", name="Compare with the input").click()
    wait_for_images(large)
    take_screenshot(editor, "editor-before-after")
    page.keyboard.press("Escape")
    editor.run()
    stale = page.locator('.node[data-out-of-date="true"]')
    expect(stale).to_have_count(0, timeout=ANSWER)
    editor.run_ends("COMPLETED")
    page.get_by_role("button", name="Runs", exact=True).click()
    page.locator(".run").first.click()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="Compare runs")).to_be_visible()
    take_screenshot(editor, "editor-compare")
    page.get_by_role("tab", name="Results").click()
    take_screenshot(editor, "editor-results")


def schedules(editor: Editor) -> None:
    """A schedule that is there, and the form of another one."""
    workflow_id = editor.open_graph(
        [
            node_at(0, 0, "task", "text", text="What is new?"),
            node_at(420, 0, "poet", "llm", label="Writer"),
        ],
        [edge("task", "poet", "userMessage")],
    )
    weekdays = {"kind": "cron", "cron": "0 9 * * 1-5", "timeZone": "Europe/Berlin"}
    httpx.post(
        f"{editor.api}/api/workflows/{workflow_id}/schedules",
        json={"name": "Mornings", "timing": weekdays},
        trust_env=False,
    ).raise_for_status()
    editor.page.get_by_role("button", name="Runs", exact=True).click()
    editor.page.get_by_role("tab", name="Schedules").click()
    expect(editor.page.locator(".schedule")).to_be_visible()
    take_screenshot(editor, "editor-schedules")
    editor.page.get_by_role("button", name="New schedule").click()
    editor.page.get_by_label("Time zone").fill("Europe/Berlin")
    expect(editor.page.locator(".preview-times li")).to_have_count(5)
    take_screenshot(editor, "editor-new-schedule")


def function(editor: Editor) -> None:
    """The inputs and results of a workflow."""
    run_to_its_end(editor, workflow_id := from_template(editor, "product-marketing-kit"), {})
    editor.open(workflow_id)
    editor.page.get_by_role("button", name="Runs", exact=True).click()
    editor.page.get_by_role("tab", name="Inputs").click()
    wait_for_images(editor.page.locator(".function"))
    take_screenshot(editor, "editor-function")


def workflows(editor: Editor) -> None:
    """The list of workflows, and files dropped into it."""
    page = editor.page
    templates = httpx.get(f"{editor.api}/api/templates", trust_env=False).json()["items"]
    with httpx.Client(base_url=editor.api, trust_env=False, timeout=60) as client:
        for each in client.get("/api/workflows?limit=100").json()["items"]:
            client.delete(f"/api/workflows/{each['id']}").raise_for_status()
    page.goto(f"{editor.api}/workflows")
    expect(page.locator(".template").last).to_be_visible()
    wait_for_images(page.locator("main"))
    take_screenshot(editor, "workflows-first-visit")
    made = {each["id"]: from_template(editor, each["id"]) for each in templates}
    run_to_its_end(editor, made["crop-grid"], {})
    page.reload()
    expect(page.locator(".card")).to_have_count(len(templates))
    wait_for_images(page.locator("main"))
    take_screenshot(editor, "workflows")
    lonely = node_at(0, 0, "cup", "crop")
    files = {"summer-campaign.json": json.dumps({"nodes": [lonely], "edges": [], "odd": 1})}
    files["notes.json"] = "{"
    page.evaluate(DROP_FILES_SCRIPT, [list(files.items()), ["dragenter", "dragover"]])
    take_screenshot(editor, "workflows-drop")
    page.evaluate(DROP_FILES_SCRIPT, [list(files.items()), ["drop"]])
    expect(page.locator(".report__failure")).to_be_visible()
    take_screenshot(editor, "workflows-imported")


def keys(editor: Editor) -> None:
    """Keys for programs, one just made."""
    page = editor.page
    with httpx.Client(base_url=editor.api, trust_env=False) as client:
        for each in client.get("/api/keys").json()["items"]:
            client.delete(f"/api/keys/{each['id']}").raise_for_status()
    page.goto(f"{editor.api}/keys")
    for name in ("Nightly catalogue", "Shop"):
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("button", name="Make a key").click()
        secret = page.get_by_label("Secret")
        expect(secret).to_be_visible()
        if name == "Shop":
            secret.evaluate("field => { field.value = 'nlk_' + '•'.repeat(40) }")
            take_screenshot(editor, "api-keys")
        page.get_by_role("button", name="I have it").click()


def screens(editor: Editor) -> None:
    """A small laptop, a tablet with its touch screen, and a telephone."""
    page = editor.page
    workflow_id = from_template(editor, "product-marketing-kit")
    run_to_its_end(editor, workflow_id, {"reuse": "always"})
    page.set_viewport_size({"width": 1280, "height": 720})
    editor.open(workflow_id)
    wait_for_images(editor.node("crop"))
    take_screenshot(editor, "editor-laptop")
    page.set_viewport_size({"width": 1024, "height": 768})
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(page.locator(".result").first).to_be_visible()
    wait_for_images(editor.node("crop"))
    take_screenshot(editor, "editor-tablet")
    page.get_by_role("button", name="Runs", exact=True).tap()
    page.locator(".run").first.tap()
    expect(page.locator(".entry").first).to_be_visible()
    take_screenshot(editor, "editor-tablet-runs")
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("localStorage.clear()")
    editor.open(workflow_id)
    take_screenshot(editor, "editor-phone")
    editor.node("details").tap()
    expect(page.locator('.canvas[data-distance="nearest"]')).to_be_visible()
    take_screenshot(editor, "editor-phone-near")


DROP_FILES_SCRIPT: Final = """([files, kinds]) => {
  const dataTransfer = new DataTransfer();
  for (const [name, text] of files) {
    dataTransfer.items.add(new File([text], name, { type: "application/json" }));
  }
  const init = { bubbles: true, cancelable: true, dataTransfer };
  for (const kind of kinds) document.body.dispatchEvent(new DragEvent(kind, init));
}"""


def run_to_its_end(editor: Editor, workflow_id: int, wanted: dict[str, Any]) -> None:
    """Run a workflow as a program does."""
    with httpx.Client(base_url=editor.api, trust_env=False, timeout=ANSWER / 1000) as client:
        run = client.post(f"/api/workflows/{workflow_id}/runs", json=wanted).raise_for_status()
        client.get(f"/api/runs/{run.json()['id']}/events").raise_for_status()


def wait_for_images(within: Locator) -> None:
    """Wait until the pictures are there."""
    for each in within.locator("img").all():
        each.scroll_into_view_if_needed()
        each.evaluate("img => img.decode()")


SCREENSHOTS: Final[dict[str, Callable[[Editor], None]]] = {
    each.__name__: each
    for each in (
        marketing_kit,
        minutes,
        refusals,
        media,
        states,
        keyboard,
        conflict,
        history,
        results,
        workflows,
        keys,
        screens,
        schedules,
        function,
        templates,
        forms,
        batches,
        image_tools,
    )
}


def take_screenshots(browser: Browser, api: str, names: Sequence[str] = ()) -> None:
    """Take those of these names, or all."""
    for name in names or SCREENSHOTS:
        with browser.new_context(
            viewport=VIEWPORT, color_scheme="light", has_touch=name == "screens"
        ) as context:
            SCREENSHOTS[name](Editor(context.new_page(), api))
