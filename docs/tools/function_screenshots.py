"""Pictures of a workflow that is used: as a form, by a link, row by row; `editor_screenshots.py` calls them."""

import io
import re
from pathlib import Path
from typing import Any, Final

import httpx
from drawn_workflows import from_template, node_at
from PIL import Image
from playwright.sync_api import Page, expect

from support.browser.editor import MEDIA, Editor
from support.product.backend import edge

FOLDER: Final = Path(__file__).parents[1] / "img"
ANSWER: Final = 300_000
"""Milliseconds that the demo model may take on a loaded machine."""
KIT: Final = "marketing_kit"
DETAILS: Final = (
    "A stoneware cup, 250 ml, glazed by hand in rust red; for people who take their time."
)
PRODUCTS: Final = (
    "Product,Price\nA stoneware cup,24\nA linen apron,38\nA walnut board,45\nA copper kettle,89\n"
    "A wool blanket,120\nA beeswax candle,14\nA glass carafe,32\nAn oak stool,150\n"
)


def take_screenshot(page: Page, name: str) -> None:
    """Write what is to be seen, in 256 colours: a third of the size, and no difference to see."""
    page.wait_for_timeout(700)
    drawn = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    drawn.quantize(256, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


def forms(editor: Editor) -> None:
    """The Marketing Kit as a form: on a desktop with what came of it, on a telephone, and its link."""
    page = editor.page
    workflow_id = from_template(editor, "product-marketing-kit")
    _publish(editor, workflow_id, KIT)
    page.goto(f"{editor.api}/f/{KIT}")
    page.get_by_label("Product details").fill(DETAILS)
    for number, name in enumerate(("coffee.jpg", "product.mp4")):
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose a file").first.click()
        chooser.value.set_files(MEDIA / name)
        expect(page.locator('.media[data-state="success"]')).to_have_count(number + 1)
    page.get_by_role("button", name="Run", exact=True).click()
    photo = page.get_by_role("region", name="Cropped photo").locator("img")
    expect(photo).to_be_visible(timeout=ANSWER)
    photo.evaluate("image => image.decode()")
    take_screenshot(page, "form")
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("scrollTo(0, 0)")
    take_screenshot(page, "form-phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    editor.open(workflow_id)
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Inputs").click()
    published = page.get_by_role("region", name="Published")
    published.get_by_role("button", name="Share").click()
    expect(page.get_by_role("dialog", name=f"Share “{KIT}”")).to_be_visible()
    take_screenshot(page, "share-link")


def batches(editor: Editor) -> None:
    """A table that is about to be run, and its rows while they are."""
    page = editor.page
    document = {
        "name": "Slogans",
        "nodes": [
            node_at(0, 0, "product", "text", text="A stoneware cup"),
            node_at(420, 0, "slogan", "llm", systemPrompt="Write a short slogan for this product."),
        ],
        "edges": [edge("product", "slogan", "userMessage")],
        "inputs": [{"name": "product", "nodeId": "product", "param": "text", "required": True}],
        "outputs": [{"name": "slogan", "nodeId": "slogan"}],
    }
    page.goto(f"{editor.api}/workflows/{editor.store(document)}/batches")
    page.get_by_label("Paste a table").fill(PRODUCTS)
    run = page.get_by_role("button", name="Run 8 rows")
    expect(run).to_be_enabled()
    take_screenshot(page, "batch-preview")
    run.click()
    expect(page.get_by_role("status").first).to_contain_text(
        re.compile("[1-7] of 8 rows"), timeout=ANSWER
    )
    take_screenshot(page, "batch-rows")


def image_tools(editor: Editor) -> None:
    """A photograph turned, put on a colour, with another one over it, and all of them side by side."""
    page = editor.page
    files = {"file": ("coffee.jpg", (MEDIA / "coffee.jpg").read_bytes())}
    answer = httpx.post(f"{editor.api}/api/assets", files=files, trust_env=False)
    photo = {"kind": "asset", "assetId": answer.raise_for_status().json()["id"]}
    overlay: dict[str, Any] = {"xPercent": 60, "yPercent": 55, "widthPercent": 35}
    nodes = [
        node_at(0, 0, "photo", "image", source=photo),
        node_at(380, 0, "turn", "rotate", angle=12),
        node_at(380, 540, "tone", "adjust", saturation=-100, contrast=20),
        node_at(760, 0, "card", "background", color="#ffd27f", aspect="1:1", paddingPercent=8),
        node_at(760, 540, "stamp", "overlay", heightPercent=40, blend="multiply", **overlay),
        node_at(1140, 0, "sheet", "grid", cellWidth=320, cellHeight=240),
    ]
    edges = [
        edge("photo", "turn", "image"),
        edge("photo", "tone", "image"),
        edge("turn", "card", "image"),
        edge("photo", "stamp", "image"),
        edge("tone", "stamp", "overlay"),
        *(edge(name, "sheet", "images") for name in ("turn", "tone", "card", "stamp")),
    ]
    page.set_viewport_size({"width": 1600, "height": 1000})
    editor.open_graph(nodes, edges)
    editor.run()
    done = page.locator('.run-controls__progress [data-status="COMPLETED"]')
    expect(done).to_be_visible(timeout=ANSWER)
    take_screenshot(page, "editor-image-tools")


def _publish(editor: Editor, workflow_id: int, name: str) -> None:
    with httpx.Client(base_url=editor.api, trust_env=False, timeout=60) as client:
        client.delete(f"/api/functions/{name}")
        url = f"/api/workflows/{workflow_id}/publish"
        client.post(url, json={"name": name}).raise_for_status()
