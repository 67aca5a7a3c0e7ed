"""Nodes: crop on the picture, scrub through the video, runs with all their states, two windows."""

import httpx
from playwright.sync_api import Browser, expect

from support.browser.editor import MEDIA, VIEWPORT, Editor, in_chromium
from support.product.backend import edge, node
from support.product.nodeloom import Up


def asset(editor: Editor, name: str) -> dict[str, str]:
    """Upload a file by the API; give it as a source."""
    files = {"file": (name, (MEDIA / name).read_bytes())}
    answer = httpx.post(f"{editor.api}/api/assets", files=files, trust_env=False)
    return {"kind": "asset", "assetId": answer.raise_for_status().json()["id"]}


def placed(each: dict[str, object], x: int, y: int = 0) -> dict[str, object]:
    """Put a node elsewhere."""
    return {**each, "position": {"x": x, "y": y}}


@in_chromium
def test_a_crop_is_drawn_on_the_image_itself(editor: Editor) -> None:
    photo = node("p", "image", source=asset(editor, "coffee.jpg"))
    workflow_id = editor.open_graph(
        [photo, placed(node("c", "crop"), 420)], [edge("p", "c", "image")]
    )
    page = editor.page
    area = editor.node("c").locator(".rectangle__area")
    area.locator("img").evaluate("img => img.decode()")
    box = area.bounding_box()
    assert box is not None

    def drag(x: float, y: float, x2: float, y2: float) -> None:
        assert box is not None
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + x2 * box["width"], box["y"] + y2 * box["height"], steps=5)
        page.mouse.up()

    def numbers() -> list[float]:
        fields = editor.node("c").locator(".group__fields input").all()
        return [float(field.input_value()) for field in fields]

    drag(0.2, 0.2, 0.6, 0.5)  # all is chosen: a new one is drawn
    assert [round(each / 10) for each in numbers()] == [2, 2, 4, 3]
    page.keyboard.press("Control+z")
    assert numbers() == [0, 0, 100, 100]
    drag(1, 1, 0.8, 0.7)  # the corner
    x, y, width, height = numbers()
    assert (x, y) == (0, 0)
    assert abs(width - 80) < 1.5
    assert abs(height - 70) < 1.5
    drag(0.4, 0.3, 0.5, 0.4)  # the whole
    assert [round(each) for each in numbers()[2:]] == [round(width), round(height)]
    assert abs(numbers()[0] - 10) < 1.5
    drag(0.5, 0.4, 2, 0.4)  # never over the edge
    assert abs(numbers()[0] + numbers()[2] - 100) < 0.02
    area.get_by_role("group").focus()
    page.keyboard.press("ArrowLeft")
    assert abs(numbers()[0] + numbers()[2] - 99) < 0.02
    editor.saved()
    stored = editor.stored(workflow_id)["nodes"][1]["data"]
    assert [stored[f"{each}Percent"] for each in ("x", "y", "width", "height")] == numbers()
    editor.menu("c", "Run up to here")
    editor.run_ends("COMPLETED")
    expect(editor.node("c").get_by_alt_text("Result")).to_be_visible()
    page.keyboard.press("Control+z")
    assert numbers() != [stored[f"{each}Percent"] for each in ("x", "y", "width", "height")]


@in_chromium
def test_a_colour_is_picked_or_typed(editor: Editor) -> None:
    photo = node("p", "image", source=asset(editor, "coffee.jpg"))
    card = placed(node("c", "background", aspect="1:1"), 420)
    workflow_id = editor.open_graph([photo, card], [edge("p", "c", "image")])
    swatch, field = (
        editor.node("c").get_by_label("Choose: Colour"),
        editor.node("c").get_by_label("Colour", exact=True),
    )
    expect(field).to_have_value("#ffffff")
    swatch.fill("#ff8800")
    expect(field).to_have_value("#ff8800")
    field.fill("orange")
    expect(editor.node("c")).to_contain_text("must be written such as “#ffffff”; it is “orange”")
    field.fill("#00FF0080")
    expect(swatch).to_have_value("#00ff00")
    editor.saved()
    assert editor.stored(workflow_id)["nodes"][1]["data"]["color"] == "#00FF0080"
    editor.menu("c", "Run up to here")
    editor.run_ends("COMPLETED")
    expect(editor.node("c").get_by_alt_text("Result")).to_be_visible()


