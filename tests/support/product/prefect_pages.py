"""Prefect's pages in a real browser, signed in."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright

from local.prefect.auth import get_auth_string, sign_in_url
from support.product.backend import Backend

CHROMIUM = shutil.which("chromium")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")


@asynccontextmanager
async def prefect_page(backend: Backend) -> AsyncGenerator[Page]:
    """Open a page that has signed in."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await chromium.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)  # Prefect's page is large
        root = backend.prefect_api_url.removesuffix("/api")
        await page.goto(sign_in_url(root, get_auth_string(backend.home) or ""))
        await page.wait_for_url(lambda url: "/sign-in" not in url, wait_until="commit")
        yield page
        await chromium.close()
