"""Runs and versions: previewed, followed, read node by node, retried, stopped, looked at, restored."""

import re
from typing import Any

import httpx
from playwright.sync_api import Locator, Request, expect

from support.browser.axe import AXE, violations
from support.browser.editor import MEDIA, Editor, in_chromium, photo
from support.product.backend import edge, node


def at(x: int, y: int, each: dict[str, Any]) -> dict[str, Any]:
    """Put a node somewhere."""
    return {**each, "position": {"x": x, "y": y}}


def start(editor: Editor, workflow_id: int) -> str:
    """Start a run as a program does; give its id."""
    url = f"{editor.api}/api/workflows/{workflow_id}/runs"
    answer = httpx.post(url, json={"reuse": "never"}, trust_env=False, timeout=60)
    return answer.raise_for_status().json()["id"]


def history(editor: Editor) -> Locator:
    """Open the history; give its entries."""
    editor.page.get_by_role("button", name="Runs", exact=True).click()
    return editor.page.locator(".run")


def entry(editor: Editor, label: str) -> Locator:
    """Give a node of the run that is open in the panel."""
    return editor.page.locator(".entry").filter(
        has=editor.page.locator(".entry__label", has_text=re.compile(f"^{label}$"))
    )


def unfold(editor: Editor, label: str) -> Locator:
    """Open a node of the run that is open in the panel."""
    found = entry(editor, label)
    found.locator(".entry__toggle").click()
    return found


def state(editor: Editor, status: str) -> None:
    """Wait for the state of the run that is open in the panel."""
    shown = editor.page.locator(f'.detail .facts [data-status="{status}"]')
    expect(shown).to_be_visible(timeout=90_000)


def is_accessible(editor: Editor) -> bool:
    """Whether axe finds nothing in panels and dialogs, light and dark; true where there is no axe."""
    for theme in ("light", "dark") if AXE.is_file() else ():
        editor.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        found = violations(editor.page, ".panel", ".preview-banner", ".run-controls", ".dialog")
        assert found == [], theme
    return True


@in_chromium
def test_a_run_is_previewed_and_then_read_node_by_node(editor: Editor) -> None:
    page = editor.page
    editor.open_graph(
        [
            at(0, 0, photo(editor)),
            at(360, 0, node("crop", "crop", widthPercent=50, heightPercent=31)),
            at(0, 420, node("what", "text", text="speak 0.1 A **red** cup to read about")),
            at(720, 0, node("words", "llm", temperature=1)),
        ],
        [
            edge("photo", "crop", "image"),
            edge("crop", "words", "images"),
            edge("what", "words", "userMessage"),
        ],
    )
    expect(history(editor)).to_have_count(0)
    expect(page.get_by_role("heading", name="Nothing has run yet")).to_be_visible()

    page.keyboard.press("p")
    plan = page.get_by_role("dialog", name="What a run would do")
    expect(plan.locator(".plan__summary")).to_contain_text("1 model call.")
    expect(plan.locator('[data-plan="Runs"]')).to_contain_text("Words")
    assert is_accessible(editor)
    plan.get_by_role("button", name=re.compile(r"^Run \d nodes?$")).click()
    editor.run_ends("COMPLETED")

    run = page.locator(".run")
    expect(run).to_have_count(1)
    expect(run).to_contain_text("Everything")
    expect(run).to_contain_text("16 tokens")
    run.click()
    state(editor, "COMPLETED")
    expect(page.locator(".timeline .bar").last).to_be_visible()
    expect(page.locator(".entry__label").last).to_have_text("Words")
    crop = unfold(editor, "Crop")
    expect(crop.get_by_role("group", name="In: Image")).to_contain_text("600 × 400")
    image = crop.get_by_role("group", name="Out").locator("img")
    assert image.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    crop.get_by_role("group", name="Out").get_by_role(
        "button", name="Show it larger", exact=True
    ).click()
    large = page.get_by_role("dialog", name="Crop").get_by_alt_text("in full size")
    assert large.evaluate("img => img.decode().then(() => img.naturalWidth)") == 300
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    words = unfold(editor, "Words")
    expect(words.get_by_role("group", name="In: User message")).to_contain_text("speak 0.1")
    out = words.get_by_role("group", name="Out", exact=True)
    expect(out.locator("strong")).to_have_text("red")
    assert is_accessible(editor)
    out.get_by_role("button", name="Plain").click()
    expect(out.locator(".text")).to_contain_text("A **red** cup")
    with page.expect_download() as downloaded:
        out.get_by_role("button", name="Download the text").click()
    assert downloaded.value.suggested_filename == "Words.txt"
    reuse_everything(editor)


