"""Webhooks are told of ended runs, whatever receivers do and whoever is killed meanwhile."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from support.product.backend import Backend, edge, eventually, graph, node
from support.servers.webhook_receiver import Receiver, running_receiver

PRIVATE = {"NODELOOM_WEBHOOKS_PRIVATE": "1"}


@dataclass
class Product:
    """The API, with a receiver that it may send to."""

    backend: Backend
    http: httpx.Client
    receiver: Receiver
    workflow_id: int

    def hook(self, path: str, **more: Any) -> dict[str, Any]:
        body = {"title": path[1:], "url": f"{self.receiver.url}{path}"} | more
        answer = self.http.post("/api/webhooks", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def read(self, webhook: dict[str, Any]) -> dict[str, Any]:
        items = self.http.get("/api/webhooks").json()["items"]
        return next(each for each in items if each["id"] == webhook["id"])

    def deliveries(self, webhook: dict[str, Any]) -> list[dict[str, Any]]:
        return self.http.get(f"/api/webhooks/{webhook['id']}/deliveries").json()["items"]

    def run(self, words: str, **headers: str) -> dict[str, Any]:
        """Call the function and wait for its end."""
        answer = self.http.post(
            "/api/functions/told", json={"words": words}, headers={"Prefer": "wait=60"} | headers
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ended(self, webhook: dict[str, Any], status: str) -> dict[str, Any]:
        """Wait until the newest delivery has ended so."""

        def poll() -> dict[str, Any] | None:
            found = self.deliveries(webhook)
            return found[0] if found and found[0]["status"] == status else None

        return eventually(poll)

    def attempted(self, webhook: dict[str, Any], count: int) -> dict[str, Any]:
        """Wait until the newest delivery was tried so often, and how that went is written down."""

        def poll() -> dict[str, Any] | None:
            found = self.deliveries(webhook)
            newest = found[0] if found else None
            done = newest and (newest["responseStatus"] or newest["error"])
            return newest if newest and done and newest["attemptCount"] >= count else None

        return eventually(poll)

    def due_now(self) -> None:
        """Let the time until the next attempts pass."""
        with self.backend.engine.begin() as connection:
            connection.execute(
                text(
                    "update webhook_deliveries set next_attempt_at = now() where status = 'pending'"
                )
            )


@pytest.fixture(scope="module")
def product(backend_without_worker: Backend) -> Iterator[Product]:
    api = backend_without_worker.start_api(**PRIVATE)
    backend_without_worker.start_worker(**PRIVATE)
    document = graph(
        [node("w", "text", text="say nothing"), node("a", "llm")],
        [edge("w", "a", "userMessage")],
    ) | {
        "inputs": [{"name": "words", "nodeId": "w", "param": "text", "required": True}],
        "outputs": [{"name": "answer", "nodeId": "a"}],
    }
    with (
        httpx.Client(base_url=backend_without_worker.api_url, timeout=90, trust_env=False) as http,
        running_receiver() as receiver,
    ):
        id = http.post("/api/workflows", json=document).json()["id"]
        http.post(f"/api/workflows/{id}/publish", json={"name": "told"}).raise_for_status()
        yield Product(backend_without_worker, http, receiver, id)
    api.stop()


@pytest.fixture(autouse=True)
def without_webhooks(product: Product) -> Iterator[None]:
    yield
    for webhook in product.http.get("/api/webhooks").json()["items"]:
        product.http.delete(f"/api/webhooks/{webhook['id']}").raise_for_status()
    product.receiver.messages.clear()


def test_the_end_of_a_run_is_told_signed_once_and_sent_again_by_hand(product: Product) -> None:
    webhook = product.hook("/ok")
    run = product.run("say hello")
    delivery = product.ended(webhook, "delivered")
    assert (delivery["responseStatus"], delivery["response"]) == (200, "thanks")
    assert delivery["attemptCount"] == 1
    (message,) = product.receiver.at("/ok")
    assert message.id == delivery["id"]
    told = message.verify(webhook["secret"])
    assert told["type"] == "run.completed"
    assert told["data"] == {
        "runId": run["runId"],
        "workflowId": product.workflow_id,
        "functionName": "told",
        "status": "COMPLETED",
        "outputs": {"answer": {"kind": "text", "text": "hello"}},
        "outputsOmitted": False,
        "error": None,
    }
    rotated = product.http.post(f"/api/webhooks/{webhook['id']}/secret").json()["secret"]
    assert rotated != webhook["secret"]
    address = f"/api/webhooks/{webhook['id']}/deliveries/{delivery['id']}/resend"
    assert product.http.post(address).status_code == 202
    eventually(lambda: len(product.receiver.at("/ok")) == 2)
    first, second = product.receiver.at("/ok")
    assert (second.id, second.body) == (first.id, first.body)
    assert second.verify(rotated) == second.verify(webhook["secret"]) == told


def test_what_ends_otherwise_is_told_where_that_is_wanted(product: Product) -> None:
    all_of_it, failures = product.hook("/ok"), product.hook("/large", events=["run.failed"])
    product.run("refuse")
    assert product.ended(all_of_it, "delivered")["event"] == "run.failed"
    data = product.receiver.at("/ok")[0].verify(all_of_it["secret"])["data"]
    assert (data["status"], data["outputs"]) == ("FAILED", {"answer": None})
    assert data["error"]["message"]
    assert product.ended(failures, "delivered")["event"] == "run.failed"
    product.run("say hello")
    eventually(lambda: len(product.deliveries(all_of_it)) == 2)
    assert len(product.deliveries(failures)) == 1


def test_filters_choose_runs(product: Product) -> None:
    document = graph([node("t", "text", text="hello")])
    other = product.http.post("/api/workflows", json=document).json()["id"]
    hooks = {
        "all": product.hook("/ok"),
        "workflow": product.hook("/ok", workflowId=other),
        "function": product.hook("/ok", functionName="told"),
        "asked": product.hook("/ok", onRequest=True),
    }
    product.run("say hello")
    run = product.http.post(f"/api/workflows/{other}/runs", headers={"Prefer": "wait=60"})
    assert run.status_code == 200, run.text
    product.run("say bye", **{"Nodeloom-Webhook": hooks["asked"]["id"]})
    expected = {"all": 3, "workflow": 1, "function": 2, "asked": 1}
    eventually(
        lambda: {name: len(product.deliveries(hook)) for name, hook in hooks.items()} == expected
    )


def test_failures_are_tried_again_until_they_are_taken(product: Product) -> None:
    product.receiver.failures = 2
    webhook = product.hook("/failing")
    product.run("say hello")
    first = product.attempted(webhook, 1)
    assert (first["status"], first["responseStatus"], first["response"]) == (
        *("pending", 500),
        "not now",
    )
    assert first["nextAttemptAt"]
    assert product.read(webhook)["failingSince"]
    for count in (2, 3):
        product.due_now()
        product.attempted(webhook, count)
    delivered = product.ended(webhook, "delivered")
    assert delivered["attemptCount"] == 3
    assert product.read(webhook)["failingSince"] is None
    messages = product.receiver.at("/failing")
    assert len({(each.id, each.body) for each in messages}) == 1
    for message in messages:
        message.verify(webhook["secret"])


def test_a_receiver_that_is_gone_is_told_nothing_more(product: Product) -> None:
    webhook = product.hook("/gone")
    product.run("say hello")
    assert product.ended(webhook, "failed")["responseStatus"] == 410
    assert product.read(webhook)["disabledReason"] == "gone"
    product.run("say bye")
    assert len(product.deliveries(webhook)) == 1
    address = f"/api/webhooks/{webhook['id']}"
    refused = product.http.post(
        f"{address}/deliveries/{product.deliveries(webhook)[0]['id']}/resend"
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_disabled")
    enabled = product.http.patch(address, json={"enabled": True}).json()
    assert enabled["disabledAt"] is None


def test_days_of_failures_disable_a_webhook(product: Product) -> None:
    product.receiver.failures = 9
    webhook = product.hook("/failing")
    with product.backend.engine.begin() as connection:
        connection.execute(text("update webhooks set failing_since = now() - interval '4 days'"))
    product.run("say hello")
    product.attempted(webhook, 1)
    assert eventually(lambda: product.read(webhook)["disabledReason"]) == "failing"


def test_redirects_are_not_followed_and_large_answers_not_read(product: Product) -> None:
    redirect, large = product.hook("/redirect"), product.hook("/large")
    product.run("say hello")
    assert product.attempted(redirect, 1)["responseStatus"] == 307
    assert product.receiver.at("/ok") == []
    delivered = product.ended(large, "delivered")
    assert len(delivered["response"]) == 1000
    assert product.receiver.sent_bytes < 100_000_000


def test_a_receiver_that_hangs_keeps_no_other_waiting(product: Product) -> None:
    hanging, quick = product.hook("/hang"), product.hook("/ok")
    for number in range(6):
        product.run(f"say {number}")
    eventually(lambda: len(product.receiver.at("/ok")) == 6)
    assert {each["status"] for each in product.deliveries(quick)} == {"delivered"}
    assert {each["status"] for each in product.deliveries(hanging)} == {"pending"}
    assert len(product.receiver.at("/hang")) <= 4
    failed = eventually(
        lambda: next((each for each in product.deliveries(hanging) if each["error"]), None)
    )
    assert failed["error"] == "There was no answer within 15 seconds."
    product.receiver.hung.set()


def test_what_is_taken_by_a_worker_that_is_killed_is_sent_by_another(product: Product) -> None:
    product.receiver.hung.clear()
    webhook = product.hook("/hang")
    product.run("say hello")
    eventually(lambda: product.receiver.at("/hang"))
    for worker in product.backend.workers:
        worker.process.kill()
    product.receiver.hung.set()
    product.backend.start_worker(**PRIVATE)
    product.due_now()  # the time of the one that was killed is over
    delivery = product.ended(webhook, "delivered")
    first, second = product.receiver.at("/hang")
    assert first.id == second.id == delivery["id"]
    assert json.loads(first.body) == json.loads(second.body)
