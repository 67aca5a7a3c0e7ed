"""The list of workflows, API keys, wrong addresses and the first visit, as people use them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.browser.axe import AXE, violations
from support.browser.editor import Editor, in_chromium, marketing_kit
from support.product.nodeloom import Up

NODE = {"id": "a", "type": "text", "position": {"x": 0, "y": 0}, "data": {"text": "say Hello"}}
FILE_DROPPED = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name, { type: "application/json" }));
  const init = { bubbles: true, cancelable: true, dataTransfer };
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, init));
  }
}"""
WATCH = """window.refused = [];
addEventListener("securitypolicyviolation", (event) => refused.push(event.blockedURI));"""


@pytest.fixture
def nothing(editor: Editor) -> Iterator[Editor]:
    """The editor of somebody who has no workflow."""
    editor.page.add_init_script(WATCH)
    forget_everything(editor.api)
    yield editor
    assert editor.page.evaluate("window.refused") == []


def forget_everything(api: str) -> None:
    """Delete every workflow and key."""
    with httpx.Client(base_url=api, trust_env=False) as client:
        while items := client.get("/api/workflows?limit=100").json()["items"]:
            for each in items:
                client.delete(f"/api/workflows/{each['id']}").raise_for_status()
        for each in client.get("/api/keys").json()["items"]:
            client.delete(f"/api/keys/{each['id']}")


def stored(editor: Editor, *names: str) -> list[int]:
    """Store small workflows of these names."""
    return [editor.store({"name": name, "nodes": [NODE], "edges": []}) for name in names]


def visit(editor: Editor, path: str = "/workflows") -> Page:
    """Open a page."""
    editor.page.goto(editor.api + path)
    return editor.page


def cards(page: Page) -> Locator:
    """The workflows in the list."""
    return page.locator(".card")


def names(page: Page) -> Locator:
    """Their names."""
    return page.locator(".card__name")


def chosen(page: Page, name: str, entry: str) -> None:
    """Choose from the menu of a workflow."""
    page.get_by_role("button", name=f"More for {name}", exact=True).click()
    page.get_by_role("menuitem", name=entry).first.click()


@in_chromium
def test_a_first_visit_opens_the_marketing_kit_ready_to_run(nothing: Editor) -> None:
    page = visit(nothing, "/")
    expect(page.get_by_label("Name of the workflow")).to_have_value("Product Marketing Kit")
    expect(nothing.nodes).to_have_count(len(marketing_kit()["nodes"]))
    expect(page.locator(".problems")).to_have_count(0)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    workflow_id = int(page.url.rsplit("/", 1)[1])
    with httpx.Client(base_url=nothing.api, trust_env=False) as client:
        judged = client.post(f"/api/workflows/{workflow_id}/check").json()
    assert judged["problems"] == []
    visit(nothing, "/")
    expect(page).to_have_url(re.compile(f"/workflows/{workflow_id}$"))  # not another one


@in_chromium
def test_a_first_visit_has_a_tour_that_can_be_left_and_does_not_come_back(nothing: Editor) -> None:
    page = visit(nothing, "/")
    tour = page.get_by_role("region", name="Tour")
    expect(tour.get_by_role("heading", name="A workflow that works")).to_be_visible()
    marker = page.locator(".tour__marker")
    for number in range(1, 6):
        expect(tour).to_contain_text(f"{number} of 5")
        expect(marker).to_be_visible()
        if AXE.is_file():
            assert violations(page, ".tour") == []
        if number == 3:  # what is shown can be used meanwhile
            nothing.node("details").get_by_label("Text", exact=True).fill("A cup.")
            nothing.saved()
        tour.get_by_role("button", name="Next" if number < 5 else "Done").click()
    expect(tour).to_have_count(0)
    page.reload()
    expect(nothing.node("details").get_by_label("Text", exact=True)).to_have_value("A cup.")
    expect(tour).to_have_count(0)
    page.keyboard.press("Control+K")
    page.get_by_label("Command", exact=True).fill("tour")
    page.keyboard.press("Enter")
    expect(tour).to_contain_text("1 of 5")
    tour.get_by_role("button", name="Next").focus()
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)