@in_chromium
def test_a_run_costs_two_requests_beside_its_events(editor: Editor) -> None:
    page = editor.page
    editor.open_graph(
        [
            at(0, 0, photo(editor)),
            at(360, 0, node("crop", "crop", widthPercent=50, heightPercent=31)),
            at(0, 420, node("what", "text", text="speak 0.1 A cup to read about")),
            at(720, 0, node("words", "llm", temperature=1)),
        ],
        [
            edge("photo", "crop", "image"),
            edge("crop", "words", "images"),
            edge("what", "words", "userMessage"),
        ],
    )
    editor.saved()
    editor.idle()
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.resource_type == "fetch":
            asked.append(f"{request.method} {request.url}")

    page.on("request", note)
    is_run = re.compile(r"/api/runs/[0-9a-f-]{36}$")
    with page.expect_response(lambda answer: bool(is_run.search(answer.url)), timeout=90_000):
        editor.run()
        editor.run_ends("COMPLETED")
    expect(editor.node("crop").get_by_label("Result").locator("img")).to_be_visible()
    expect(editor.node("words").get_by_label("Result")).to_contain_text("cup to read about")
    editor.idle()
    streams = [each for each in asked if each.endswith("/events")]
    others = [each.split("/api/")[1] for each in asked if each not in streams]
    assert len(streams) == 1
    assert sorted(re.sub(r"[0-9a-f-]{36}|\d+", "…", each) for each in others) == [
        "runs/…",
        "workflows/…/runs",
    ]


def reuse_everything(editor: Editor) -> None:
    """Run again, where nothing changed, from the preview; follow the results to where they are from."""
    page = editor.page
    plan = page.get_by_role("dialog", name="What a run would do")
    page.keyboard.press("p")
    expect(plan.locator(".plan__summary")).to_contain_text("Nothing has to run.")
    plan.get_by_role("button", name="Run", exact=True).click()
    editor.status("words", "REUSED")
    state(editor, "COMPLETED")
    expect(page.get_by_text("no model was asked.")).to_be_visible()
    expect(page.get_by_role("button", name="Run it anew")).to_be_visible()
    reused = unfold(editor, "Words")
    expect(reused).to_contain_text("cost nothing")
    reused.get_by_role("button", name="an earlier run").click()
    expect(page.locator(".detail .facts")).to_contain_text("16 tokens")
    page.get_by_role("button", name="All runs").click()
    expect(page.locator(".run")).to_have_count(2)


