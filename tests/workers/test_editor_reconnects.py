"""The API is stopped and started again in the middle of a run: the canvas goes on by itself."""

import re

from playwright.sync_api import expect

from support.editor import SIZE, Editor, chromium, in_chromium
from support.world import World, node

WORDS = " ".join(f"word{number}" for number in range(600))


@in_chromium
def test_a_run_is_followed_across_a_restart_of_the_api(world: World) -> None:
    first = world.start_api()
    port = world.api_url.rsplit(":", 1)[1]
    second = None
    try:
        with chromium() as browser:
            editor = Editor(browser.new_page(viewport=SIZE), world.api_url)
            editor.open_graph([node("told", "llm", userMessage=f"speak 0.25 {WORDS}")])
            editor.run()
            live = editor.node("told").locator(".result--live")
            expect(live).to_contain_text("word3 ")

            first.stop()
            lost = editor.page.get_by_text("reconnecting …")
            expect(lost).to_be_visible()
            editor.allow_complaint("ERR_")
            second = world.start_api(NODELOOM_PORT=port)
            expect(lost).to_have_count(0)
            heard = len(re.findall(r"word\d+", live.inner_text()))
            expect(live).to_contain_text(f"word{heard + 20} ", timeout=60_000)

            editor.page.get_by_role("button", name="Stop", exact=True).click()
            editor.status("told", "CANCELLED")
            editor.run_ends("CANCELLED")
            editor.allow_complaint("ERR_")
            assert editor.complaints == []
    finally:
        first.stop()
        if second:
            second.stop()
