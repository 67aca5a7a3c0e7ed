"""The model of a node: chosen from what is known of models, or typed."""

from playwright.sync_api import expect

from support.browser.axe import AXE, violations
from support.browser.editor import Editor, in_chromium
from support.product.backend import node


@in_chromium
def test_a_model_is_chosen_by_what_it_can_do_and_costs_or_typed(editor: Editor) -> None:
    workflow_id = editor.open_graph([node("m", "llm", userMessage="say Hello")])
    page = editor.page
    field = editor.node("m").get_by_role("combobox", name="Model")
    options = page.get_by_role("listbox", name="Model to choose from").get_by_role("option")
    field.click()
    expect(options).to_have_count(3)
    first = options.first
    for fact in (
        "Gemini 3.8 Flash",
        "gemini-3.8-flash",
        "Sees text and images, makes text",
        "1,048,576 tokens of context",
        "per million tokens",
    ):
        expect(first).to_contain_text(fact)
    popup = page.locator(".picker__popup")
    expect(popup).to_contain_text("Prices as of 30 November 2026, without discounts and taxes.")
    for theme in ("light", "dark") if AXE.is_file() else ():
        page.emulate_media(color_scheme=theme)
        assert violations(page, ".picker__popup") == [], theme
    options.filter(has_text="Lite").click()
    expect(field).to_have_value("gemini-3.5-flash-lite")
    expect(options).to_have_count(0)
    expect(field).to_be_focused()

    page.keyboard.press("ArrowDown")  # opens it
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("gemini-3.8-flash")

    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("2.0 flash")
    expect(options.first).to_contain_text("Retired on 1 June 2026: gemini-3.5-flash-lite takes its")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("gemini-2.0-flash")
    expect(editor.node("m").get_by_label("What to know")).to_contain_text("taken away")
    field.click()
    expect(options).to_have_count(4)  # what is chosen is among them, whatever became of it

    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("my-tuned-model")
    expect(popup).to_contain_text("“my-tuned-model” is not in the list, and is asked as typed.")
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    expect(field).to_be_focused()
    editor.saved()
    assert editor.stored(workflow_id)["nodes"][0]["data"]["model"] == "my-tuned-model"


@in_chromium
def test_the_list_of_models_is_as_large_at_every_zoom_and_follows_its_field(
    editor: Editor,
) -> None:
    editor.open_graph([node("m", "llm")])
    page = editor.page
    field = editor.node("m").get_by_role("combobox", name="Model")
    popup = page.locator(".picker__popup")
    for _ in range(3):
        page.get_by_role("button", name="Zoom out").click()
        page.wait_for_timeout(350)
    field.click()
    before = popup.bounding_box()
    assert before is not None
    assert before["width"] == 420
    page.mouse.move(1300, 880)
    page.mouse.wheel(200, 80)  # pans
    page.wait_for_function(
        "([x]) => document.querySelector('.picker__popup').getBoundingClientRect().x < x - 30",
        arg=[before["x"]],
    )
    page.mouse.click(1300, 880)
    expect(popup).to_have_count(0)