@in_chromium
def test_a_frame_is_found_by_scrubbing(editor: Editor) -> None:
    video = node("v", "video", source=asset(editor, "product.mp4"))
    editor.open_graph([video, placed(node("f", "frame"), 420)], [edge("v", "f", "video")])
    scrubber = editor.node("f").get_by_role("slider")
    expect(scrubber).to_be_enabled()
    box = scrubber.bounding_box()
    assert box is not None
    editor.page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    editor.page.mouse.down()
    editor.page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 4, steps=5)
    editor.page.mouse.up()
    typed = float(editor.node("f").get_by_label("Timestamp", exact=True).input_value())
    assert 2.6 < typed < 3.4
    seen = editor.node("f").locator("video")
    assert abs(seen.evaluate("video => video.currentTime") - typed) < 0.1
    expect(editor.node("f").locator(".scrubber__time")).to_contain_text("0:0")
    editor.node("f").get_by_label("Timestamp", exact=True).fill("50%")
    expect(editor.node("f").locator(".scrubber__time")).to_have_text("0:02.0 / 0:04.0")


@in_chromium
def test_a_run_is_stopped(editor: Editor) -> None:
    editor.open_graph(
        [node("a", "llm", userMessage="hang"), placed(node("b", "llm"), 420)],
        [edge("a", "b", "userMessage")],
    )
    editor.run()
    editor.status("a", "RUNNING")
    editor.status("b", "PENDING")
    editor.page.get_by_role("button", name="Stop").click()
    editor.run_ends("CANCELLED")
    editor.status("a", "CANCELLED")
    expect(editor.page.get_by_role("button", name="Run", exact=True)).to_be_visible()


@in_chromium
def test_a_failure_says_why_and_what_follows_is_skipped_and_can_be_tried_again(
    editor: Editor,
) -> None:
    nodes = [
        node("good", "text", text="fine"),
        placed(node("bad", "llm", userMessage="refuse"), 420),
        placed(node("next", "llm", label="Next"), 840),
    ]
    editor.open_graph(nodes, [edge("bad", "next", "userMessage")])
    editor.run()
    editor.run_ends("FAILED")
    editor.done("good")
    editor.status("bad", "FAILED")
    expect(editor.node("bad").get_by_role("alert")).to_contain_text("key")
    editor.status("next", "SKIPPED")
    expect(editor.node("next").locator(".reason")).to_contain_text("Bad")

    editor.node("bad").get_by_role("textbox", name="User message").fill("say **bold** <b>not</b>")
    editor.page.get_by_role("button", name="Run what changed").click()
    editor.run_ends("COMPLETED")
    said = editor.node("bad").locator(".value--text")
    expect(said.locator("strong")).to_have_text("bold")
    expect(said).to_contain_text("<b>not</b>")
    assert said.locator("b").count() == 0


@in_chromium
def test_two_windows_do_not_overwrite_each_other(
    editor: Editor, browser: Browser, product: Up
) -> None:
    workflow_id = editor.open_graph([node("a", "text", text="mine"), node("b", "text", text="x")])
    editor.saved()
    with browser.new_context(
        viewport=VIEWPORT
    ) as context:  # another person: nothing is told directly
        other = Editor(context.new_page(), product.addresses["api"])
        other.open(workflow_id)
        editor.page.context.set_offline(True)
        editor.node("a").get_by_label("Text", exact=True).fill("changed here")
        other.node("a").get_by_label("Text", exact=True).fill("changed there")
        other.rename("b", "Theirs")
        other.saved()
        editor.page.context.set_offline(False)
        dialog = editor.page.get_by_role("dialog", name="changed in two places")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_label("Theirs, on the server")).to_contain_text("also changed")
        dialog.get_by_role("button", name="Merge, mine wins").click()
        editor.saved()
        stored = editor.stored(workflow_id)["nodes"]
        assert stored[0]["data"]["text"] == "changed here"
        assert stored[1]["data"]["label"] == "Theirs"
        assert other.console_errors == []
    editor.allow_console_error("ERR_INTERNET_DISCONNECTED")
    editor.allow_console_error("status of 409")
