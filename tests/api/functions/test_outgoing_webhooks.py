"""Webhooks are registered, changed and listed; with the end of a run there is something to tell."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app
from assets.post import GuardedSender
from assets.ssrf import AddressError
from db.lists.webhooks import MAX_WEBHOOKS
from schemas.settings import Settings
from schemas.wire.run import RunStatus
from support.api.client import ORIGIN, Api, Worker, graph, text_node
from support.database.rows import completed, running

Workers = Callable[[str], Worker]
URL = "https://example.com/hook"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def hook(api: Api, **more: Any) -> dict[str, Any]:
    answer = await api.post("/api/webhooks", json={"title": "A shop", "url": URL} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def run_ends(api: Api, worker: Workers, **more: Any) -> str:
    """Run a new workflow to its end; gives the run."""
    stored = await api.post("/api/workflows", json=graph(text_node("a")) | more)
    run = (await api.post(f"/api/workflows/{stored.json()['id']}/runs")).json()
    executor = worker(run["id"])
    await executor.claim()
    await executor.change(running("a"), completed("a"))
    await executor.finish(RunStatus.COMPLETED)
    return run["id"]


async def deliveries(api: Api, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    return (await api.get(f"/api/webhooks/{webhook['id']}/deliveries")).json()["items"]


async def test_a_webhook_is_made_changed_and_deleted(api: Api) -> None:
    made = await hook(api, events=["run.failed"])
    assert made["secret"].startswith("whsec_")
    url = f"/api/webhooks/{made['id']}"
    (listed,) = (await api.get("/api/webhooks")).json()["items"]
    assert "secret" not in listed
    assert (listed["events"], listed["disabledAt"]) == (["run.failed"], None)
    changed = (await api.patch(url, json={"title": "B", "enabled": False})).json()
    assert (changed["title"], changed["disabledReason"], changed["url"]) == ("B", "owner", URL)
    assert (await api.patch(url, json={"enabled": True})).json()["disabledAt"] is None
    assert (await api.post(f"{url}/secret")).json()["secret"] != made["secret"]
    assert (await api.delete(url)).status_code == 204
    for answer in (
        await api.patch(url, json={"title": "C"}),
        await api.post(f"{url}/secret"),
        await api.delete(url),
        await api.get(f"{url}/deliveries"),
    ):
        assert code(answer) == (404, "webhook_not_found")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/hook",
        "http://localhost/hook",
        "https://10.0.0.1/hook",
        "http://[::1]/hook",
        "https://example.com:8443/hook",
        "https://user:password@example.com/hook",
        "ftp://example.com/hook",
        "nonsense",
    ],
)
async def test_addresses_that_are_not_public_are_refused(api: Api, url: str) -> None:
    refused = await api.post("/api/webhooks", json={"title": "A shop", "url": url})
    assert code(refused) == (422, "webhook_url_not_allowed")
    made = await hook(api)
    changed = await api.patch(f"/api/webhooks/{made['id']}", json={"url": url})
    assert code(changed) == (422, "webhook_url_not_allowed")
    assert "upload" not in changed.text


async def test_an_operator_may_allow_private_addresses(settings: Settings) -> None:
    allowed = settings.model_copy(update={"webhooks_to_private_addresses": True})
    async with AsyncTestClient(create_app(allowed), base_url=ORIGIN) as api:
        assert (await hook(api, url="http://127.0.0.1:9000/hook"))["url"].endswith(":9000/hook")


async def test_a_name_is_judged_by_its_addresses_also_when_something_is_sent() -> None:
    async def resolve(_host: str, _port: int) -> list[Any]:
        return [ip_address("93.184.215.14"), ip_address("169.254.169.254")]

    sender = GuardedSender(resolve=resolve)
    with pytest.raises(AddressError):
        await sender.check("https://rebound.example/hook")
    with pytest.raises(AddressError):
        await sender.post("https://rebound.example/hook", b"{}", {})


async def test_a_run_that_ends_queues_what_was_asked_for(
    api: Api, worker: Workers, engine: AsyncEngine
) -> None:
    all_runs, failures = await hook(api), await hook(api, events=["run.failed"])
    disabled, of_function = await hook(api), await hook(api, functionName="other")
    await api.patch(f"/api/webhooks/{disabled['id']}", json={"enabled": False})
    run_id = await run_ends(api, worker)
    (queued,) = await deliveries(api, all_runs)
    assert (queued["runId"], queued["event"], queued["status"]) == (
        *(run_id, "run.completed"),
        "pending",
    )
    for other in (failures, disabled, of_function):
        assert await deliveries(api, other) == []
    pending = f"/api/webhooks/{all_runs['id']}/deliveries/{queued['id']}/resend"
    assert code(await api.post(pending)) == (409, "delivery_pending")
    unknown = pending.replace(queued["id"], run_id)
    assert code(await api.post(unknown)) == (404, "delivery_not_found")
    assert (await api.delete(f"/api/runs/{run_id}")).status_code == 204
    assert len(await deliveries(api, all_runs)) == 1  # it is told all the same
    async with engine.connect() as connection:
        open_runs = "select count(*) from webhook_deliveries where status = 'pending'"
        assert await connection.scalar(text(open_runs)) == 1


async def test_a_call_names_a_webhook_that_is_there(api: Api, worker: Workers) -> None:
    stored = await api.post("/api/workflows", json=graph(text_node("a")))
    publish = f"/api/workflows/{stored.json()['id']}/publish"
    assert (await api.post(publish, json={"name": "posts"})).status_code == 200
    made = await hook(api, onRequest=True)

    async def call(id: str) -> httpx.Response:
        return await api.post("/api/functions/posts", headers={"Nodeloom-Webhook": id})

    assert (await call(made["id"])).status_code == 202
    assert code(await call("00000000-0000-4000-8000-000000000001")) == (404, "webhook_not_found")
    assert code(await call("nonsense")) == (422, "invalid_request")
    await api.patch(f"/api/webhooks/{made['id']}", json={"enabled": False})
    assert code(await call(made["id"])) == (409, "webhook_disabled")
    runs = (await api.get("/api/runs")).json()["items"]
    assert len(runs) == 1
    cancelled = await api.post(f"/api/runs/{runs[0]['id']}/cancel")
    assert cancelled.status_code == 202


async def test_there_are_so_many_webhooks_at_most(api: Api) -> None:
    for _ in range(MAX_WEBHOOKS):
        await hook(api, url="https://93.184.215.14/hook")
    refused = await api.post("/api/webhooks", json={"title": "One more", "url": URL})
    assert code(refused) == (409, "too_many_webhooks")
    missing = await api.post("/api/webhooks", json={"title": "x", "url": URL, "workflowId": 9})
    assert code(missing) == (404, "workflow_not_found")
