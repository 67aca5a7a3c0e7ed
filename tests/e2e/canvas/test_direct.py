"""Direct manipulation: names as they are typed, lines dropped on nodes, things where the pointer is."""

import re

from playwright.sync_api import expect

from support.browser.editor import Editor, center, in_chromium
from support.product.backend import edge, node


@in_chromium
def test_the_name_field_takes_spaces_and_gives_up_on_escape(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.open_graph([node("a", "text", text="one")])
    name = page.get_by_label("Name of the workflow")
    name.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("My  first ")
    expect(name).to_have_value("My  first ")
    page.keyboard.type("kit")
    page.keyboard.press("Enter")
    expect(name).to_have_value("My  first kit")
    editor.saved()
    assert editor.stored(workflow_id)["name"] == "My  first kit"
    name.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("Never mind")
    page.keyboard.press("Escape")
    expect(name).to_have_value("My  first kit")
    name.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(name).to_have_value("")
    page.keyboard.press("Enter")
    expect(name).to_have_value("My  first kit")
    name.click()
    page.keyboard.press("End")
    for _ in "My  first kit":
        page.keyboard.press("Backspace")
    expect(name).to_have_value("")
    page.keyboard.press("Tab")
    expect(name).to_have_value("My  first kit")


@in_chromium
def test_a_line_dropped_on_a_node_connects_or_says_why_not(editor: Editor) -> None:
    page = editor.page
    placed = {"a": (0, 0), "b": (420, 0), "c": (840, 0), "p": (0, 420)}
    nodes = [node("a", "text", text="one"), node("b", "llm"), node("c", "llm"), node("p", "image")]
    for each in nodes:
        each["position"] = dict(zip("xy", placed[each["id"]], strict=True))
    editor.open_graph(nodes, [edge("a", "b", "userMessage")])

    def drop(source: str, target: str) -> None:
        page.mouse.move(*center(editor.port(source, "output")))
        page.mouse.down()
        page.mouse.move(*center(editor.node(target).locator(".node__label")), steps=6)
        page.mouse.up()

    drop("b", "c")
    expect(editor.edges).to_have_count(2)
    row = editor.node("c").locator(".row", has=page.locator('[data-handleid="userMessage"]'))
    expect(row.locator(".source__name")).to_have_text("B")
    drop("p", "c")
    expect(editor.edges).to_have_count(3)
    drop("c", "a")
    expect(page.get_by_text("That would be a circle")).to_be_visible()
    drop("p", "a")
    expect(page.get_by_text("This node has no input for that.")).to_be_visible()
    expect(editor.edges).to_have_count(3)


def moves_the_view_from_the_map(editor: Editor) -> None:
    """Drag on the map, and turn the wheel there."""
    page = editor.page
    expect(page.locator(".minimap")).to_be_visible()
    x, y = center(page.locator(".minimap"))
    before = editor.node("near").bounding_box()
    assert before is not None
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y, steps=3)
    page.mouse.up()
    after = editor.node("near").bounding_box()
    assert after is not None
    assert after["x"] < before["x"]
    assert after["width"] == before["width"]
    page.mouse.wheel(0, 300)
    editor.rests()
    smaller = editor.node("near").bounding_box()
    assert smaller is not None
    assert smaller["width"] < after["width"]


@in_chromium
def test_a_node_is_found_by_its_name_and_the_map_can_be_put_away(editor: Editor) -> None:
    page = editor.page
    far = {**node("far", "text", text="far"), "position": {"x": 9000, "y": 0}}
    editor.open_graph([node("near", "text", text="written near"), far])
    moves_the_view_from_the_map(editor)
    page.keyboard.press("m")
    expect(page.locator(".minimap")).to_have_count(0)
    for _ in range(30):
        page.keyboard.press("-")
        page.wait_for_timeout(60)  # the view zooms
    expect(page.get_by_role("button", name="Zoom: 2 percent")).to_be_visible()
    page.keyboard.press("Shift+Digit0")
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Command", exact=True)).to_be_focused()
    page.keyboard.type("go far")
    page.keyboard.press("Enter")
    expect(editor.node("far")).to_be_focused()
    expect(editor.node("far")).to_be_in_viewport()
    expect(editor.node("far")).to_have_class(re.compile("selected"))

    page.keyboard.press("Control+f")
    expect(page.get_by_label("Node to go to")).to_be_focused()
    page.keyboard.type("written near")
    page.keyboard.press("Enter")
    expect(editor.node("near")).to_be_focused()
    expect(editor.node("near")).to_be_in_viewport()
    expect(editor.node("far")).not_to_be_in_viewport()


