"""A table is brought to a workflow, checked, run row by row, and its results are there to compare and to take along."""

import json
import os
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from support.browser.axe import AXE, violations
from support.browser.editor import TIMEOUT_MS, Editor, in_chromium
from support.browser.targets import small_targets


def store(editor: Editor, name: str) -> int:
    nodes: list[dict[str, Any]] = [
        {"id": "t", "type": "text", "position": {"x": 0, "y": 0}, "data": {"text": "say x"}},
        {
            "id": "m",
            "type": "llm",
            "position": {"x": 300, "y": 0},
            "data": {"settings": {"retries": 0}},
        },
    ]
    wire = {"id": "e", "source": "t", "target": "m", "sourceHandle": "output"}
    document = {
        "name": name,
        "nodes": nodes,
        "edges": [wire | {"targetHandle": "userMessage"}],
        "inputs": [{"name": "topic", "nodeId": "t", "param": "text", "required": True}],
        "outputs": [{"name": "post", "nodeId": "m"}],
    }
    answer = httpx.post(f"{editor.api}/api/workflows", json=document, timeout=30, trust_env=False)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def picture(page: Page, name: str) -> None:
    """Write a picture of the page for whoever wants to see it: into the folder that SHOTS names."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def is_accessible(page: Page) -> bool:
    assert small_targets(page) == []
    return violations(page, "main") == [] if AXE.is_file() else True


@in_chromium
def test_a_pasted_table_is_checked_run_and_compared(editor: Editor) -> None:
    workflow_id, page = store(editor, "Posts in batches"), editor.page
    editor.open(workflow_id)
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Inputs").click()
    page.get_by_role("link", name="Run for each row of a table").click()
    expect(page.get_by_role("heading", name="Batches", exact=True)).to_be_visible()
    table = page.get_by_label("Paste a table")
    table.fill("Subject,n\nsay one,1\nfail 9 two,2\nsay three,3\n")
    problems = page.get_by_role("alert")
    expect(problems).to_contain_text("None of the columns has the name of an input")
    run = page.get_by_role("button", name="Run 3 rows")
    expect(run).to_be_disabled()
    page.get_by_label("Input for the column Subject").select_option("topic")
    expect(problems).to_have_count(0)
    expect(page.get_by_role("region", name="Preview of the table")).to_contain_text("say three")
    assert is_accessible(page)
    picture(page, "batch-preview")
    run.press("Enter")

    rows = page.get_by_role("table", name="Rows")
    expect(rows.get_by_role("row").nth(3)).to_contain_text("three", timeout=6 * TIMEOUT_MS)
    expect(page.get_by_role("status").first).to_contain_text(
        "3 of 3 rows: 2 done, 1 failed", timeout=6 * TIMEOUT_MS
    )
    second = rows.get_by_role("row").nth(2)
    expect(second).to_contain_text("Failed")
    page.get_by_role("button", name="Make row 3 the winner").press("Enter")
    expect(page.get_by_role("button", name="Row 3 is the winner")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert is_accessible(page)
    picture(page, "batch-rows")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Results as CSV").click()
    text = downloaded.value.path().read_text("utf-8-sig")
    assert text.splitlines()[0] == "row,status,topic,post,error,leftOut,runId"
    page.get_by_role("button", name="Retry the row").click()
    expect(page.get_by_role("status").first).to_contain_text(
        "3 of 3 rows: 2 done, 1 failed", timeout=6 * TIMEOUT_MS
    )
    rows.get_by_role("link", name="Run of row 1").click()
    expect(page.locator(".react-flow__node")).to_have_count(2)
    page.go_back()
    page.get_by_role("link", name="All batches").click()
    earlier = page.get_by_role("region", name="Earlier batches")
    expect(earlier).to_contain_text("2 of 3 rows done, 1 failed")


@in_chromium
def test_a_file_of_many_rows_scrolls_and_is_cancelled_on_a_phone(editor: Editor) -> None:
    workflow_id, page = store(editor, "Many rows"), editor.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{editor.api}/workflows/{workflow_id}/batches")
    lines = "".join(json.dumps({"topic": f"wait 60 row {n}"}) + "\n" for n in range(1, 3_001))
    page.get_by_label("File for a batch").set_input_files(
        {"name": "rows.jsonl", "mimeType": "application/x-ndjson", "buffer": lines.encode()}
    )
    page.get_by_role("button", name="Run 3,000 rows").click(timeout=3 * TIMEOUT_MS)
    rows = page.get_by_role("table", name="Rows")
    expect(rows).to_have_attribute("aria-rowcount", "3001")
    expect(rows.get_by_role("row").nth(1)).to_contain_text("row 1", timeout=3 * TIMEOUT_MS)
    assert rows.get_by_role("row").count() < 60
    rows.evaluate("grid => { grid.scrollTop = 1500 * 64 }")
    expect(rows).to_contain_text("wait 60 row 1502")
    assert is_accessible(page)
    picture(page, "batch-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status").first).to_contain_text(
        "3,000 stopped", timeout=6 * TIMEOUT_MS
    )
