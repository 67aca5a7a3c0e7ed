"""The API is stopped and started again in the middle of a run: the canvas goes on by itself."""

import re

from playwright.sync_api import expect

from support.browser.editor import VIEWPORT, Editor, chromium, in_chromium
from support.product.backend import Backend, node

WORDS = " ".join(f"word{number}" for number in range(600))


@in_chromium
def test_a_run_is_followed_across_a_restart_of_the_api(backend: Backend) -> None:
    first = backend.start_api()
    port = backend.api_url.rsplit(":", 1)[1]
    second = None
    try:
        with chromium() as browser:
            editor = Editor(browser.new_page(viewport=VIEWPORT), backend.api_url)
            editor.open_graph([node("told", "llm", userMessage=f"speak 0.25 {WORDS}")])
            editor.run()
            live = editor.node("told").locator(".result--live")
            expect(live).to_contain_text("word3 ")

            first.stop()
            lost = editor.page.get_by_text("reconnecting …")
            expect(lost).to_be_visible()
            editor.allow_console_error("ERR_")
            second = backend.start_api(NODELOOM_PORT=port)
            expect(lost).to_have_count(0)
            heard = len(re.findall(r"word\d+", live.inner_text()))
            expect(live).to_contain_text(f"word{heard + 20} ", timeout=60_000)

            editor.page.get_by_role("button", name="Stop", exact=True).click()
            editor.status("told", "CANCELLED")
            editor.run_ends("CANCELLED")
            editor.allow_console_error("ERR_")
            assert editor.console_errors == []
    finally:
        first.stop()
        if second:
            second.stop()