@in_chromium
def test_what_failed_is_retried_and_the_rest_stays(editor: Editor) -> None:
    page = editor.page
    editor.open_graph(
        [
            at(0, 0, node("what", "text", text="say the rest stays")),
            at(360, 0, node("good", "llm")),
            at(
                0,
                420,
                node("bad", "llm", userMessage="fail 1 say mended", settings={"retries": 0}),
            ),
            at(720, 0, node("end", "llm", userMessage="say {{input}}")),
        ],
        [edge("what", "good", "userMessage"), edge("bad", "end", "userMessage")],
    )
    editor.run()
    editor.run_ends("FAILED")
    history(editor).click()
    state(editor, "FAILED")
    failed = entry(editor, "Bad")
    expect(failed.locator(".reason")).to_contain_text("provider_unavailable")
    expect(unfold(editor, "End").locator(".reason--SKIPPED")).to_be_visible()
    assert is_accessible(editor)
    page.locator(".actions").get_by_role("button", name="Retry what failed").click()
    state(editor, "COMPLETED")
    expect(page.locator(".entry__label")).to_have_text(["Bad", "End"])
    for node_id in ("good", "bad", "end"):
        editor.status(node_id, "COMPLETED")
    page.reload()
    for node_id in ("good", "bad", "end"):
        editor.status(node_id, "COMPLETED")
    runs = history(editor)
    expect(runs).to_have_count(2)
    page.get_by_label("Which runs").select_option(label="Failed")
    expect(runs).to_have_count(1)
    expect(runs.locator('[data-status="FAILED"]')).to_be_visible()


