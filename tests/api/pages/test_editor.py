"""The editor as it is served, and what it does with hostile and live text, in a real browser."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from api.pages import editor
from db.assets import add_draft
from db.postgres.notify import LIVE_OUTPUT_CHANNEL
from db.queue.node_states import NodeChange
from schemas.wire.run import NodeStatus, RunStatus
from support.api.client import Api, Worker, graph, text_node
from support.database.rows import completed, failed, running
from support.nodes.added_types import added_node_types
from tasks.node_type.definition import ChildContext

CHROMIUM = shutil.which("chromium")
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> [a](javascript:alert(3))"


def in_chromium(test: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a test that needs a browser."""
    reason = "Chromium is not installed (`apt-get install chromium`)"
    return pytest.mark.browser(pytest.mark.skipif(CHROMIUM is None, reason=reason)(test))


async def newest_run(http_client: httpx.AsyncClient, workflow_id: int) -> str:
    """Give the id of the run that was started last."""
    return (await http_client.get(f"/api/workflows/{workflow_id}/runs")).json()["items"][0]["id"]


class Watched:
    """A page, and what it complained about or asked of others."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.console_errors: list[str] = []
        page.on("console", lambda message: self.console_errors.append(message.text))
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("dialog", lambda dialog: self.console_errors.append(dialog.message))
        page.on("request", lambda request: self._record_request(request.url))

    def _record_request(self, url: str) -> None:
        if not url.startswith(self.base):
            self.console_errors.append(f"asked {url}")


@pytest.fixture
async def browser(http_client: httpx.AsyncClient) -> AsyncIterator[Watched]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        base = str(http_client.base_url).rstrip("/")
        expect.set_options(timeout=30_000)  # machines of tests are loaded
        watched = Watched(await chromium.new_page(), base)
        yield watched
        await chromium.close()
        assert watched.console_errors == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/keys",
        "/webhooks",
        "/workflows",
        "/workflows/12",
        "/f/slogan",
        "/s/7b0c5d1e",
        "/workflows/12/runs/0198c0de-0000-7000-8000-000000000000",
    ],
)
async def test_every_address_of_a_page_gives_the_document_under_a_strict_policy(
    api: Api, path: str
):
    page = await api.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in policy
    assert not re.search(r"https?://|<script>|<style>", page.text)


async def test_the_parts_of_the_editor_may_be_kept_for_ever(api: Api):
    page = await api.get("/")
    loaded = re.findall(r'(?:src|href)="(/editor/[^"]+)"', page.text)
    assert {Path(path).suffix for path in loaded} == {".js", ".css", ".woff2"}
    for path in loaded:
        part = await api.get(path)
        assert part.status_code == 200
        assert "immutable" in part.headers["cache-control"]
    assert page.headers["cache-control"] == "no-cache"
    assert (await api.get("/icon.svg")).headers["content-type"] == "image/svg+xml"
    image = next((editor.BUNDLE / "editor").glob("*.webp"))
    assert (await api.get(f"/editor/{image.name}")).headers["content-type"] == "image/webp"


async def test_without_a_bundle_a_sentence_says_what_to_do(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(editor, "BUNDLE", tmp_path)
    for accept, begins in (("text/html", "<!doctype html>"), ("*/*", "The editor is not built")):
        page = await api.get("/", headers={"Accept": accept})
        assert page.status_code == 503
        assert page.text.startswith(begins)
        assert "make install" in page.text
    assert (await api.get("/editor/index.js")).status_code == 404


@in_chromium
async def test_a_run_is_started_and_watched_and_hostile_text_stays_text(
    browser: Watched, http_client: httpx.AsyncClient, worker: Callable[[str], Worker]
):
    page = browser.page
    nodes = (model_node("a", label=HOSTILE), model_node("b"))
    stored = (await http_client.post("/api/workflows", json=graph(*nodes, name=HOSTILE))).json()
    await page.goto(browser.base)
    await expect(page.get_by_label("Name of the workflow")).to_have_value(HOSTILE)
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.locator(".node--PENDING")).to_have_count(2)

    executor = worker(await newest_run(http_client, stored["id"]))
    await executor.claim()
    said = {"kind": "text", "text": HOSTILE}
    await executor.change(running("a", input={"text": said}))
    await expect(page.locator(".node--RUNNING .node__label")).to_have_text(HOSTILE)
    await executor.change(completed("a", output=said))
    await executor.change(running("b"), failed("b"))
    done = page.locator(".node--COMPLETED")
    await expect(done.locator(".node__label")).to_have_text(HOSTILE)
    await expect(done.locator(".value")).to_contain_text("<script>alert(2)</script>")
    assert await page.locator(".value a, .value img, .value script").count() == 0
    await expect(page.locator(".node--FAILED .reason")).to_have_text("No answer was given.")


@in_chromium
async def test_live_text_is_shown_as_text_while_its_node_runs(
    browser: Watched, http_client: httpx.AsyncClient, worker: Callable[[str], Worker], app: Litestar
):
    page = browser.page
    stored = (await http_client.post("/api/workflows", json=graph(model_node("a")))).json()
    await page.goto(f"{browser.base}/workflows/{stored['id']}")
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.locator(".node--PENDING")).to_have_count(1)
    executor = worker(await newest_run(http_client, stored["id"]))
    await executor.claim()
    await executor.change(running("a"))
    await expect(page.locator(".node--RUNNING")).to_have_count(1)

    def emit_token(offset: int, text: str) -> None:
        token = {
            "kind": "token",
            "nodeId": "a",
            "epoch": 1,
            "attempt": 1,
            "offset": offset,
            "text": text,
        }
        app.state.app_state.subscriptions.dispatch(
            LIVE_OUTPUT_CHANNEL, f"{executor.run_id} {json.dumps(token)}"
        )

    emit_token(0, "<b>tea 🍵")
    emit_token(8, " for")
    emit_token(12, " two")
    await expect(page.locator(".result--live")).to_have_text("<b>tea 🍵 for two")
    await executor.change(completed("a", output={"kind": "text", "text": "The end"}))
    await expect(page.locator(".value--text")).to_have_text("The end")


@in_chromium
async def test_each_output_is_shown_by_its_name_and_what_was_not_taken_has_none(
    branch_type: None,
    http_client: httpx.AsyncClient,
    worker: Callable[[str], Worker],
    browser: Watched,
):
    page = browser.page
    branches = [{"id": id, "type": "branch", "data": {}} for id in ("both", "one")]
    edges = [
        edge("a", "both", "text"),
        edge("a", "one", "text"),
        edge("one", "skipped", "text"),
        edge("one", "done", "text", leaves="otherwise"),
    ]
    nodes = [text_node(id) for id in ("a", "skipped", "done")] + branches
    placed = [
        node | {"position": {"x": 500 * (place % 3), "y": 600 * (place // 3)}}
        for place, node in enumerate(nodes)
    ]
    stored = (await http_client.post("/api/workflows", json=graph(*placed, edges=edges))).json()
    await page.goto(f"{browser.base}/workflows/{stored['id']}")
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.locator(".node--PENDING")).to_have_count(5)
    executor = worker(await newest_run(http_client, stored["id"]))
    await executor.claim()
    yes, no = ({"kind": "text", "text": f"It says {word}."} for word in ("yes", "no"))
    await executor.change(*(running(id) for id in ("a", "both", "one", "done")))
    await executor.change(
        completed("a"),
        completed("both", output=yes, other_outputs={"otherwise": no}),
        NodeChange("one", NodeStatus.COMPLETED, other_outputs={"otherwise": no}),
        NodeChange("skipped", NodeStatus.SKIPPED, skip_reason="not_taken"),
        completed("done", output=no),
    )
    node = page.locator('.react-flow__node[data-id="both"]')
    await expect(node.locator("section.result")).to_have_text(
        ["Has the wordIt says yes.", "Has it notIt says no."]
    )
    node = page.locator('.react-flow__node[data-id="one"]')
    await expect(node.locator("section.result")).to_have_text(["Has it notIt says no."])
    node = page.locator('.react-flow__node[data-id="skipped"]')
    await expect(node.locator(".node--NOT_TAKEN")).to_contain_text("Not taken")
    assert await node.locator(".result, .reason").count() == 0
    await executor.finish(RunStatus.COMPLETED)
    await expect(page.locator(".node--COMPLETED")).to_have_count(4)


@pytest.fixture
def branch_type() -> Iterator[None]:
    with added_node_types():
        yield


def model_node(id: str, **data: Any) -> dict[str, Any]:
    """A node whose result is not what is typed into it."""
    typed = {"label": id.upper(), "userMessage": "Hello", **data}
    return text_node(id) | {"type": "llm", "data": typed}


def edge(source: str, target: str, enters: str, leaves: str = "output") -> dict[str, str]:
    ends = {"source": source, "target": target, "sourceHandle": leaves, "targetHandle": enters}
    return {"id": f"{source}-{target}", **ends}


@in_chromium
async def test_previews_are_shown_while_their_node_works(
    browser: Watched,
    http_client: httpx.AsyncClient,
    worker: Callable[[str], Worker],
    app: Litestar,
    rows: Callable[..., Awaitable[Any]],
):
    page, state = browser.page, app.state.app_state
    stored = (await http_client.post("/api/workflows", json=graph(model_node("a")))).json()
    await page.goto(f"{browser.base}/workflows/{stored['id']}")
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.locator(".node--PENDING")).to_have_count(1)
    executor = worker(await newest_run(http_client, stored["id"]))
    await executor.claim()
    await executor.change(running("a"))
    context = ChildContext("local", state.store.local)
    for shade in (40, 200):
        file = BytesIO()
        Image.new("RGB", (8, 6), (shade, 0, 0)).save(file, "PNG")
        image = context.store_image(file.getvalue(), "image/png", (8, 6))
        await rows(add_draft, "local", uuid4(), image)
        source = {"kind": "preview", "nodeId": "a", "epoch": 1, "attempt": 1}
        preview = source | {"value": image.model_dump(mode="json")}
        state.subscriptions.dispatch(
            LIVE_OUTPUT_CHANNEL, f"{executor.run_id} {json.dumps(preview)}"
        )
        drawn = page.get_by_label("Result so far").locator(f'img[src*="{image.asset_id}"]')
        await expect(drawn).to_be_visible()
        assert await drawn.evaluate("each => each.decode().then(() => each.naturalWidth)") == 8
    await executor.change(completed("a", output={"kind": "text", "text": "The end"}))
    await expect(page.locator(".value--text")).to_have_text("The end")
    await expect(page.get_by_label("Result so far")).to_have_count(0)


@in_chromium
async def test_a_node_says_what_it_lacks(browser: Watched, http_client: httpx.AsyncClient):
    page = browser.page
    lonely = {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {}}
    await http_client.post("/api/workflows", json=graph(lonely))
    await page.goto(browser.base)
    await expect(page.locator(".problems li")).to_have_count(1)
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_role("dialog")).to_contain_text("This cannot run yet")
    await page.wait_for_timeout(1000)
    (refusal,) = browser.console_errors  # Chromium's own line; what was refused is not asked again
    assert "422" in refusal
    browser.console_errors.clear()
    # Another choice is another question, which is refused, too.
    async with page.expect_response(lambda answer: answer.status == 422):
        await page.get_by_label("Earlier results").select_option("never")
    await expect(page.get_by_role("dialog")).to_contain_text("This cannot run yet")
    await page.wait_for_timeout(500)
    assert all("422" in each for each in browser.console_errors)
    browser.console_errors.clear()


@in_chromium
async def test_the_reader_shows_the_document_without_asking_anybody(browser: Watched):
    page = browser.page
    await page.goto(f"{browser.base}/schema/reader")
    await expect(page.locator(".opblock").first).to_be_visible(timeout=20_000)
