"""Takes the pictures of these pages: `make screenshots`.

The editor at work (`editor_screenshots.py`) and the reader of the API are of a running Nodeloom, Prefect's pages
(`prefect_screenshots.py`) of one of their own; in a real browser (Debian's Chromium; another one is named with CHROMIUM).
`make screenshots ARGS="history screens"` takes only what these functions of `editor_screenshots.py`
take, `ARGS=prefect` only those of Prefect's pages.
"""

import sys

import prefect_screenshots
from editor_screenshots import VIEWPORT, take_screenshots
from function_screenshots import FOLDER
from playwright.sync_api import Page

from local.running import find_instance
from schemas.settings import Settings
from support.browser.editor import chromium


def main() -> None:
    """Take what is asked for."""
    names = sys.argv[1:]
    with chromium() as browser:
        if names != ["prefect"]:
            running = find_instance(Settings().home_folder)
            if running is None:
                sys.exit(
                    "Nodeloom is not running here: start it with `make run` in another terminal."
                )
            take_screenshots(browser, running["api"], names)
            if names:
                return
            page = browser.new_page(viewport=VIEWPORT)
            take_screenshot(page, f"{running['api']}/schema/reader", "api-reference")
        prefect_screenshots.take_screenshots(browser)


def take_screenshot(page: Page, address: str, name: str) -> None:
    """Take a picture once the page has settled."""
    page.goto(address)
    page.wait_for_timeout(3000)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
