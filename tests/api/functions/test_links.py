"""Share links: whoever has one uses the function, and sees nothing else of its owner."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app
from api.auth.identity import LOCAL_USER
from api.http.rate_limit import LINK_RATES
from db.assets import get_asset
from db.lists.links import MAX_ACTIVE_LINKS, MAX_UPLOADS
from schemas.demo_model import DEMO_MODEL
from schemas.settings import Settings
from schemas.wire.run import RunError, RunStatus
from support.api.client import Api, Rows, Worker, graph, text_node
from support.database.rows import completed, failed, running
from support.nodes.media import encoded, numbered_pixels
from support.servers.clerk import AUTHORIZED_PARTY, Clerk, bearer, running_clerk

Workers = Callable[[str], Worker]
SECRET = "Never shown to others"
PHOTO = {"kind": "url", "url": "https://example.com/a.jpg"}


def drawn() -> dict[str, Any]:
    """A text that somebody gives, a prompt that is secret, and a photo."""
    return graph(
        text_node("a", label=SECRET),
        text_node("b", f"{SECRET} prompt"),
        {"id": "c", "type": "image", "position": {"x": 0, "y": 0}, "data": {"source": PHOTO}},
        inputs=[
            {"name": "topic", "nodeId": "a", "param": "text", "required": True},
            {"name": "photo", "nodeId": "c", "param": "source"},
        ],
        outputs=[{"name": "post", "nodeId": "a"}, {"name": "picture", "nodeId": "c"}],
    )


async def publish(api: Api, **more: Any) -> None:
    url = (await api.post("/api/workflows", json=drawn(), **more)).json()["id"]
    answer = await api.post(f"/api/workflows/{url}/publish", json={"name": "posts"}, **more)
    assert answer.status_code == 200, answer.text


class Visitor:
    """Whoever has a link: the address of its API, and the token."""

    def __init__(self, api: Api, made: dict[str, Any]) -> None:
        self.api = api
        page, self.token = made["url"].split("#")
        self.url = page.replace("/s/", "/api/shared/")

    async def ask(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return await self.api.request(method, f"{self.url}{path}", headers=headers, **more)

    async def start(self, topic: Any = "Tea", **more: Any) -> httpx.Response:
        headers = more.pop("headers", {})
        return await self.ask("POST", "/runs", json={"topic": topic} | more, headers=headers)

    async def upload(self, width: int) -> httpx.Response:
        file = {"file": ("photo.png", encoded(numbered_pixels((width, 8))))}
        return await self.ask("POST", "/uploads", files=file)


async def link_to(api: Api, **more: Any) -> Visitor:
    answer = await api.post("/api/functions/posts/links", json={"title": "The shop"} | more)
    assert answer.status_code == 201, answer.text
    return Visitor(api, answer.json())


async def listed(api: Api) -> dict[str, Any]:
    return (await api.get("/api/functions/posts/links")).json()["items"][0]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_link_opens_the_form_and_its_token_is_nowhere_else(
    api: Api, engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await publish(api)
    visitor = await link_to(api, maxRuns=3)
    answer = await visitor.ask("GET")
    assert answer.status_code == 200, answer.text
    form = answer.json()
    assert set(form["inputs"]["properties"]) == {"topic", "photo"}
    assert (form["runsLeft"], form["stepCount"]) == (3, 3)
    assert SECRET not in answer.text
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", f"Path={visitor.url}"):
        assert part in cookie
    link = await listed(api)
    assert (link["title"], link["status"], link["runCount"]) == ("The shop", "active", 0)
    assert visitor.token not in str(link)
    async with engine.connect() as connection:
        rows = await connection.scalar(text("select string_agg(l::text, '') from function_links l"))
    assert visitor.token not in str(rows)
    assert visitor.token not in caplog.text


async def test_a_run_of_a_link_is_counted_shown_and_cancelled(api: Api, worker: Workers) -> None:
    await publish(api)
    visitor = await link_to(api)
    started = await visitor.start("Tea", headers={"Idempotency-Key": "once"})
    assert started.status_code == 202, started.text
    run_id = started.json()["runId"]
    assert started.headers["location"] == f"{visitor.url}/runs/{run_id}"
    again = await visitor.start("Tea", headers={"Idempotency-Key": "once"})
    assert again.json()["runId"] == run_id
    assert (await listed(api))["runCount"] == 1
    run = (await api.get(f"/api/runs/{run_id}")).json()
    assert (run["trigger"], run["startedBy"]) == ("link", {"kind": "link", "name": "The shop"})
    executor = worker(run_id)
    await executor.claim()
    used = {"model": DEMO_MODEL, "inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
    tea = completed("a", {"kind": "text", "text": "Tea!"}, usage=used)
    await executor.change(running("a"), tea)
    seen = (await visitor.ask("GET", f"/runs/{run_id}")).json()
    assert seen["demo"] is True
    assert (seen["status"], seen["endedStepCount"], seen["stepCount"]) == ("RUNNING", 1, 3)
    assert seen["outputs"]["post"]["text"] == "Tea!"
    assert "nodeExecutions" not in seen
    cancelled = await visitor.ask("POST", f"/runs/{run_id}/cancel")
    assert cancelled.status_code == 202, cancelled.text
    assert (await listed(api))["runCount"] == 1


async def test_nothing_is_said_of_why_a_node_failed(api: Api, worker: Workers) -> None:
    await publish(api)
    visitor = await link_to(api)
    run_id = (await visitor.start()).json()["runId"]
    executor = worker(run_id)
    await executor.claim()
    error = RunError(code="nodes_failed", message=f"“{SECRET}” failed.")
    await executor.change(running("a"), failed("a"), running("b"), completed("b"))
    await executor.change(running("c"), failed("c"))
    await executor.finish(RunStatus.FAILED, error)
    answer = await visitor.ask("GET", f"/runs/{run_id}")
    assert answer.json()["error"]["message"].startswith("A step of it did not work.")
    assert SECRET not in answer.text


async def test_values_that_do_not_fit_count_nothing_and_say_nothing_of_nodes(api: Api) -> None:
    await publish(api)
    visitor = await link_to(api, maxRuns=1)
    refused = await visitor.start(5, colour="red")
    assert refused.status_code == 422
    problems = refused.json()["problems"]
    assert {each["input"] for each in problems} == {"topic", "colour"}
    assert {each["nodeId"] for each in problems} == {None}
    assert SECRET not in refused.text
    assert (await listed(api))["runCount"] == 0
    assert (await visitor.start()).status_code == 202


async def test_of_two_who_take_the_last_run_one_gets_it(api: Api) -> None:
    await publish(api)
    visitor = await link_to(api, maxRuns=1)
    answers = await asyncio.gather(*(visitor.start(f"Tea {number}") for number in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 410, 410, 410]
    assert {code(each)[1] for each in answers if each.status_code == 410} == {"link_used_up"}
    run_id = next(each.json()["runId"] for each in answers if each.status_code == 202)
    assert (await visitor.ask("GET", f"/runs/{run_id}")).status_code == 200
    assert (await visitor.ask("GET")).json()["runsLeft"] == 0
    assert (await listed(api))["status"] == "used_up"


async def test_links_that_are_over_say_so_and_unknown_ones_are_not_there(
    api: Api, engine: AsyncEngine
) -> None:
    await publish(api)
    visitor = await link_to(api)
    run_id = (await visitor.start()).json()["runId"]
    async with engine.begin() as connection:
        await connection.execute(text("update function_links set expires_at = now()"))
    assert code(await visitor.ask("GET")) == (410, "link_expired")
    assert code(await visitor.start()) == (410, "link_expired")
    assert (await visitor.ask("GET", f"/runs/{run_id}")).status_code == 200
    link = await listed(api)
    revoke = f"/api/functions/posts/links/{link['id']}"
    assert (link["status"], (await api.delete(revoke)).status_code) == ("expired", 204)
    for path in ("", f"/runs/{run_id}"):
        assert code(await visitor.ask("GET", path)) == (410, "link_revoked")
    assert (await listed(api))["status"] == "revoked"
    unknown = Visitor(api, {"url": f"/s/{uuid4()}#{visitor.token}"})
    wrong = Visitor(api, {"url": f"/s/{link['id']}#{visitor.token}x"})
    for nobody in (unknown, wrong):
        assert code(await nobody.ask("GET")) == (404, "link_not_found")
    bare = await api.get(visitor.url, headers={"cookie": ""})
    assert code(bare) == (404, "link_not_found")
    assert (await api.delete("/api/functions/posts")).status_code == 204
    assert code(await visitor.ask("GET")) == (404, "link_not_found")


async def test_files_are_uploaded_and_given_and_no_other_file_is(
    api: Api, worker: Workers, rows: Rows
) -> None:
    await publish(api)
    visitor, other = await link_to(api), await link_to(api)
    file = {"file": ("own.png", encoded(numbered_pixels((30, 9))))}
    own = (await api.post("/api/assets", files=file)).json()["id"]
    uploaded = await visitor.upload(31)
    assert uploaded.status_code == 201, uploaded.text
    asset_id = uploaded.json()["assetId"]
    preview = await api.get(
        f"{uploaded.json()['url']}?width=16", headers={"Authorization": f"Bearer {visitor.token}"}
    )
    assert preview.headers["content-type"].startswith("image/")
    for wrong in (own, "nonsense"):
        refused = await visitor.start(photo={"assetId": wrong})
        assert code(refused) == (422, "invalid_graph")
        assert refused.json()["problems"][0]["input"] == "photo"
    assert (await other.start(photo={"assetId": asset_id})).status_code == 422
    started = await visitor.start(photo={"assetId": asset_id})
    assert started.status_code == 202, started.text
    run_id = started.json()["runId"]
    executor = worker(run_id)
    value = (await rows(get_asset, LOCAL_USER.id, UUID(asset_id))).model_dump(mode="json")
    await executor.claim()
    await executor.change(running("c"), completed("c", value))
    picture = (await visitor.ask("GET", f"/runs/{run_id}")).json()["outputs"]["picture"]
    assert picture["url"] == f"{visitor.url}/runs/{run_id}/assets/{asset_id}"
    shown = await visitor.ask("GET", picture["url"].removeprefix(visitor.url))
    assert shown.content == encoded(numbered_pixels((31, 8)))
    for path in (f"/runs/{run_id}/assets/{own}", f"/uploads/{own}"):
        assert code(await visitor.ask("GET", path)) == (404, "asset_not_found")
    assert code(await other.ask("GET", f"/runs/{run_id}")) == (404, "run_not_found")
    assert code(await other.ask("POST", f"/runs/{run_id}/cancel")) == (404, "run_not_found")
    foreign = (await api.post("/api/functions/posts", json={"topic": "Own"})).json()["runId"]
    assert code(await visitor.ask("GET", f"/runs/{foreign}")) == (404, "run_not_found")


async def test_uploads_of_a_day_are_bounded(api: Api, engine: AsyncEngine) -> None:
    await publish(api)
    visitor = await link_to(api)
    assert (await visitor.upload(20)).status_code == 201
    async with engine.begin() as connection:
        await connection.execute(
            text("""
            with made as (
              insert into assets (id, owner_id, sha256, media_type, kind, width, height, bytes)
              select gen_random_uuid(), owner_id, md5(n::text) || md5(n::text), media_type, kind,
                width, height, bytes
              from assets, generate_series(1, :most) n returning id, owner_id, bytes)
            insert into link_uploads (link_id, asset_id, owner_id, bytes)
            select l.id, made.id, made.owner_id, made.bytes from made, function_links l
            """),
            {"most": MAX_UPLOADS - 1},
        )
    refused = await visitor.upload(21)
    assert code(refused) == (429, "link_uploads_exceeded")
    assert refused.headers["retry-after"] == "3600"


async def test_links_are_made_within_limits(api: Api) -> None:
    await publish(api)
    url = "/api/functions/posts/links"
    now = datetime.now(UTC)
    for body, expected in (
        ({}, "invalid_request"),
        ({"title": "x", "maxRuns": 0}, "invalid_request"),
        ({"title": "x", "expiresAt": (now - timedelta(1)).isoformat()}, "expired_already"),
        ({"title": "x", "expiresAt": (now + timedelta(400)).isoformat()}, "link_too_long"),
    ):
        assert code(await api.post(url, json=body)) == (422, expected)
    missing = "/api/functions/missing/links"
    assert code(await api.get(missing)) == (404, "function_not_found")
    assert code(await api.post(missing, json={"title": "x"})) == (404, "function_not_found")
    for _ in range(MAX_ACTIVE_LINKS):
        await link_to(api)
    assert code(await api.post(url, json={"title": "x"})) == (409, "too_many_links")


async def test_who_asks_too_often_waits(api: Api) -> None:
    await publish(api)
    visitor = await link_to(api)
    rate, seconds = LINK_RATES["address runs"]
    answers = [await visitor.start(5) for _ in range(int(rate * seconds) + 5)]
    limited = [each for each in answers if each.status_code == 429]
    assert limited
    assert code(limited[0]) == (429, "too_many_requests")
    assert int(limited[0].headers["retry-after"]) >= 1


@pytest.fixture
async def signed_in(settings: Settings) -> AsyncIterator[tuple[Api, Clerk]]:
    with running_clerk() as clerk:
        app = create_app(clerk.settings(settings))
        async with AsyncTestClient(app, base_url=AUTHORIZED_PARTY) as client:
            yield client, clerk


async def test_where_people_sign_in_a_link_needs_no_account_and_opens_nothing_else(
    signed_in: tuple[Api, Clerk],
) -> None:
    api, clerk = signed_in
    ann = bearer(clerk.token())
    await publish(api, headers=ann)
    body = {"title": "The shop"}
    made = (await api.post("/api/functions/posts/links", json=body, headers=ann)).json()
    visitor = Visitor(api, made)
    assert (await visitor.ask("GET")).status_code == 200
    # From here on the cookie alone.
    assert api.cookies.get("nodeloom_link") == visitor.token
    from_page = {"Origin": AUTHORIZED_PARTY}
    started = await api.post(f"{visitor.url}/runs", json={"topic": "Tea"}, headers=from_page)
    assert started.status_code == 202, started.text
    elsewhere = {"Origin": "https://evil.example"}
    forged = await api.post(f"{visitor.url}/runs", json={"topic": "Tea"}, headers=elsewhere)
    assert code(forged)[1] == "origin_not_allowed"
    for path in ("/api/workflows", "/api/functions/posts", "/api/functions/posts/links", "/api/me"):
        answer = await api.get(path, headers={"Authorization": f"Bearer {visitor.token}"})
        assert answer.status_code == 401, path
