"""Schedules in the editor: made with a preview, paused, deleted and brought back; their runs."""

from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import Locator, expect

from support.browser.axe import violations
from support.browser.editor import Editor, in_chromium

NODE = {"id": "a", "type": "text", "position": {"x": 0, "y": 0}, "data": {"text": "Good morning"}}


def panel(editor: Editor) -> Locator:
    """Open the panel of schedules."""
    editor.page.get_by_role("button", name="Runs", exact=True).click()
    editor.page.get_by_role("tab", name="Schedules").click()
    return editor.page.get_by_role("complementary", name="Schedules")


@in_chromium
def test_a_schedule_is_made_paused_changed_deleted_and_brought_back(editor: Editor):
    editor.open_graph([NODE])
    schedules = panel(editor)
    expect(schedules.get_by_text("It runs only when you say so")).to_be_visible()
    schedules.get_by_role("button", name="New schedule").click()
    schedules.get_by_label("Time zone").fill("Europe/Berlin")
    times = schedules.get_by_role("status")
    expect(times).to_contain_text("Every day at 09:00, by the clocks of Europe/Berlin")
    expect(times.locator("li")).to_have_count(5)
    schedules.get_by_label("How often").select_option(label="By a cron expression")
    schedules.get_by_role("textbox", name="Cron expression").fill("0 25 * * *")
    expect(times).to_contain_text("“25”")
    editor.allow_console_error("status of 422")
    schedules.get_by_role("textbox", name="Cron expression").fill("30 8 * * 1-5")
    expect(times).to_contain_text("Every weekday at 08:30")
    expect(times.locator("li")).to_have_count(5)
    schedules.get_by_label("Name", exact=True).fill("Mornings")
    assert violations(editor.page) == []
    schedules.get_by_role("button", name="Make the schedule").click()

    mornings = schedules.locator(".schedule")
    expect(mornings).to_contain_text("Next:")
    assert violations(editor.page) == []
    mornings.get_by_role("switch").click()
    expect(mornings).to_contain_text("Paused")
    expect(mornings).not_to_contain_text("Next:")
    mornings.get_by_role("button", name="Change “Mornings”").click()
    expect(schedules.get_by_label("At", exact=True)).to_have_value("08:30")
    schedules.get_by_label("If an earlier run still goes on").select_option("queue")
    schedules.get_by_role("button", name="Save").click()

    mornings.get_by_role("button", name="Delete “Mornings”").click()
    expect(mornings).to_have_count(0)
    editor.page.locator(".notices").get_by_role("button", name="Undo").click()
    expect(mornings).to_contain_text("Every weekday at 08:30, by the clocks of Europe/Berlin")
    editor.allow_console_error("status of 422")


@in_chromium
def test_a_run_of_a_schedule_says_so_in_the_history(editor: Editor):
    workflow_id = editor.open_graph([NODE])
    at = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    httpx.post(
        f"{editor.api}/api/workflows/{workflow_id}/schedules",
        json={"name": "Soon", "timing": {"kind": "once", "at": at}},
        trust_env=False,
    ).raise_for_status()
    editor.page.get_by_role("button", name="Runs", exact=True).click()
    entry = editor.page.locator(".run").first
    expect(entry).to_contain_text("by the schedule “Soon”", timeout=90_000)
    entry.click()
    expect(editor.page.locator(".facts")).to_contain_text("By the schedule “Soon”, due")


@in_chromium
def test_a_run_of_a_program_names_its_key_in_the_history(editor: Editor):
    workflow_id = editor.open_graph([NODE])
    with httpx.Client(base_url=editor.api, trust_env=False, timeout=60) as program:
        made = program.post("/api/keys", json={"name": "Nightly build", "scopes": ["run"]}).json()
        program.headers["Authorization"] = f"Bearer {made['secret']}"
        program.post(f"/api/workflows/{workflow_id}/runs").raise_for_status()
    editor.page.get_by_role("button", name="Runs", exact=True).click()
    entry = editor.page.locator(".run").first
    expect(entry).to_contain_text("Everything, with the API key “Nightly build”")
    entry.click()
    expect(editor.page.locator(".facts")).to_contain_text("With the API key “Nightly build”")
