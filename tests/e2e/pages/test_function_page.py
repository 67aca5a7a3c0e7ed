"""A workflow is published on the canvas and used as a form, by people who never see its graph."""

from typing import Any

import httpx
from playwright.sync_api import Locator, Page, Request, expect

from support.browser.axe import AXE, violations
from support.browser.editor import MEDIA, TIMEOUT_MS, Editor, in_chromium, photo
from support.browser.targets import small_targets
from support.product.backend import edge, node

HIDDEN = "Secret"
"""Stands in the name of every node and in the prompt, and on no form."""
HIDDEN_PATHS = ("/api/workflows", "/api/node-types")


def store(editor: Editor, name: str) -> int:
    """Store a workflow that writes about a topic and cuts a photo."""
    nodes = [
        node("what", "text", label=f"{HIDDEN} topic", text="say cats"),
        node("words", "llm", label=f"{HIDDEN} writer", systemPrompt=f"{HIDDEN} prompt"),
        photo(editor) | {"position": {"x": 0, "y": 460}},
        node("crop", "crop", label=f"{HIDDEN} crop", xPercent=25, widthPercent=50),
    ]
    nodes[1]["position"], nodes[3]["position"] = {"x": 420, "y": 0}, {"x": 420, "y": 460}
    inputs: list[dict[str, Any]] = [
        {"name": "topic", "nodeId": "what", "param": "text", "title": "Topic", "required": True},
        {"name": "part", "nodeId": "crop", "param": "widthPercent", "title": "How much of it"},
        {"name": "photo", "nodeId": "photo", "param": "source", "title": "Photo"},
    ]
    outputs = [
        {"name": "post", "nodeId": "words", "title": "The post"},
        {"name": "picture", "nodeId": "crop", "title": "The picture"},
    ]
    edges = [edge("what", "words", "userMessage"), edge("photo", "crop", "image")]
    document = {"name": name, "nodes": nodes, "edges": edges}
    return editor.store(document | {"inputs": inputs, "outputs": outputs})


def publish(editor: Editor, workflow_id: int, name: str) -> None:
    """Publish a workflow by the API."""
    address = f"{editor.api}/api/workflows/{workflow_id}/publish"
    httpx.post(address, json={"name": name}, trust_env=False).raise_for_status()


def result(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title)


def is_accessible(page: Page) -> None:
    for theme in ("light", "dark") if AXE.is_file() else ():
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert violations(page) == [], theme


