"""The editor in Debian's Chromium, worked with mouse and keyboard as people do."""

import base64
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    FloatRect,
    Locator,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from support.product.backend import node

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
VIEWPORT: ViewportSize = {"width": 1600, "height": 1000}
TIMEOUT_MS = 30_000
"""How long to wait for something to be seen, in milliseconds: machines of tests are loaded."""
MEDIA = Path(__file__).parents[3] / "examples" / "media"

FILE_DROPPED = """([name, type, data, x, y]) => {
  const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type }));
  const target = document.elementFromPoint(x, y);
  const init = { bubbles: true, cancelable: true, clientX: x, clientY: y, dataTransfer };
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, init));
  }
}"""
FILE_PASTED = """([name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], name, { type }));
  const init = { bubbles: true, cancelable: true, clipboardData };
  (document.activeElement ?? document.body).dispatchEvent(new ClipboardEvent("paste", init));
}"""


def in_chromium(test: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a test that needs a browser."""
    reason = "Chromium is not installed (`apt-get install chromium`)"
    return pytest.mark.browser(pytest.mark.skipif(CHROMIUM is None, reason=reason)(test))


@contextmanager
def chromium() -> Generator[Browser]:
    """Start a browser."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Editor:
    """A window with the editor. It remembers what the page complained about or asked of others."""

    def __init__(self, page: Page, api: str) -> None:
        """Watch a page; `api` is the address of the product."""
        self.page = page
        self.api = api
        self.console_errors: list[str] = []
        self.open_requests: set[Request] = set()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("console", lambda message: self.console_errors.append(message.text))
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("request", self._see)
        page.on("requestfinished", self._see_end)
        page.on("requestfailed", self._see_end)

    def _see(self, request: Request) -> None:
        self.open_requests.add(request)
        if not request.url.startswith((self.api, "blob:", "data:")):
            self.console_errors.append(f"asked {request.url}")

    def _see_end(self, request: Request) -> None:
        self.open_requests.discard(request)

    def allow_console_error(self, part: str) -> None:
        """Take back complaints that a test is about: Chromium writes refused requests down."""
        self.console_errors = [each for each in self.console_errors if part not in each]

    # Workflows ------------------------------------------------------------------

    def store(self, document: Mapping[str, Any]) -> int:
        """Store a workflow by the API; give its id."""
        answer = httpx.post(f"{self.api}/api/workflows", json=document, trust_env=False)
        return answer.raise_for_status().json()["id"]

    def stored(self, workflow_id: int) -> dict[str, Any]:
        """Read a workflow by the API."""
        answer = httpx.get(f"{self.api}/api/workflows/{workflow_id}", trust_env=False)
        return answer.raise_for_status().json()

    def open(self, workflow_id: int) -> None:
        """Open a workflow."""
        self.page.goto(f"{self.api}/workflows/{workflow_id}")
        expect(self.page.get_by_label("Name of the workflow")).to_be_visible()

    def open_graph(
        self, nodes: list[dict[str, Any]], edges: list[dict[str, Any]] | None = None
    ) -> int:
        """Store a graph and open it; give the id of the workflow."""
        document = {"name": "A workflow", "nodes": nodes, "edges": edges or []}
        workflow_id = self.store(document)
        self.open(workflow_id)
        expect(self.nodes).to_have_count(len(nodes))
        return workflow_id

    def saved(self) -> None:
        """Wait until the server has everything."""
        expect(self.page.locator('[data-save="saved"]')).to_be_visible()

    def idle(self) -> None:
        """Wait until nothing was asked for half a second and all is answered; streams stay open."""
        calm, deadline = 0, time.monotonic() + TIMEOUT_MS / 1000
        while calm < 5:
            self.page.wait_for_timeout(100)
            asked = {each.url for each in self.open_requests if not each.url.endswith("/events")}
            calm = 0 if asked else calm + 1
            assert time.monotonic() < deadline, asked

    # The view -------------------------------------------------------------------

    def zoom(self, direction: str) -> None:
        """Press the button that zooms "in" or "out", and wait until the canvas rests."""
        shown = self.page.get_by_role("button", name="Zoom: ")
        before = shown.inner_text()
        self.page.get_by_role("button", name=f"Zoom {direction}").click()
        expect(shown).not_to_have_text(before)
        self.rests()

    def rests(self) -> None:
        """Wait until the canvas does not move any more."""
        moving = self.page.locator('.canvas[data-moving="true"]')
        calm = 0
        while calm < 3:
            self.page.wait_for_timeout(100)
            calm = 0 if moving.count() else calm + 1

    # Nodes ----------------------------------------------------------------------

    @property
    def nodes(self) -> Locator:
        """Every node on the canvas."""
        return self.page.locator(".node")

    @property
    def edges(self) -> Locator:
        """Every connection on the canvas."""
        return self.page.locator(".react-flow__edge")

    def node(self, node_id: str) -> Locator:
        """One node."""
        return self.page.locator(f'.react-flow__node[data-id="{node_id}"]')

    def drag_in(self, node_type: str, x: float, y: float) -> str:
        """Drag a node type from the side to a point of the screen; give the node's id."""
        before = set(self.ids())
        mouse = self.page.mouse
        dragged = self.page.locator(f'.node-category__type[data-type="{node_type}"]')
        dragged.scroll_into_view_if_needed()
        start = center(dragged)
        mouse.move(*start)
        mouse.down()
        mouse.move(start[0] + 12, start[1] + 6)
        mouse.move(x, y, steps=4)
        mouse.up()
        expect(self.nodes).to_have_count(len(before) + 1)
        (made,) = set(self.ids()) - before
        return made

    def ids(self) -> list[str]:
        """Give the ids of the nodes."""
        found = self.page.locator(".react-flow__node-step").evaluate_all(
            "nodes => nodes.map(node => node.dataset.id)"
        )
        return list(found)

    def boxes(self) -> dict[str, FloatRect]:
        """Give where the nodes are on the screen, and how large."""
        found = {each: self.node(each).bounding_box() for each in self.ids()}
        return {each: box for each, box in found.items() if box is not None}

    def port(self, node_id: str, handle: str) -> Locator:
        """Give the dot of an input, or of the output."""
        return self.node(node_id).locator(f'.port[data-handleid="{handle}"]')

    def draw(self, source: str, target: str, handle: str) -> None:
        """Draw a line from an output to an input, and keep the button down."""
        mouse = self.page.mouse
        mouse.move(*center(self.port(source, "output")))
        mouse.down()
        mouse.move(*center(self.port(target, handle)), steps=6)

    def connect(self, source: str, target: str, handle: str) -> None:
        """Connect an output with an input by dragging."""
        before = self.edges.count()
        self.draw(source, target, handle)
        self.page.mouse.up()
        expect(self.edges).to_have_count(before + 1)

    def rename(self, node_id: str, label: str) -> None:
        """Give a node a name by a double click on the one it has."""
        self.node(node_id).locator(".node__label").dblclick()
        field = self.node(node_id).get_by_label("Name of the node")
        field.fill(label)
        field.press("Enter")

    def status(self, node_id: str, status: str) -> None:
        """Wait for the state of a node."""
        shown = self.node(node_id).locator(".node")
        expect(shown).to_have_attribute("data-status", status)

    def done(self, node_id: str) -> None:
        """Wait until a node has its result; another test may have made it before."""
        shown = self.node(node_id).locator(".node")
        expect(shown).to_have_attribute("data-status", re.compile("COMPLETED|REUSED"))

    def menu(self, node_id: str, entry: str) -> None:
        """Choose from the menu of a node."""
        self.node(node_id).get_by_role("button", name="More for").click()
        self.page.get_by_role("menuitem", name=entry, exact=True).click()

    # Files ----------------------------------------------------------------------

    def choose(self, node_id: str, file: Path) -> None:
        """Choose a file by the file chooser of a node, and wait until it is uploaded."""
        with self.page.expect_file_chooser() as opened:
            self.node(node_id).get_by_role("button", name="Choose a file").click()
        opened.value.set_files(file)
        self.uploaded(node_id)

    def uploaded(self, node_id: str) -> None:
        """Wait until a file is there."""
        expect(self.node(node_id).locator(".media")).to_have_attribute("data-state", "success")

    def drop(self, file: Path, media_type: str, x: float, y: float) -> None:
        """Drop a file of the desktop on a point of the screen."""
        self.page.evaluate(FILE_DROPPED, [file.name, media_type, encoded(file), x, y])

    def paste_file(self, file: Path, media_type: str) -> None:
        """Paste a file."""
        self.page.evaluate(FILE_PASTED, [file.name, media_type, encoded(file)])

    # Runs -----------------------------------------------------------------------

    def run(self) -> None:
        """Press Run."""
        self.page.get_by_role("button", name="Run", exact=True).click()

    def run_ends(self, status: str) -> None:
        """Wait for the end of the run that is shown."""
        shown = self.page.locator(f'.run-controls__progress [data-status="{status}"]')
        expect(shown).to_be_visible(timeout=3 * TIMEOUT_MS)

    def undo_everything(self) -> int:
        """Press Undo until there is nothing left; say how often."""
        button = self.page.get_by_role("button", name="Undo", exact=True)
        count = 0
        while button.is_enabled():
            button.click()
            count += 1
        return count


def center(of: Locator) -> tuple[float, float]:
    """Give the middle of something, in pixels of the screen."""
    box = of.bounding_box()
    assert box is not None, f"{of} is not to be seen"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def overlap(a: FloatRect, b: FloatRect) -> bool:
    """Say whether two boxes cover each other."""
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return not beside and a["y"] < b["y"] + b["height"] and b["y"] < a["y"] + a["height"]


def encoded(file: Path) -> str:
    """Give a file as text."""
    return base64.b64encode(file.read_bytes()).decode()


def photo(editor: Editor) -> dict[str, Any]:
    """Upload a picture by the API; give a node with it."""
    files = {"file": ("coffee.jpg", (MEDIA / "coffee.jpg").read_bytes())}
    answer = httpx.post(f"{editor.api}/api/assets", files=files, trust_env=False, timeout=60)
    return node("photo", "image", source={"kind": "asset", "assetId": answer.json()["id"]})


def marketing_kit() -> dict[str, Any]:
    """Give the Marketing Kit as it lies in the examples."""
    text = (MEDIA.parent / "product-marketing-kit.json").read_text("utf-8")
    return json.loads(text)
