"""Opening Prefect's dashboard in a real browser: it asks once, says where to look, and lets in."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from local.prefect.auth import get_auth_string, sign_in_url
from support.product.prefect_server import PrefectServer

RUNS = re.compile("Run a task or flow to get started|^[0-9,]+ (flow )?runs?$")
"""What Prefect's page of runs says, without and with runs, in its older form and its newer one."""
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    """A browser that was never here."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await chromium.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(120_000)  # Prefect's page is large
        yield context
        await chromium.close()


@pytest.fixture
def root(prefect_server: PrefectServer) -> str:
    return prefect_server.api_url.removesuffix("/api")


async def shown(page: Page) -> None:
    """Wait until Prefect's own page of runs is there, with what it has asked its server for."""
    await page.get_by_text(RUNS).first.wait_for()


async def test_a_page_asks_for_the_password_and_then_goes_where_one_wanted(
    context: BrowserContext, root: str, home: Path, tmp_path: Path
) -> None:
    page = await context.new_page()
    await page.goto(f"{root}/runs")
    await page.get_by_role("heading", name="Prefect asks for its password").wait_for()
    await page.screenshot(path=tmp_path / "asks.png")
    field = page.get_by_label("Password")

    await field.fill("not it")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("alert").get_by_text("That is not the password.").wait_for()
    assert "/sign-in" in page.url

    await field.fill(get_auth_string(home) or "")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(re.compile(r"/(v2/)?runs"))
    await shown(page)
    assert await page.get_by_text("Unauthorized").count() == 0
    await page.screenshot(path=tmp_path / "in.png")


async def test_the_printed_link_signs_in_and_the_browser_is_known_from_then_on(
    context: BrowserContext, root: str, home: Path
) -> None:
    page = await context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    auth = get_auth_string(home) or ""
    await page.goto(sign_in_url(root, auth))
    await page.wait_for_url(re.compile(r"/(v2/)?dashboard"))
    assert not any(auth.split(":")[1] in url for url in sent)  # it stays in the browser
    other = await context.new_page()
    await other.goto(f"{root}/runs")
    await shown(other)


async def test_a_browser_without_cookies_is_told_so(
    context: BrowserContext, root: str, home: Path, tmp_path: Path
) -> None:
    await context.add_init_script(
        "Object.defineProperty(document, 'cookie', { get: () => '', set: () => undefined })"
    )
    page = await context.new_page()
    await page.goto(sign_in_url(root, get_auth_string(home) or ""))
    await page.get_by_role("alert").get_by_text("keeps no cookies").wait_for()
    await page.screenshot(path=tmp_path / "no-cookies.png")


async def test_whoever_ends_at_prefects_own_form_is_helped_by_loading_it_again(
    context: BrowserContext, root: str, home: Path
) -> None:
    page = await context.new_page()
    await page.goto(sign_in_url(root, get_auth_string(home) or ""))
    await page.wait_for_url(re.compile(r"/(v2/)?dashboard"))
    await page.goto(f"{root}/login?redirect=/runs")
    assert page.url == f"{root}/sign-in?to=/runs"
    await page.get_by_label("Password").fill(get_auth_string(home) or "")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(re.compile(r"/(v2/)?runs"))


async def test_a_link_leads_to_no_other_site(
    context: BrowserContext, root: str, home: Path
) -> None:
    page = await context.new_page()
    link = sign_in_url(root, get_auth_string(home) or "")
    for evil in (
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
    ):
        await page.goto("about:blank")
        await page.goto(link.replace("#", f"?to={evil}#"))
        await page.wait_for_url(lambda url: "/sign-in" not in url)
        assert page.url.startswith(root)
