"""The gallery of templates, and what becomes of each of them."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from support.browser.axe import AXE, violations
from support.browser.editor import MEDIA, Editor, in_chromium, overlap
from support.browser.targets import small_targets

IDS = sorted(path.stem for path in Path(MEDIA.parent).glob("*.json"))


def open_gallery(editor: Editor) -> Page:
    page = editor.page
    page.goto(f"{editor.api}/workflows")
    page.get_by_role("button", name="From a template").click()
    expect(page.get_by_role("dialog", name="Begin with")).to_be_visible()
    return page


def are_shown(page: Page) -> None:
    """See every template, with a picture of its own."""
    shown = page.get_by_role("dialog").locator("[data-template]")  # an empty list has them, too
    expect(shown).to_have_count(len(IDS))
    addresses: set[str] = set()
    for each in shown.all():
        image = each.locator("img")
        image.scroll_into_view_if_needed()
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        addresses.add(image.get_attribute("src") or "")
    assert len(addresses) == len(IDS)


@in_chromium
def test_templates_are_chosen_by_what_they_are_for_take_and_cost(editor: Editor) -> None:
    page = open_gallery(editor)
    headings = page.get_by_role("dialog").get_by_role("heading", level=3)
    expect(headings).to_have_text(["Products", "Marketing", "Texts", "Pictures and film"])
    are_shown(page)
    kit = page.get_by_role("dialog").locator('[data-template="product-marketing-kit"]')
    expect(kit).to_contain_text("Product photo, Product film, Product details → Launch post")
    expect(kit).to_contain_text("2 model calls, about $0.01")
    note = page.get_by_role("dialog").get_by_text("Costs are estimates for 2,000 tokens")
    expect(note).to_be_visible()
    for theme in ("light", "dark") if AXE.is_file() else ():
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert violations(page, ".dialog") == [], theme
    marketing = page.get_by_role("dialog").get_by_role("region", name="Marketing")
    marketing.get_by_role("button", name="Press Release").click()
    expect(page).to_have_url(re.compile(r"/workflows/\d+$"))
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Inputs").click()
    inputs = page.get_by_role("region", name="Inputs")
    expect(inputs.get_by_role("textbox", name="Quote")).to_have_value(re.compile("Inês Duarte"))


@in_chromium
def test_the_gallery_fits_a_phone(phone: Editor) -> None:
    page = open_gallery(phone)
    are_shown(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dialog = page.get_by_role("dialog")
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    assert small_targets(page) == []


@pytest.mark.parametrize("id", IDS)
@in_chromium
def test_the_nodes_of_a_template_do_not_lie_on_each_other(editor: Editor, id: str) -> None:
    made = httpx.post(f"{editor.api}/api/templates/{id}", trust_env=False, timeout=60)
    editor.open(made.raise_for_status().json()["workflow"]["id"])
    editor.run()
    editor.run_ends("COMPLETED")
    expect(editor.page.locator(".result").first).to_be_visible()
    boxes = editor.boxes()
    assert len(boxes) == len(made.json()["workflow"]["nodes"])
    for name, box in boxes.items():
        for other in set(boxes) - {name}:
            assert not overlap(box, boxes[other]), (name, other)