@in_chromium
def test_a_workflow_is_published_on_the_canvas_and_used_as_a_form(editor: Editor) -> None:
    page = editor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    workflow_id = store(editor, "Posts & pictures")
    editor.open(workflow_id)
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Inputs").click()
    published = page.get_by_role("region", name="Published")
    name = published.get_by_label("Name of the function")
    expect(name).to_have_value("posts_pictures")
    name.fill("Posts!")
    expect(published.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    name.fill("form_posts")
    published.get_by_role("button", name="Publish", exact=True).click()
    expect(published).to_contain_text("It is what is drawn.")
    assert violations(page, ".panel") == [] if AXE.is_file() else True

    published.get_by_role("button", name="Copy a call").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    call = page.evaluate("navigator.clipboard.readText()")
    assert f"curl -s {editor.api}/api/functions/form_posts" in call
    assert '"topic":"say cats"' in call
    assert '"photo":{"assetId"' in call

    inputs = page.get_by_role("region", name="Inputs")
    inputs.get_by_role("button", name="Photo is no longer declared").click()
    expect(published).to_contain_text("What is drawn differs from what is published.")
    published.get_by_role("button", name="Publish what is drawn").click()
    broken = page.get_by_role("dialog", name="Those who call “form_posts” would be broken")
    expect(broken.get_by_role("listitem")).to_contain_text("photo")
    broken.get_by_role("button", name="Change it first").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(published).to_contain_text("It is what is drawn.")
    form = published.get_by_role("link", name="Open the form")
    expect(form).to_have_attribute("href", "/f/form_posts")

    use_form(editor)

    editor.open(workflow_id)
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Inputs").click()
    published.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(published.get_by_label("Name of the function")).to_be_visible()
    page.goto(f"{editor.api}/f/form_posts")
    expect(page.get_by_role("heading", name="There is no such form")).to_be_visible()
    editor.allow_console_error("404")
    editor.allow_console_error("409")


def use_form(editor: Editor) -> None:
    """Fill the form in wrongly and rightly, by mouse and by keyboard."""
    page = editor.page
    asked: list[str] = []

    def see(request: Request) -> None:
        asked.append(request.url.removeprefix(editor.api))

    page.on("request", see)
    page.goto(f"{editor.api}/f/form_posts")
    expect(page.get_by_role("heading", name="Posts & pictures")).to_be_visible()
    fill_in_wrongly(page)
    use_results(page)
    topic = page.get_by_label("Topic")
    expect(topic).to_have_value("say **dogs** bark")
    topic.fill("say cows")
    page.get_by_role("button", name="Run again").click()
    expect(result(page, "The post")).to_contain_text("cows", timeout=3 * TIMEOUT_MS)
    assert HIDDEN not in page.content()
    assert [path for path in asked if path.startswith(HIDDEN_PATHS)] == []
    page.remove_listener("request", see)
    editor.allow_console_error("422")


def fill_in_wrongly(page: Page) -> None:
    """Give values that the page, the server and the model refuse; each says so."""
    topic, part = page.get_by_label("Topic"), page.get_by_label("How much of it")
    run = page.get_by_role("button", name="Run", exact=True)
    expect(part).to_have_value("50")
    topic.fill("")
    part.fill("500")
    run.click()
    expect(page.get_by_text("Fill this in.")).to_be_visible()
    expect(page.get_by_text("Type a number from 0 to 100.")).to_be_visible()
    expect(topic).to_be_focused()
    is_accessible(page)
    topic.fill("refuse")
    part.fill("80")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(MEDIA / "coffee.jpg")
    expect(page.locator('.media[data-state="success"]')).to_be_visible()
    run.click()
    alert = page.locator(".function-page__results").get_by_role("alert")
    expect(alert).to_contain_text("It did not start.")
    expect(page.get_by_text("over the right edge")).to_be_visible()
    part.fill("25")
    run.click()
    expect(alert).to_contain_text("It did not work.", timeout=3 * TIMEOUT_MS)


def use_results(page: Page) -> None:
    """Run it by keyboard; see, copy and download what comes out."""
    page.get_by_label("Topic").fill("say **dogs** bark")
    page.get_by_role("button", name="Run again").press("Enter")
    post, picture = result(page, "The post"), result(page, "The picture")
    expect(post.locator("strong")).to_have_text("dogs", timeout=3 * TIMEOUT_MS)
    expect(picture.locator("img")).to_be_visible()
    expect(picture.locator("img")).to_have_js_property("complete", value=True)
    assert picture.locator("img").evaluate("image => image.naturalWidth") > 0
    post.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "**dogs** bark"
    with page.expect_download() as saved:
        picture.get_by_role("button", name="Download").click()
    assert saved.value.suggested_filename.startswith("The picture.")
    is_accessible(page)


@in_chromium
def test_a_form_is_used_by_thumb(phone: Editor) -> None:
    page = phone.page
    publish(phone, store(phone, "Thumbs"), "form_thumbs")
    page.goto(f"{phone.api}/f/form_thumbs")
    topic = page.get_by_label("Topic")
    topic.fill("hang")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert small_targets(page) == []
    page.get_by_role("button", name="Run", exact=True).tap()
    expect(page.get_by_text("of 4 steps done")).to_be_visible()
    page.reload()
    expect(page.get_by_text("3 of 4 steps done")).to_be_visible()
    expect(topic).to_have_value("hang")
    page.get_by_role("button", name="Cancel").tap()
    expect(page.get_by_role("alert")).to_contain_text("It was stopped.")

    topic.fill("say A slogan by thumb")
    page.get_by_role("button", name="Run again").tap()
    expect(result(page, "The post")).to_contain_text("A slogan by thumb", timeout=3 * TIMEOUT_MS)
    expect(result(page, "The picture").locator("img")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert small_targets(page) == []
    is_accessible(page)