@in_chromium
def test_an_empty_list_teaches_and_begins(nothing: Editor) -> None:
    page = visit(nothing)
    expect(page.get_by_role("heading", name="Make your first workflow")).to_be_visible()
    expect(page.locator("[data-template]").nth(9)).to_be_visible()
    page.locator('[data-template="crop-grid"]').click()
    expect(page).to_have_url(re.compile(r"/workflows/\d+$"))
    expect(nothing.nodes.first).to_be_visible()
    page.get_by_role("link", name="All workflows").click()
    expect(cards(page)).to_have_count(1)
    expect(cards(page).locator(".layout-thumbnail__box").nth(8)).to_be_visible()
    image = cards(page).locator("img").first
    image.scroll_into_view_if_needed()
    assert image.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    page.get_by_role("button", name="New workflow").click()
    expect(page.get_by_role("heading", name="An empty canvas")).to_be_visible()


@in_chromium
def test_workflows_are_found_sorted_and_read_by_the_page(nothing: Editor) -> None:
    stored(nothing, "Beta kit", "alpha", "Gamma KIT", *(f"Row {number:02}" for number in range(30)))
    page = visit(nothing)
    expect(cards(page)).to_have_count(24)
    expect(names(page).first).to_have_text("Row 29")
    page.get_by_role("button", name="Show more").click()
    expect(cards(page)).to_have_count(33)
    page.keyboard.press("/")
    page.keyboard.type("kit")
    expect(names(page)).to_have_text(["Gamma KIT", "Beta kit"])
    page.get_by_label("Sorted by").select_option("name")
    expect(names(page)).to_have_text(["Beta kit", "Gamma KIT"])
    page.reload()  # the address has it
    expect(names(page)).to_have_text(["Beta kit", "Gamma KIT"])
    page.get_by_role("searchbox").fill("<b>nothing")
    expect(page.get_by_text("No workflow has “<b>nothing” in its name.")).to_be_visible()


@in_chromium
def test_the_list_is_worked_with_the_keyboard_alone(nothing: Editor) -> None:
    stored(nothing, "One", "Two", "Three")
    page = visit(nothing)
    expect(names(page)).to_have_text(["Three", "Two", "One"])
    names(page).first.focus()
    page.keyboard.press("ArrowRight")
    expect(names(page).nth(1)).to_be_focused()
    page.keyboard.press("F2")
    page.keyboard.type("Zwei")
    page.keyboard.press("Enter")
    expect(names(page).first).to_have_text("Zwei")
    names(page).first.focus()
    page.keyboard.press("Delete")
    expect(names(page)).to_have_text(["Three", "One"])
    expect(names(page).first).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(names(page)).to_have_text(["Zwei", "Three", "One"])
    names(page).nth(2).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of the workflow")).to_have_value("One")
    page.go_back()
    names(page).first.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard and mouse")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_label("Name of the workflow")).to_have_value("Untitled workflow")


@in_chromium
def test_workflows_are_copied_renamed_deleted_and_brought_back(nothing: Editor) -> None:
    stored(nothing, "Menu card")
    page = visit(nothing)
    chosen(page, "Menu card", "Duplicate")
    expect(names(page)).to_have_text(["Menu card copy", "Menu card"])
    chosen(page, "Menu card copy", "Rename")
    field = page.get_by_label("Name of the workflow")
    field.fill("Wine list")
    field.press("Enter")
    expect(names(page)).to_have_text(["Wine list", "Menu card"])
    chosen(page, "Wine list", "Delete")
    expect(names(page)).to_have_text(["Menu card"])
    page.get_by_role("button", name="Show deleted").click()
    page.get_by_role("button", name="Bring back Wine list").first.click()
    page.get_by_role("button", name="Show all others").click()
    expect(names(page)).to_have_text(["Wine list", "Menu card"])


