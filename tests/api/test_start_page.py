"""The page at `/`, in a real browser."""

import json
import shutil
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Page, async_playwright, expect

from api.news import TOKENS
from support.http import Worker, graph, text_node
from support.rows import completed, failed, running

CHROMIUM = shutil.which("chromium")
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> [a](javascript:alert(3))"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


class Watched:
    """A page, and what it complained about or asked of others."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: self._see(request.url))

    def _see(self, url: str) -> None:
        if not url.startswith(self.base):
            self.complaints.append(f"asked {url}")


@pytest.fixture
async def browser(served: httpx.AsyncClient) -> AsyncIterator[Watched]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        base = str(served.base_url).rstrip("/")
        watched = Watched(await chromium.new_page(), base)
        yield watched
        await chromium.close()
        assert watched.complaints == []


async def test_a_run_is_started_and_watched_and_hostile_text_stays_text(
    browser: Watched, served: httpx.AsyncClient, worker: Callable[[str], Worker]
):
    page = browser.page
    nodes = (text_node("a", label=HOSTILE), text_node("b"))
    await served.post("/api/workflows", json=graph(*nodes, name=HOSTILE))
    await page.goto(browser.base)
    await expect(page.locator("#workflows .name")).to_have_text(HOSTILE)
    await page.click("#workflows button")
    await expect(page.locator("#nodes > li")).to_have_count(2)

    executor = worker(page.url.rsplit("/", 1)[1])
    await executor.claim()
    said = {"kind": "text", "text": HOSTILE}
    await executor.change(running("a", input={"text": said}), completed("a", output=said))
    await executor.change(running("b"), failed("b"))
    done = page.locator("#nodes > li.COMPLETED")
    await expect(done.locator(".name")).to_have_text(HOSTILE)
    await expect(done.locator("pre").first).to_have_text(HOSTILE)
    await expect(page.locator("#nodes > li.FAILED .error")).to_have_text("No answer was given.")
    await page.click("#run-buttons button")
    await expect(page.locator("#run-title .status")).to_have_text("RUNNING")


async def test_live_text_is_shown_as_text_while_its_node_runs(
    browser: Watched, served: httpx.AsyncClient, worker: Callable[[str], Worker], app: Litestar
):
    page = browser.page
    await served.post("/api/workflows", json=graph(text_node("a")))
    await page.goto(browser.base)
    await page.click("#workflows button")
    await expect(page.locator("#nodes > li")).to_have_count(1)
    executor = worker(page.url.rsplit("/", 1)[1])
    await executor.claim()
    await executor.change(running("a"))
    await expect(page.locator("#nodes > li.RUNNING")).to_have_count(1)

    def hear(offset: int, text: str) -> None:
        token = {"nodeId": "a", "attempt": 1, "offset": offset, "text": text}
        app.state.parts.news.announce(TOKENS, f"{executor.run_id} {json.dumps(token)}")

    hear(0, "<b>tea 🍵")
    hear(8, " for")
    hear(20, " two")
    await expect(page.locator("#nodes pre")).to_have_text("<b>tea 🍵 for… two")
    await executor.change(completed("a", output={"kind": "text", "text": "The end"}))
    await expect(page.locator("#nodes pre")).to_have_text("The end")


async def test_an_uploaded_graph_is_listed_with_what_it_lacks(browser: Watched):
    page = browser.page
    lonely = b'{"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {}}'
    body = b'{"name": "Mine", "nodes": [' + lonely + b'], "edges": []}'
    await page.goto(browser.base)
    await page.set_input_files(
        "#upload", files=[{"name": "g.json", "mimeType": "application/json", "buffer": body}]
    )
    await expect(page.locator("#notice")).to_contain_text("Before it can run")
    await expect(page.locator("#workflows .name")).to_have_text("Mine")


async def test_the_reader_shows_the_document_without_asking_anybody(browser: Watched):
    page = browser.page
    await page.goto(f"{browser.base}/schema/reader")
    await expect(page.locator(".opblock").first).to_be_visible(timeout=20_000)
