"""Every page and state against WCAG 2.2 AA, judged by axe; motion and small screens."""

from collections.abc import Callable
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from support.browser.axe import AXE, violations
from support.browser.editor import Editor, in_chromium
from support.browser.targets import small_targets
from support.product.nodeloom import Up

pytestmark = pytest.mark.skipif(
    not AXE.is_file(), reason="axe-core is not installed (`make lint-web` installs it)"
)
LAPTOP: ViewportSize = {"width": 1280, "height": 720}
TABLET: ViewportSize = {"width": 820, "height": 1180}
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
"""What the system prefers, which the editor follows where nobody chose."""
TEXTS = [
    {
        "id": name,
        "type": "text",
        "position": {"x": 340 * place, "y": 0},
        "data": {"label": name, "text": f"say {name}"},
    }
    for place, name in enumerate(("first", "second"))
]


def post(editor: Editor, path: str) -> dict[str, object]:
    """Ask the API for something new."""
    return httpx.post(editor.api + path, trust_env=False).raise_for_status().json()


@pytest.fixture(scope="module")
def kit_id(product: Up) -> int:
    """The Marketing Kit."""
    api = product.addresses["api"]
    made = httpx.post(f"{api}/api/templates/product-marketing-kit", trust_env=False)
    return made.raise_for_status().json()["workflow"]["id"]


def empty_list(editor: Editor, _: int) -> None:
    editor.page.goto(f"{editor.api}/workflows?q=nothing-is-called-that")
    expect(editor.page.get_by_text("No workflow has")).to_be_visible()


def deleted_list(editor: Editor, _: int) -> None:
    gone = editor.store({"name": "Gone", "nodes": TEXTS, "edges": []})
    httpx.delete(f"{editor.api}/api/workflows/{gone}", trust_env=False)
    editor.page.goto(f"{editor.api}/workflows?deleted=true")
    expect(editor.page.get_by_role("button", name="Bring back Gone").first).to_be_visible()


def full_list(editor: Editor, _: int) -> None:
    editor.page.goto(f"{editor.api}/workflows")
    expect(editor.page.locator(".card").first).to_be_visible()


def card_menu(editor: Editor, kit_id: int) -> None:
    full_list(editor, kit_id)
    editor.page.locator(".card__more").first.click()
    expect(editor.page.get_by_role("menuitem", name="Rename")).to_be_visible()


def templates(editor: Editor, kit_id: int) -> None:
    full_list(editor, kit_id)
    editor.page.get_by_role("button", name="From a template").click()
    expect(editor.page.locator(".template").nth(3)).to_be_visible()


def api_keys(editor: Editor, _: int) -> None:
    key = {"name": "A key", "scopes": ["read"]}
    httpx.post(f"{editor.api}/api/keys", json=key, trust_env=False).raise_for_status()
    editor.page.goto(f"{editor.api}/keys")
    expect(editor.page.get_by_role("row", name="A key").first).to_be_visible()


def wrong_address(editor: Editor, _: int) -> None:
    editor.page.goto(f"{editor.api}/workflows/wrong/address")
    expect(editor.page.get_by_role("heading", name="There is nothing")).to_be_visible()


def lost_workflow(editor: Editor, _: int) -> None:
    editor.page.goto(f"{editor.api}/workflows/99999999")
    expect(editor.page.get_by_role("heading", name="cannot be opened")).to_be_visible()
    editor.allow_console_error("404")


def empty_editor(editor: Editor, _: int) -> None:
    editor.open_graph([])
    expect(editor.page.get_by_role("heading", name="An empty canvas")).to_be_visible()


def editor_with_kit(editor: Editor, kit_id: int) -> None:
    editor.open(kit_id)
    expect(editor.nodes).to_have_count(9)
    editor.page.keyboard.press("Shift+Digit0")  # zoomed out, everything is small
    expect(editor.page.get_by_label("Zoom: 100 percent")).to_be_visible()


def runs_panel(editor: Editor, kit_id: int) -> None:
    editor_with_kit(editor, kit_id)
    editor.page.get_by_role("button", name="Runs", exact=True).click()
    expect(editor.page.get_by_role("complementary", name="Runs")).to_be_visible()