@in_chromium
def test_the_last_run_is_in_the_list_and_stays_fresh(nothing: Editor) -> None:
    (workflow_id,) = stored(nothing, "Runs")
    page = visit(nothing)
    expect(cards(page)).to_contain_text("Not run yet")
    nothing.open(workflow_id)
    nothing.run()
    page.get_by_role("link", name="All workflows").click()
    expect(cards(page).locator('[data-status="COMPLETED"]')).to_be_visible()


@in_chromium
def test_a_workflow_goes_out_with_its_images_and_comes_in_again(
    nothing: Editor, tmp_path: Path
) -> None:
    page = visit(nothing)
    page.get_by_role("button", name="From a template").click()
    page.get_by_role("dialog").locator('[data-template="crop-grid"]').click()
    expect(nothing.nodes.first).to_be_visible()
    page.get_by_role("link", name="All workflows").click()
    name = names(page).inner_text()
    with page.expect_download() as download:
        chosen(page, name, "Export with pictures")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    assert document["assets"]
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files(file)
    expect(page.get_by_label("Name of the workflow")).to_have_value(name)
    expect(nothing.nodes).to_have_count(len(document["nodes"]))


@in_chromium
def test_dropped_files_are_taken_in_and_told_about(nothing: Editor) -> None:
    page = visit(nothing)
    expect(page.get_by_role("heading", name="Make your first workflow")).to_be_visible()
    page.evaluate(FILE_DROPPED, ["good.json", json.dumps({"nodes": [NODE], "edges": []})])
    expect(page.get_by_label("Name of the workflow")).to_have_value("good")
    visit(nothing)
    expect(cards(page)).to_have_count(1)
    lonely = {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {}}
    page.evaluate(FILE_DROPPED, ["draft.json", json.dumps({"nodes": [lonely], "odd": 1})])
    report = page.get_by_role("dialog", name="Imported")
    expect(report).to_contain_text("To be done before it can run")
    page.keyboard.press("Escape")
    page.evaluate(FILE_DROPPED, ["bad.json", "{"])
    failure = page.get_by_role("dialog", name="0 of 1 imported")
    expect(failure).to_contain_text("It is not JSON from line 1, column 2 on")
    page.keyboard.press("Escape")
    page.evaluate(FILE_DROPPED, ["no-graph.json", '{"nodes": 1}'])
    failure = page.get_by_role("dialog").locator(".report__failure")
    expect(failure).not_to_be_empty()
    nothing.allow_console_error("422")
    page.get_by_role("button", name="Close").click()
    expect(cards(page)).to_have_count(2)


@in_chromium
def test_every_problem_of_imported_files_is_shown_with_its_place(
    nothing: Editor, tmp_path: Path
) -> None:
    brief = NODE | {"data": {"label": "Brief", "text": 5, "colour": "red"}}
    numbers = [NODE | {"id": f"n{each}", "data": {"text": each}} for each in range(14)]
    line = {"id": "e", "source": "a", "target": "gone"}
    cut = {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {"label": "Cut"}}
    files = {
        "refused": {"nodes": [brief, *numbers], "edges": [line]},
        "draft": {"nodes": [cut], "edges": []},
        "good": {"nodes": [NODE], "edges": []},
    }
    for name, document in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    page = visit(nothing)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files([tmp_path / f"{name}.json" for name in files])
    report = page.get_by_role("dialog", name="2 of 3 imported")
    expect(report.locator(".report__file")).to_have_count(3)
    refused, draft, good = report.locator(".report__file").all()
    expect(refused.locator("dt")).to_have_count(17)
    for place in ("Brief, Text", "Brief", "Text (14), Text", "A connection from Brief"):
        expect(refused.get_by_role("term").get_by_text(place, exact=True)).to_be_visible()
    expect(draft.get_by_role("term").get_by_text("Cut, Image", exact=True)).to_be_visible()
    expect(good.locator("dt")).to_have_count(0)
    assert not AXE.is_file() or violations(page, ".dialog") == []
    nothing.allow_console_error("422")
    draft.get_by_role("link", name="Open it").click()
    expect(page.get_by_label("Name of the workflow")).to_have_value("draft")