@in_chromium
def test_what_is_pasted_lands_under_the_pointer(editor: Editor) -> None:
    page = editor.page
    editor.open_graph([node("a", "text", text="one")])
    editor.node("a").locator(".node__icon").click()
    page.keyboard.press("Control+c")
    page.mouse.move(1200, 800)
    page.keyboard.press("Control+v")
    expect(editor.nodes).to_have_count(2)
    (copy,) = set(editor.ids()) - {"a"}
    x, y = center(editor.node(copy))
    assert abs(x - 1200) < 200
    assert abs(y - 800) < 200


@in_chromium
def test_canvas_nodes_and_edges_have_menus_of_their_own(editor: Editor) -> None:
    page = editor.page
    nodes = [node("a", "text", text="say menu"), node("b", "llm")]
    nodes[1]["position"] = {"x": 420, "y": 0}
    editor.open_graph(nodes, [edge("a", "b", "userMessage")])
    editor.run()
    editor.run_ends("COMPLETED")
    editor.node("b").locator(".node__icon").click(button="right")
    expect(page.get_by_role("menuitem", name="Run up to here")).to_be_visible()
    page.get_by_role("menuitem", name="Show the result large").click()
    expect(page.get_by_role("dialog", name="B")).to_contain_text("menu")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    editor.node("b").locator(".value--text").click(button="right")
    expect(page.get_by_role("menuitem", name="Run this node")).to_have_count(0)
    with page.expect_download() as downloaded:
        page.get_by_role("menuitem", name="Download it").click()
    assert downloaded.value.path().read_text("utf-8") == "menu"

    page.mouse.click(*middle_of(editor, ("a", "output"), ("b", "userMessage")), button="right")
    page.get_by_role("menuitem", name="Go to A").click()
    expect(editor.node("a")).to_be_focused()
    page.keyboard.press("Shift+Digit1")
    page.wait_for_timeout(400)  # the view moves
    page.mouse.click(*middle_of(editor, ("a", "output"), ("b", "userMessage")), button="right")
    page.get_by_role("menuitem", name="Delete the connection").click()
    expect(editor.edges).to_have_count(0)

    page.mouse.click(1450, 500, button="right")
    page.get_by_role("menuitem", name="Add a node here").click()
    page.keyboard.type("crop")
    page.keyboard.press("Enter")
    expect(editor.nodes).to_have_count(3)
    editor.node("b").focus()
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Delete", exact=True).click()
    expect(editor.nodes).to_have_count(2)


def middle_of(editor: Editor, start: tuple[str, str], end: tuple[str, str]) -> tuple[float, float]:
    """Give the middle of a line between two ports, on the screen."""
    (x, y), (to_x, to_y) = center(editor.port(*start)), center(editor.port(*end))
    return (x + to_x) / 2, (y + to_y) / 2


@in_chromium
def test_of_lines_over_each_other_the_selected_one_is_led_elsewhere(editor: Editor) -> None:
    page = editor.page
    nodes = [
        *({**node(name, "image"), "position": {"x": 0, "y": y}} for name, y in PICTURES.items()),
        {**node("target", "llm"), "position": {"x": 700, "y": 0}},
        {**node("other", "llm"), "position": {"x": 700, "y": 700}},
    ]
    edges = [edge(name, "target", "images") for name in PICTURES]
    for wanted in PICTURES:
        workflow_id = editor.open_graph(nodes, edges)
        x, y = center(editor.port(wanted, "output"))
        page.mouse.click(x + 26, y)
        expect(page.locator(".connection--selected")).to_have_count(1)
        x, y = center(editor.port("target", "images"))
        page.mouse.move(x - 14, y)
        page.mouse.down()
        page.mouse.move(*center(editor.port("other", "images")), steps=6)
        page.mouse.up()
        editor.saved()
        ends = {each["source"]: each["target"] for each in editor.stored(workflow_id)["edges"]}
        assert ends == {name: "other" if name == wanted else "target" for name in PICTURES}


PICTURES = {"first": 0, "second": 400, "third": 800}


@in_chromium
def test_undo_survives_every_way_of_leaving(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.open_graph([node("a", "text", text="one")])
    text = editor.node("a").get_by_label("Text", exact=True)
    undo = page.get_by_role("button", name="Undo", exact=True)
    text.fill("two")
    editor.saved()
    page.get_by_role("link", name="All workflows").click()
    page.get_by_role("link", name="A workflow").first.wait_for()
    page.go_back()
    expect(text).to_have_value("two")
    expect(undo).to_be_enabled()
    page.reload()
    expect(undo).to_be_enabled()
    page.close()  # and another window of the same browser
    again = Editor(page.context.new_page(), editor.api)
    again.open(workflow_id)
    again.page.get_by_role("button", name="Undo", exact=True).click()
    expect(again.node("a").get_by_label("Text", exact=True)).to_have_value("one")
    again.saved()
    assert again.console_errors == []