@in_chromium
def test_runs_of_others_appear_and_any_is_stopped(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.open_graph(
        [
            at(0, 0, node("quick", "text", text="quick")),
            at(360, 0, node("slow", "llm", userMessage="hang")),
        ]
    )
    runs = history(editor)
    start(editor, workflow_id)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(runs).to_have_count(1)
    editor.run()
    expect(runs).to_have_count(2)
    expect(runs.locator('[data-status="RUNNING"]')).to_have_count(2)
    progress = page.locator(".run-controls__progress")
    expect(progress).to_contain_text("1 of 2")
    page.get_by_role("button", name="Stop", exact=True).click()
    editor.run_ends("CANCELLED")
    expect(runs.first.locator('[data-status="CANCELLED"]')).to_be_visible()
    runs.last.click()
    state(editor, "RUNNING")
    page.get_by_role("button", name="Stop this run").click()
    state(editor, "CANCELLED")
    page.get_by_role("button", name="All runs").click()
    expect(runs.locator('[data-status="CANCELLED"]')).to_have_count(2)


@in_chromium
def test_the_canvas_as_it_was_is_looked_at_and_restored(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.open_graph([at(0, 0, node("tea", "text", text="green tea"))])
    text = editor.node("tea").get_by_label("Text", exact=True)
    editor.run()
    editor.run_ends("COMPLETED")
    text.fill("black tea")
    editor.saved()

    history(editor).click()
    page.get_by_role("button", name="Show the canvas as it was").click()
    banner = page.get_by_role("status", name="An older version")
    expect(banner).to_contain_text("As it was in the run of")
    expect(text).to_have_value("green tea")
    expect(text).to_be_disabled()
    editor.status("tea", "COMPLETED")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("can only be looked at")).to_be_visible()
    banner.get_by_role("button", name="Back to now").click()
    expect(banner).to_have_count(0)
    expect(text).to_have_value("black tea")
    expect(text).to_be_enabled()
    assert editor.stored(workflow_id)["revision"] == 2

    page.get_by_role("tab", name="Runs").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    versions = page.locator(".version")
    expect(versions).to_have_count(2)
    expect(versions.first).to_contain_text("Current")
    expect(versions.first).to_contain_text("Changed “Tea”.")
    versions.last.get_by_role("button", name=re.compile("^Name ")).click()
    page.get_by_label("Name of the version").fill("The green one")
    page.keyboard.press("Enter")
    expect(versions.last.get_by_role("heading")).to_contain_text("The green one")
    page.get_by_role("button", name="Look at “The green one”").click()
    expect(banner).to_contain_text("The green one")
    assert is_accessible(editor)
    expect(text).to_have_value("green tea")
    banner.get_by_role("button", name="Restore this version").click()
    expect(page.get_by_text("What was here before stays in the history")).to_be_visible()
    expect(text).to_have_value("green tea")
    expect(text).to_be_enabled()
    expect(versions).to_have_count(3)
    expect(versions.first).to_contain_text("restored from version 1")
    assert editor.stored(workflow_id)["revision"] == 3
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(text).to_have_value("black tea")
    editor.saved()
    assert editor.stored(workflow_id)["nodes"][0]["data"]["text"] == "black tea"


@in_chromium
def test_a_video_in_the_history_plays(editor: Editor) -> None:
    page = editor.page
    files = {"file": ("product.mp4", (MEDIA / "product.mp4").read_bytes())}
    stored = httpx.post(f"{editor.api}/api/assets", files=files, trust_env=False, timeout=60)
    source = {"kind": "asset", "assetId": stored.json()["id"]}
    workflow_id = editor.open_graph([at(0, 0, node("film", "video", source=source))])
    start(editor, workflow_id)
    runs = history(editor)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(runs).to_have_count(1)
    expect(runs).to_contain_text("Everything, all anew")
    runs.click()
    state(editor, "COMPLETED")
    expect(page.locator(".detail .facts")).to_contain_text("all anew")
    password = page.get_by_role("link", name="Prefect")
    password.wait_for(timeout=120_000)  # Prefect is told of a short run after its end
    expect(password).to_have_attribute("title", re.compile("prefect.password"))
    video = unfold(editor, "Film").get_by_role("group", name="Out").locator("video")
    played = """video => new Promise((done, fail) => {
      video.addEventListener("error", () => fail(video.error));
      video.addEventListener("timeupdate", () => { if (video.currentTime > 0.3) done(true); });
      video.muted = true;
      video.play().catch(fail);
    })"""
    assert video.evaluate(played)


@in_chromium
def test_an_overtaken_restore_shows_both_and_lets_one_choose(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.open_graph([at(0, 0, node("tea", "text", text="green tea"))])
    text = editor.node("tea").get_by_label("Text", exact=True)
    text.fill("black tea")
    editor.saved()
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Versions").click()
    versions = page.locator(".version")
    expect(versions).to_have_count(2)
    page.route("**/restore", lambda route: (overtake(editor, workflow_id), route.continue_())[1])
    versions.last.get_by_role("button", name="Restore").click()

    both = page.get_by_role("dialog", name="This workflow was changed in two places")
    expect(both.get_by_role("region", name="Mine, in this window")).to_contain_text("green tea")
    expect(both.get_by_role("region", name="Theirs, on the server")).to_contain_text("white tea")
    editor.allow_console_error("409")
    assert editor.stored(workflow_id)["nodes"][0]["data"]["text"] == "white tea"
    both.get_by_role("button", name="Take theirs").click()
    expect(text).to_have_value("white tea")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(text).to_have_value("green tea")
    editor.saved()
    assert editor.stored(workflow_id)["nodes"][0]["data"]["text"] == "green tea"


def overtake(editor: Editor, workflow_id: int) -> None:
    """Save as somebody else does."""
    known = editor.stored(workflow_id)
    document = {key: known[key] for key in ("name", "nodes", "edges", "viewport")}
    document["nodes"][0]["data"]["text"] = "white tea"
    url = f"{editor.api}/api/workflows/{workflow_id}"
    headers = {"If-Match": str(known["revision"])}
    httpx.put(url, json=document, headers=headers, trust_env=False).raise_for_status()


@in_chromium
def test_problems_lead_to_their_nodes(editor: Editor) -> None:
    page = editor.page
    editor.open_graph([at(0, 0, node("one", "crop")), at(360, 0, node("two", "llm"))])
    editor.run()
    dialog = page.get_by_role("dialog", name="This cannot run yet")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    assert is_accessible(editor)
    dialog.get_by_role("button", name="Go to Two").click()
    expect(dialog).to_have_count(0)
    expect(editor.node("two").locator(".node--selected")).to_be_visible()
    expect(editor.node("two")).to_be_focused()
    editor.allow_console_error("422")