@in_chromium
def test_keys_are_made_shown_once_and_deleted(nothing: Editor) -> None:
    page = visit(nothing)
    page.get_by_role("button", name="Account and help").click()
    page.get_by_role("menuitem", name="API keys").click()
    expect(page.get_by_text("There is no key.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Nightly")
    page.get_by_role("checkbox", name="run start").uncheck()
    page.get_by_role("button", name="Make a key").click()
    secret = page.get_by_label("Secret").input_value()
    key = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=nothing.api, headers=key, trust_env=False) as program:
        assert program.get("/api/workflows").status_code == 200
        assert program.post("/api/workflows", json=marketing_kit()).status_code == 403
        page.get_by_role("button", name="I have it").click()
        row = page.get_by_role("row", name="Nightly")
        expect(row).to_contain_text("read")
        page.reload()
        expect(row).to_contain_text(secret[-4:])
        assert secret not in page.content()
        row.get_by_role("button", name="Delete Nightly").click()
        page.get_by_role("button", name="Delete the key").click()
        expect(page.get_by_text("There is no key.")).to_be_visible()
        assert program.get("/api/workflows").status_code == 401


@in_chromium
def test_wrong_addresses_and_lost_workflows_lead_back(nothing: Editor) -> None:
    page = visit(nothing, "/workflows/what/is/this")
    expect(page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    visit(nothing, "/workflows/99999999")
    expect(page.get_by_role("heading", name="This workflow cannot be opened")).to_be_visible()
    nothing.allow_console_error("404")
    page.get_by_role("link", name="All workflows").click()
    expect(page.get_by_role("heading", name="Workflows", exact=True)).to_be_visible()


@in_chromium
def test_palette_sheet_and_about(nothing: Editor) -> None:
    nothing.open_graph([NODE])
    page = nothing.page
    page.keyboard.press("Control+K")
    page.get_by_label("Command", exact=True).fill("about")
    page.keyboard.press("Enter")
    about = page.get_by_role("dialog", name="About Nodeloom")
    expect(about).to_contain_text("Version")
    page.keyboard.press("Escape")
    expect(about).to_be_hidden()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard and mouse")
    for section in ("Edit", "Run", "View", "Workflow", "Mouse and touch"):
        expect(sheet.get_by_role("heading", name=section, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("Control+K")
    page.get_by_label("Command", exact=True).fill("dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    with page.expect_download() as download:
        page.keyboard.press("Control+K")
        page.get_by_label("Command", exact=True).fill("export the workflow")
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".json")


@in_chromium
def test_a_lost_connection_is_told_and_its_edits_survive(nothing: Editor) -> None:
    nothing.open_graph([NODE])
    page = nothing.page
    page.context.set_offline(True)
    page.get_by_label("Name of the workflow").fill("Written on a train")
    mark = page.locator('[data-save="offline"]')
    expect(mark).to_be_visible()
    page.context.set_offline(False)
    nothing.saved()
    nothing.allow_console_error("ERR_INTERNET_DISCONNECTED")
    visit(nothing)
    expect(names(page)).to_have_text(["Written on a train"])


@in_chromium
def test_a_page_without_its_server_says_so_and_tries_again(browser: Browser, product: Up) -> None:
    page = browser.new_page()
    page.route("**/api/sign-in", lambda route: route.abort())
    page.goto(product.addresses["api"] + "/workflows")
    expect(page.get_by_role("heading", name="Nodeloom is not there")).to_be_visible()
    page.unroute("**/api/sign-in")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Workflows", exact=True)).to_be_visible()
    page.close()