def palette(editor: Editor, kit_id: int) -> None:
    editor_with_kit(editor, kit_id)
    editor.page.keyboard.press("Control+K")
    expect(editor.page.get_by_label("Command", exact=True)).to_be_focused()


def shortcuts(editor: Editor, kit_id: int) -> None:
    editor_with_kit(editor, kit_id)
    editor.page.keyboard.press("?")
    expect(editor.page.get_by_role("dialog", name="Keyboard and mouse")).to_be_visible()


def node_menu(editor: Editor, _: int) -> None:
    editor.open_graph(TEXTS)
    editor.nodes.first.get_by_role("button", name="More for").click()
    expect(editor.page.get_by_role("menuitem", name="Delete")).to_be_visible()


def old_run(editor: Editor, _: int) -> None:
    workflow_id = editor.store({"name": "Old run", "nodes": TEXTS, "edges": []})
    run_id = post(editor, f"/api/workflows/{workflow_id}/runs")["id"]
    editor.page.goto(f"{editor.api}/workflows/{workflow_id}/runs/{run_id}")
    editor.run_ends("COMPLETED")


STATES: list[Callable[[Editor, int], None]] = [
    empty_list,
    full_list,
    deleted_list,
    card_menu,
    templates,
    api_keys,
    wrong_address,
    lost_workflow,
    empty_editor,
    editor_with_kit,
    runs_panel,
    palette,
    shortcuts,
    node_menu,
    old_run,
]


@in_chromium
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nothing_is_against_wcag(
    editor: Editor, kit_id: int, state: Callable[[Editor, int], None]
) -> None:
    state(editor, kit_id)
    for theme in THEMES:
        editor.page.emulate_media(color_scheme=theme)
        assert violations(editor.page) == [], theme


@in_chromium
def test_nothing_is_against_wcag_or_too_small_at_any_zoom(editor: Editor, kit_id: int) -> None:
    post(editor, f"/api/workflows/{kit_id}/runs")
    editor.open(kit_id)
    editor.run_ends("COMPLETED")
    page = editor.page
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.keyboard.press("Shift+Digit0")
        expect(page.get_by_label("Zoom: 100 percent")).to_be_visible()
        page.keyboard.press("Shift+Digit1")
        expect(page.get_by_label("Zoom: 100 percent")).to_have_count(0)
        for _ in range(3):
            editor.zoom("in")
        distances: set[str | None] = set()
        for _ in range(9):
            shown = page.get_by_role("button", name="Zoom: ").inner_text()
            assert violations(page) == [], (theme, shown)
            assert small_targets(page) == [], shown
            distances.add(page.locator(".canvas").get_attribute("data-distance"))
            editor.zoom("out")
        assert distances >= {"nearest", "near", "middle"}


@in_chromium
def test_nothing_moves_for_those_who_asked_for_that(browser: Browser, product: Up) -> None:
    context = browser.new_context(viewport=LAPTOP, reduced_motion="reduce")
    editor = Editor(context.new_page(), product.addresses["api"])
    slow = TEXTS[0] | {"type": "llm", "data": {"userMessage": "speak 0.3 one two three four five"}}
    editor.open_graph([slow])
    editor.run()
    running = editor.page.locator(".node--RUNNING")
    expect(running).to_be_visible()
    moving = "document.getAnimations().filter(each => each.playState === 'running').length"
    editor.page.wait_for_function(f"() => {moving} === 0")  # what ends in 1 ms may still be seen
    assert running.count() == 1
    editor.run_ends("COMPLETED")
    context.close()


@in_chromium
@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_pages_fit_the_screen(
    browser: Browser, product: Up, kit_id: int, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)  # pyright: ignore[reportArgumentType]
    editor = Editor(context.new_page(), product.addresses["api"])
    fits = "() => document.documentElement.scrollWidth <= innerWidth"
    for state in (full_list, api_keys, editor_with_kit):
        state(editor, kit_id)
        assert editor.page.evaluate(fits), state.__name__
    buttons = ("Run", "Undo", "Command palette", "Account and help", "Runs")
    for name in buttons:
        button = editor.page.get_by_role("button", name=name, exact=True)
        box = button.bounding_box()
        assert box is not None, name
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= size["width"], name
    context.close()
