"""Takes the pictures of these pages from a running Nodeloom: `make screenshots`.

The editor at work (`editor_pictures.py`), the reader of the API, and Prefect's pages
(`prefect_pictures.py`), in a real browser (Debian's Chromium; another one is named with CHROMIUM).
`make screenshots ARGS="history screens"` takes only what these functions of `editor_pictures.py`
take, `ARGS=prefect` only those that are not of the editor.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import prefect_pictures
from editor_pictures import FOLDER, SIZE, take
from playwright.sync_api import Page

from local.running import find_running
from schemas.settings import Settings
from support.editor import chromium

EXAMPLE = Path(__file__).parent.parent / "examples" / "product-marketing-kit.json"


def main() -> None:
    """Run the example and take the pictures."""
    running = find_running(Settings().home_folder)
    if running is None:
        sys.exit("Nodeloom is not running here: start it with `make run` in another terminal.")
    names = sys.argv[1:]
    with chromium() as browser:
        if names != ["prefect"]:
            take(browser, running["api"], names)
            if names:
                return
        run = run_example(running["api"])
        page = browser.new_page(viewport=SIZE)
        shoot(page, f"{running['api']}/schema/reader", "api-reference")
        schedules = prefect_pictures.prepare(running, run["workflowId"])
        try:
            prefect_pictures.take(page, running, run)
        finally:
            prefect_pictures.tidy(running, schedules)


def run_example(api: str) -> Any:
    """Run the example to its end; give the run."""
    nodeloom = Path(sys.executable).parent / "nodeloom"
    done = subprocess.run(
        [nodeloom, "run", EXAMPLE, "--api", api, "--json"],
        stdout=subprocess.PIPE,
        check=True,
    )
    return httpx.get(f"{api}/api/runs/{json.loads(done.stdout)['id']}").json()


def shoot(page: Page, address: str, name: str) -> None:
    """Take a picture once the page has settled."""
    page.goto(address)
    page.wait_for_timeout(3000)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
