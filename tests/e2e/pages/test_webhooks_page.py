"""A webhook is made on its page, and its deliveries are seen and sent again."""

import httpx
from playwright.sync_api import expect

from support.browser.axe import AXE, violations
from support.browser.editor import TIMEOUT_MS, Editor, in_chromium
from support.browser.targets import small_targets
from support.product.backend import graph, node
from support.servers.webhook_receiver import running_receiver


@in_chromium
def test_a_webhook_is_made_told_and_sent_again(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.store(graph([node("a", "text", text="hello")]))
    with running_receiver() as receiver:
        page.goto(f"{editor.api}/workflows")
        page.get_by_role("button", name="Account and help").click()
        page.get_by_role("menuitem", name="Webhooks").click()
        expect(page.get_by_text("There is no webhook.")).to_be_visible()
        form = page.get_by_role("form", name="A new webhook")
        make = form.get_by_role("button", name="Make a webhook")
        expect(make).to_be_disabled()
        form.get_by_label("Name").fill("My shop")
        form.get_by_label("Address").fill("ftp://example.com")
        make.click()
        expect(form.get_by_role("alert")).to_contain_text("Nothing can be sent to this address")
        editor.allow_console_error("422")
        form.get_by_label("Address").fill(f"{receiver.url}/ok")
        form.get_by_label("Address").press("Enter")
        dialog = page.get_by_role("dialog", name="The secret of “My shop”")
        secret = dialog.get_by_label("Secret").input_value()
        assert secret.startswith("whsec_")
        dialog.get_by_role("button", name="I have it").click()

        runs = f"{editor.api}/api/workflows/{workflow_id}/runs"
        headers = {"Prefer": "wait=60"}
        httpx.post(runs, headers=headers, timeout=90, trust_env=False).raise_for_status()
        hook = page.get_by_role("listitem", name="My shop")
        hook.get_by_text("Deliveries").click()
        deliveries = hook.get_by_role("list", name="Deliveries to My shop")
        expect(deliveries).to_contain_text("Delivered: answered 200", timeout=3 * TIMEOUT_MS)
        expect(deliveries).to_contain_text("thanks")
        receiver.messages[0].verify(secret)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert small_targets(page) == []
        for theme in ("light", "dark") if AXE.is_file() else ():
            page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            assert violations(page) == [], theme
        with page.expect_response("**/resend"):
            deliveries.get_by_role("button", name="Send again").press("Enter")
        expect(deliveries).to_contain_text("Delivered: answered 200", timeout=3 * TIMEOUT_MS)

        hook.get_by_role("button", name="Disable").click()
        expect(hook).to_contain_text("Nothing is sent: it is disabled")
        hook.get_by_role("button", name="Enable").click()
        expect(hook.get_by_role("button", name="Disable")).to_be_visible()
        hook.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete the webhook").click()
        expect(page.get_by_text("There is no webhook.")).to_be_visible()
    assert len({message.id for message in receiver.messages}) == 1
