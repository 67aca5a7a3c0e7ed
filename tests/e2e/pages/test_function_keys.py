"""An API key for one function, made on the page of keys."""

import httpx
from playwright.sync_api import expect

from support.browser.axe import AXE, violations
from support.browser.editor import Editor, in_chromium

NODE = {"id": "a", "type": "text", "position": {"x": 0, "y": 0}, "data": {"text": "Hello"}}


@in_chromium
def test_a_key_can_be_for_one_function(editor: Editor) -> None:
    id = editor.store({"name": "Posts", "nodes": [NODE], "edges": []})
    with httpx.Client(base_url=editor.api, trust_env=False) as owner:
        owner.post(f"/api/workflows/{id}/publish", json={"name": "posts"}).raise_for_status()
    page = editor.page
    page.goto(f"{editor.api}/keys")
    page.get_by_label("Name", exact=True).fill("Shop")
    write = page.get_by_role("checkbox", name="write save")
    expect(write).to_be_visible()
    page.get_by_label("It is for").select_option("the function posts")
    expect(write).to_have_count(0)
    assert not AXE.is_file() or violations(page) == []
    page.get_by_role("button", name="Make a key").click()
    key = {"Authorization": f"Bearer {page.get_by_label('Secret').input_value()}"}
    with httpx.Client(base_url=editor.api, headers=key, trust_env=False) as program:
        assert program.post("/api/functions/posts", json={}).status_code == 202
        assert program.get("/api/workflows").status_code == 403
    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_role("row", name="Shop")).to_contain_text("read, run of posts")
