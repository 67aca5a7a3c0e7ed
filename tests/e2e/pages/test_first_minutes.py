"""A newcomer's first ten minutes, in one go."""

from support.browser.axe import AXE, violations
from support.browser.editor import TIMEOUT_MS, Editor, in_chromium
from support.browser.first_minutes import first_minutes


@in_chromium
def test_a_newcomers_first_minutes(editor: Editor) -> None:
    moments: list[str] = []
    for moment in first_minutes(editor, 3 * TIMEOUT_MS):
        moments.append(moment)
        if AXE.is_file():
            assert violations(editor.page, ".topbar", "[role=dialog]") == [], moment
    assert len(moments) == 8
