"""Pictures of the templates for their gallery: each one's canvas after a run, without the tools around it."""

import io
from pathlib import Path
from typing import Final

import httpx
from drawn_workflows import from_template
from PIL import Image
from playwright.sync_api import expect

from support.browser.editor import Editor

FOLDER: Final = (
    Path(__file__).parents[2] / "web" / "src" / "pages" / "workflows" / "template-images"
)
SIZE: Final = (480, 240)
HIDE_TOOLS: Final = """() => {
  for (const each of document.querySelectorAll(".react-flow__panel, .react-flow__minimap")) {
    each.style.visibility = "hidden";
  }
}"""
MARGIN: Final = 16
"""Pixels of the screen around the nodes."""
ANSWER: Final = 300_000
"""Milliseconds that the demo model may take on a loaded machine."""


def templates(editor: Editor) -> None:
    """Write one picture for each template."""
    page = editor.page
    FOLDER.mkdir(exist_ok=True)
    for each in httpx.get(f"{editor.api}/api/templates", trust_env=False).json()["items"]:
        page.set_viewport_size({"width": 2000, "height": 1100})
        editor.open(from_template(editor, each["id"]))
        editor.run()
        done = page.locator('.run-controls__progress [data-status="COMPLETED"]')
        expect(done).to_be_visible(timeout=ANSWER)
        page.reload()
        expect(editor.nodes.first).to_be_visible()
        editor.idle()
        page.get_by_role("button", name="Show everything").dispatch_event("click")
        editor.rests()
        page.evaluate(HIDE_TOOLS)
        take_screenshot(editor, each["id"])


def take_screenshot(editor: Editor, name: str) -> None:
    """Write what the canvas shows of its nodes, in the proportions of a card."""
    canvas = editor.page.locator(".canvas")
    place = canvas.bounding_box()
    assert place is not None
    boxes = editor.boxes().values()
    left = min(box["x"] for box in boxes) - place["x"] - MARGIN
    top = min(box["y"] for box in boxes) - place["y"] - MARGIN
    right = max(box["x"] + box["width"] for box in boxes) - place["x"] + MARGIN
    bottom = max(box["y"] + box["height"] for box in boxes) - place["y"] + MARGIN
    width = max(right - left, (bottom - top) * SIZE[0] / SIZE[1])
    height = width * SIZE[1] / SIZE[0]
    x, y = (left + right - width) / 2, (top + bottom - height) / 2
    with Image.open(io.BytesIO(canvas.screenshot())) as image:
        shown = image.convert("RGB")
    card = Image.new("RGB", (round(width), round(height)), shown.getpixel((2, 2)))
    card.paste(shown, (-round(x), -round(y)))
    card.resize(SIZE, Image.Resampling.LANCZOS).save(FOLDER / f"{name}.webp", quality=80, method=6)
