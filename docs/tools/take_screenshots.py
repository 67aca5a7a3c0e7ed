"""Takes the pictures of these pages from a running Nodeloom: `make screenshots`.

The editor at work (`editor_screenshots.py`), the reader of the API, and Prefect's pages
(`prefect_screenshots.py`), in a real browser (Debian's Chromium; another one is named with CHROMIUM).
`make screenshots ARGS="history screens"` takes only what these functions of `editor_screenshots.py`
take, `ARGS=prefect` only those that are not of the editor.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import prefect_screenshots
from editor_screenshots import FOLDER, VIEWPORT, take_screenshots
from playwright.sync_api import Page

from local.running import find_instance
from schemas.settings import Settings
from support.browser.editor import chromium

EXAMPLE = Path(__file__).parents[2] / "examples" / "product-marketing-kit.json"


def main() -> None:
    """Run the example and take the pictures."""
    running = find_instance(Settings().home_folder)
    if running is None:
        sys.exit("Nodeloom is not running here: start it with `make run` in another terminal.")
    names = sys.argv[1:]
    with chromium() as browser:
        if names != ["prefect"]:
            take_screenshots(browser, running["api"], names)
            if names:
                return
        run = run_example(running["api"])
        page = browser.new_page(viewport=VIEWPORT)
        take_screenshot(page, f"{running['api']}/schema/reader", "api-reference")
        schedules = prefect_screenshots.prepare_runs(running, run["workflowId"])
        try:
            prefect_screenshots.take_screenshots(page, running, run)
        finally:
            prefect_screenshots.delete_schedules(running, schedules)


def run_example(api: str) -> Any:
    """Run the example to its end; give the run."""
    nodeloom = Path(sys.executable).parent / "nodeloom"
    done = subprocess.run(
        [nodeloom, "run", EXAMPLE, "--api", api, "--json"],
        stdout=subprocess.PIPE,
        check=True,
    )
    return httpx.get(f"{api}/api/runs/{json.loads(done.stdout)['id']}").json()


def take_screenshot(page: Page, address: str, name: str) -> None:
    """Take a picture once the page has settled."""
    page.goto(address)
    page.wait_for_timeout(3000)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
