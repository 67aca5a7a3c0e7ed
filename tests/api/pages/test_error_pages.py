"""The `type` of a problem leads to a page that says what the code means; every answer has one."""

import re

import pytest

from schemas.codes import CODES
from support.api.client import Api

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def test_the_type_of_a_problem_is_the_address_of_its_page(api: Api):
    answer = await api.get("/api/workflows/7")
    problem = answer.json()
    assert problem["type"] == "/errors/workflow_not_found"
    page = await api.get(problem["type"], headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    assert CODES["workflow_not_found"].meaning in page.text
    assert CODES["workflow_not_found"].title in page.text
    assert "unsafe" not in page.headers["content-security-policy"]


async def test_every_code_has_a_page_without_any_outside_address(api: Api):
    index = await api.get("/errors", headers=BROWSER)
    linked = re.findall(r'<a href="/errors/(\w+)">', index.text)
    assert linked == list(CODES)
    for code in CODES:
        page = await api.get(f"/errors/{code}", headers=BROWSER)
        assert page.status_code == 200
        assert not re.search(r"https?://(?!x)", page.text)
    assert (await api.get("/errors/style.css")).headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/plain"),
        ("text/plain", "text/plain"),
        ("application/json", "application/json"),
        ("application/problem+json, */*", "application/json"),
        (BROWSER["Accept"], "text/html"),
    ],
)
@pytest.mark.parametrize("path", ["/errors", "/errors/workflow_not_found"])
async def test_who_is_no_browser_gets_no_page(api: Api, path: str, accept: str, media_type: str):
    page = await api.get(path, headers={"Accept": accept})
    assert page.headers["content-type"].partition(";")[0] == media_type
    assert page.headers["vary"] == "Accept"
    assert CODES["workflow_not_found"].meaning in page.text
    assert ("<" in page.text) == (media_type == "text/html")
    if media_type == "application/json":
        facts = page.json()
        assert "workflow_not_found" in str(facts)


@pytest.mark.parametrize("path", ["/errors/no_such_code", "/errors/%3Cscript%3E", "/errors/a/b"])
async def test_other_pages_are_not_there(api: Api, path: str):
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_backticks_in_a_sentence_are_code_and_nothing_is_markup(api: Api):
    page = (await api.get("/errors/input_missing", headers=BROWSER)).text
    assert "<code>{&quot;kind&quot;: &quot;failed&quot;}</code>" in page
