"""A function is shared by a link on the canvas, and used by somebody without an account."""

import httpx
from playwright.sync_api import Page, Request, expect

from e2e.pages.test_function_page import HIDDEN, is_accessible, publish, result, store
from support.browser.axe import AXE, violations
from support.browser.editor import MEDIA, TIMEOUT_MS, Editor, in_chromium
from support.browser.targets import small_targets


def make_link(editor: Editor, name: str, runs: str) -> str:
    """Make a link in the panel, by keyboard; gives its address."""
    page = editor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Inputs").click()
    published = page.get_by_role("region", name="Published")
    published.get_by_role("button", name="Share").press("Enter")
    dialog = page.get_by_role("dialog", name=f"Share “{name}”")
    make = dialog.get_by_role("button", name="Make a link")
    expect(make).to_be_disabled()
    dialog.get_by_label("For whom").fill("The shop in Kyoto")
    dialog.get_by_label("Runs at most").fill("0")
    expect(dialog.get_by_text("Runs are a whole number")).to_be_visible()
    expect(make).to_be_disabled()
    dialog.get_by_label("Runs at most").fill(runs)
    dialog.get_by_label("It ends").select_option("in a week")
    dialog.get_by_label("Runs at most").press("Enter")
    address = dialog.get_by_label("Address of the link").input_value()
    assert address.startswith(f"{editor.api}/s/")
    expect(dialog.get_by_role("list", name="Links")).to_contain_text(f"0 of {runs} runs")
    assert violations(page, ".dialog") == [] if AXE.is_file() else True
    dialog.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    dialog.get_by_role("button", name="Close").click()
    return address


def visit(editor: Editor, address: str, **context: object) -> Page:
    """Open an address in a browser of its own, which knows nothing of the owner."""
    browser = editor.page.context.browser
    assert browser is not None
    page = browser.new_context(**context).new_page()  # pyright: ignore[reportArgumentType]
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(address)
    return page


@in_chromium
def test_somebody_without_an_account_uses_a_link_until_it_is_revoked(editor: Editor) -> None:
    workflow_id = store(editor, "Posts to share")
    publish(editor, workflow_id, "shared_posts")
    editor.open(workflow_id)
    address = make_link(editor, "shared_posts", "2")
    token = address.partition("#")[2]

    asked: list[Request] = []
    page = visit(editor, "about:blank", viewport={"width": 390, "height": 844})

    def see(request: Request) -> None:
        asked.append(request)

    page.on("request", see)
    page.goto(address)
    expect(page.get_by_role("heading", name="Posts to share")).to_be_visible()
    expect(page.get_by_text("2 runs are left with this link")).to_be_visible()
    use_form(page)
    expect(page.get_by_text("One run is left with this link")).to_be_visible()
    page.reload()
    expect(page.get_by_text("One run is left with this link")).to_be_visible()
    page.get_by_label("Topic").fill("hang")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("of 4 steps done")).to_be_visible()
    page.reload()
    expect(page.get_by_text("of 4 steps done")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("It was stopped.", timeout=3 * TIMEOUT_MS)
    expect(page.get_by_text("This link has no run left.")).to_be_visible()
    page.get_by_label("Topic").fill("say more")
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_role("alert")).to_contain_text("used as often as it may be")

    outside = {request.url.removeprefix(editor.api).split("#")[0] for request in asked}
    api = {path for path in outside if path.startswith("/api/")}
    assert api
    assert all(path.startswith("/api/shared/") for path in api), api
    assert all(token not in request.url.partition("#")[0] for request in asked)
    assert all(token not in request.headers.get("referer", "") for request in asked)
    assert HIDDEN not in page.content()

    revoke(editor, workflow_id)
    page.reload()
    expect(page.get_by_role("heading", name="This link is over")).to_be_visible()
    is_accessible(page)
    page.goto(f"{address.partition('#')[0]}#nls_wrong")
    page.reload()
    expect(page.get_by_role("heading", name="There is no such form")).to_be_visible()
    page.context.close()


def revoke(editor: Editor, workflow_id: int) -> None:
    """See in the panel how often the link was used, and revoke it."""
    editor.open(workflow_id)
    editor.page.get_by_role("button", name="Runs", exact=True).click()
    editor.page.get_by_role("tab", name="Inputs").click()
    editor.page.get_by_role("button", name="Share").click()
    links = editor.page.get_by_role("list", name="Links")
    expect(links).to_contain_text("2 of 2 runs. It has no run left. Last used")
    links.get_by_role("button", name="Revoke").click()
    links.get_by_role("button", name="for good").click()
    expect(links).to_contain_text("It was revoked.")


def use_form(page: Page) -> None:
    """Upload a photo by mouse, run by keyboard, see and download what comes out; on a telephone's width."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(MEDIA / "coffee.jpg")
    expect(page.locator('.media[data-state="success"]')).to_be_visible()
    page.get_by_label("Topic").fill("say **dogs** bark")
    is_accessible(page)
    page.get_by_role("button", name="Run", exact=True).press("Enter")
    post, picture = result(page, "The post"), result(page, "The picture")
    expect(post.locator("strong")).to_have_text("dogs", timeout=3 * TIMEOUT_MS)
    image = picture.locator("img")
    expect(image).to_have_js_property("complete", value=True)
    assert image.evaluate("image => image.naturalWidth") > 0
    with page.expect_download() as saved:
        picture.get_by_role("button", name="Download").click()
    assert saved.value.suggested_filename.startswith("The picture.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert small_targets(page) == []
    is_accessible(page)


@in_chromium
def test_a_link_is_revoked_while_its_page_is_open(editor: Editor) -> None:
    publish(editor, store(editor, "Open pages"), "open_pages")
    links = f"{editor.api}/api/functions/open_pages/links"
    made = httpx.post(links, json={"title": "x"}, trust_env=False).json()
    page = visit(editor, f"{editor.api}{made['url']}")
    page.get_by_label("Topic").fill("say no")
    httpx.delete(f"{links}/{made['id']}", trust_env=False).raise_for_status()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This link was taken back.")
    page.context.close()
