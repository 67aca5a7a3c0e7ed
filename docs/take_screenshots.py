"""Takes the pictures of these pages from a running Nodeloom: `make screenshots`.

Runs the Product Marketing Kit, then looks at the editor with the run, and at Prefect's page of it
in a real browser (Debian's Chromium; another one is named with CHROMIUM).
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, async_playwright

from local.prefect_auth import auth_string, sign_in_link
from local.running import find_running
from schemas.settings import Settings

FOLDER = Path(__file__).parent / "img"
EXAMPLE = Path(__file__).parent.parent / "examples" / "product-marketing-kit.json"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


async def main() -> None:
    """Run the example and take the pictures."""
    running = find_running(Settings().home_folder)
    if running is None:
        sys.exit("Nodeloom is not running here: start it with `make run` in another terminal.")
    run = run_example(running["api"])
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=QUIET
        )
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await shoot(page, f"{running['api']}/workflows/{run['workflowId']}", "editor")
        await shoot(page, f"{running['api']}/schema/reader", "api-reference")
        if auth := auth_string(Settings().home_folder):
            await page.goto(sign_in_link(running["prefect"], auth))
            await page.wait_for_url(lambda url: "/sign-in" not in url)
        await shoot(page, run["prefectUrl"], "prefect-flow-run")
        await browser.close()


def run_example(api: str) -> Any:
    """Run the example to its end; give the run."""
    nodeloom = Path(sys.executable).parent / "nodeloom"
    done = subprocess.run(
        [nodeloom, "run", EXAMPLE, "--api", api, "--json"],
        stdout=subprocess.PIPE,
        check=True,
    )
    return httpx.get(f"{api}/api/runs/{json.loads(done.stdout)['id']}").json()


async def shoot(page: Page, address: str, name: str) -> None:
    """Take a picture once the page has settled."""
    await page.goto(address)
    await page.wait_for_timeout(3000)
    await page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
