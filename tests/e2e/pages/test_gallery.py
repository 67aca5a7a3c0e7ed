"""The gallery: every result of a workflow, found, seen large, and put on the canvas."""

from playwright.sync_api import Locator, expect

from support.browser.axe import AXE, violations
from support.browser.editor import Editor, center, in_chromium, photo
from support.product.backend import edge, node


def run_twice(editor: Editor) -> int:
    """Open a workflow that crops a photo and says something; run it, change both, run it again."""
    positions = {"photo": (0, 0), "crop": (330, 0), "what": (0, 420), "words": (330, 420)}
    nodes = [
        photo(editor),
        node("crop", "crop", widthPercent=50, heightPercent=40),
        node("what", "text", text=f"say {'A red cup to read about. ' * 30}"),
        node("words", "llm"),
    ]
    placed = [
        {**each, "position": dict(zip("xy", positions[each["id"]], strict=True))} for each in nodes
    ]
    edges = [edge("photo", "crop", "image"), edge("what", "words", "userMessage")]
    workflow_id = editor.open_graph(placed, edges)
    editor.run()
    editor.run_ends("COMPLETED")
    editor.node("what").get_by_label("Text", exact=True).fill("say A blue cup")
    width = editor.node("crop").get_by_label("Width", exact=True)
    width.fill("30")
    width.press("Tab")
    editor.saved()
    editor.run()
    expect(editor.node("words").get_by_label("Result")).to_contain_text("A blue cup")
    editor.run_ends("COMPLETED")
    return workflow_id


def show_by_keyboard(editor: Editor) -> None:
    """Open the results by the list of commands."""
    page = editor.page
    expect(editor.nodes).not_to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Command", exact=True)).to_be_focused()
    page.keyboard.type("show or hide the results")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Results")).to_have_attribute("aria-selected", "true")


def tiles(editor: Editor, name: str | None = None) -> Locator:
    found = editor.page.get_by_role("list", name="Results").get_by_role("article")
    return found.filter(has=editor.page.get_by_text(name, exact=True)) if name else found


def is_accessible(editor: Editor) -> bool:
    """Whether axe finds nothing, light and dark; true where there is no axe."""
    for theme in ("light", "dark") if AXE.is_file() else ():
        editor.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert violations(editor.page, ".panel") == [], theme
    return True


@in_chromium
def test_results_are_found_and_dragged_onto_the_canvas(editor: Editor) -> None:
    page = editor.page
    run_twice(editor)
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Results").click()
    expect(tiles(editor, "Crop")).to_have_count(2)
    expect(tiles(editor, "Words")).to_have_count(2)
    expect(tiles(editor, "Photo")).to_have_count(1)
    image = tiles(editor, "Crop").first.locator("img")
    assert image.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    assert is_accessible(editor)

    page.get_by_label("Which kind").select_option(label="Image")
    expect(tiles(editor)).to_have_count(3)
    page.get_by_label("Which node").select_option(label="Crop")
    expect(tiles(editor)).to_have_count(2)
    oldest = tiles(editor).last
    oldest.get_by_role("button", name="Crop: show it larger").click()
    large = page.get_by_role("dialog", name="Crop").get_by_alt_text("in full size")
    assert large.evaluate("img => img.decode().then(() => img.naturalWidth)") == 300
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    drop(editor, oldest, 900, 800)
    expect(editor.nodes).to_have_count(5)
    made = editor.node((set(editor.ids()) - {"photo", "crop", "what", "words"}).pop())
    box = made.bounding_box()
    assert box is not None
    assert abs(box["x"] - 900) < 60
    assert abs(box["y"] - 800) < 60
    expect(made.locator("img").first).to_be_visible()
    oldest.get_by_role("button", name="Open the run of Crop").click()
    expect(page.locator(".detail")).to_be_visible()
    expect(page.locator(".entry__label", has_text="Crop")).to_be_visible()


def drop(editor: Editor, tile: Locator, x: float, y: float) -> None:
    """Drag a result to a point of the screen."""
    mouse = editor.page.mouse
    start = center(tile.locator(".tile__value"))
    mouse.move(*start)
    mouse.down()
    mouse.move(start[0] - 12, start[1] + 6)
    mouse.move(x, y, steps=4)
    mouse.up()


@in_chromium
def test_favourites_are_marked_by_mouse_and_by_keyboard(editor: Editor) -> None:
    page = editor.page
    run_twice(editor)
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Results").click()
    only = page.get_by_role("button", name="Only favourites")
    only.click()
    expect(page.get_by_text("Nothing is a favourite yet")).to_be_visible()
    only.click()
    star = tiles(editor, "Crop").last.get_by_role("button", name="Mark Crop as a favourite")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    words = tiles(editor, "Words").first
    words.get_by_role("button", name="Open the run of Words").focus()
    page.keyboard.press("Tab")
    mark = words.get_by_role("button", name="Mark Words as a favourite")
    expect(mark).to_be_focused()
    page.keyboard.press("Enter")
    expect(mark).to_have_attribute("aria-pressed", "true")
    expect(mark).to_be_focused()
    assert is_accessible(editor)

    page.reload()
    show_by_keyboard(editor)
    only.focus()
    page.keyboard.press("Space")
    expect(tiles(editor)).to_have_count(2)
    expect(tiles(editor, "Words")).to_contain_text("A blue cup")
    tiles(editor, "Crop").get_by_role("button", name="Mark Crop as a favourite").click()
    expect(tiles(editor)).to_have_count(1)


@in_chromium
def test_a_text_of_the_gallery_is_put_on_the_canvas_by_keyboard(editor: Editor) -> None:
    page = editor.page
    workflow_id = run_twice(editor)
    show_by_keyboard(editor)
    node_filter = page.get_by_label("Which node")
    node_filter.focus()
    page.keyboard.type("Words")
    expect(tiles(editor)).to_have_count(2)
    old = tiles(editor).last
    add = old.get_by_role("button", name="Add Words to the canvas")
    old.get_by_role("button", name="Words: show it larger").focus()
    page.keyboard.press("Tab")
    expect(add).to_be_focused()
    page.keyboard.press("Enter")
    expect(editor.nodes).to_have_count(5)
    editor.saved()
    (made,) = [
        each for each in editor.stored(workflow_id)["nodes"] if each["id"].startswith("text")
    ]
    assert made["data"]["text"].strip() == ("A red cup to read about. " * 30).strip()
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(editor.nodes).to_have_count(4)
