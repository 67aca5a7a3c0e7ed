"""Runs say who or what started them, by the name that it had then; only their owner reads that."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from api.app import create_app
from schemas.settings import Settings
from support.api.client import Api, graph
from support.servers.clerk import (
    AUTHORIZED_PARTY,
    Clerk,
    bearer,
    running_clerk,
    signed,
    user_message,
)

Headers = dict[str, str]


@pytest.fixture(scope="module")
def clerk() -> Iterator[Clerk]:
    with running_clerk() as clerk:
        yield clerk


@pytest.fixture
async def clerk_client(clerk: Clerk, settings: Settings) -> AsyncIterator[Api]:
    app = create_app(clerk.settings(settings))
    async with AsyncTestClient(app, base_url=AUTHORIZED_PARTY) as client:
        yield client


async def stored(api: Api, headers: Headers | None = None) -> str:
    answer = await api.post("/api/workflows", json=graph(), headers=headers)
    return f"/api/workflows/{answer.json()['id']}"


async def starter_of_new(api: Api, url: str, **more: Any) -> dict[str, str] | None:
    """Start a run; give who is said to have started it, the same wherever it is read."""
    answer = await api.post(f"{url}/runs", **more)
    assert answer.status_code == 202, answer.text
    run = answer.json()
    read = await api.get(f"/api/runs/{run['id']}", headers=more.get("headers"))
    assert read.json()["startedBy"] == run["startedBy"]
    return run["startedBy"]


async def test_a_run_names_the_key_with_which_it_was_started(api: Api):
    """Also one that is made like the run before, which somebody else started; and when the key is gone."""
    url = await stored(api)
    key = (await api.post("/api/keys", json={"name": "Build", "scopes": ["read", "run"]})).json()
    headers, named = bearer(key["secret"]), {"kind": "api_key", "name": "Build"}
    for _ in range(2):
        assert await starter_of_new(api, url) is None
        assert await starter_of_new(api, url, headers=headers) == named
        with_key = headers | {"Idempotency-Key": "once"}
        assert await starter_of_new(api, url, headers=with_key) == named
    await api.delete(f"/api/keys/{key['id']}")
    listed = (await api.get(f"{url}/runs")).json()["items"]
    assert [run["startedBy"] for run in listed] == [named, None, named, named, None]


async def test_a_run_names_the_person_who_started_it(clerk_client: Api, clerk: Clerk):
    ann = bearer(clerk.token(email="ann@example.org"))
    bob = bearer(clerk.token("user_bob", email="bob@example.org"))
    url, bobs = await stored(clerk_client, ann), await stored(clerk_client, bob)
    by_address = {"kind": "user", "name": "ann@example.org"}
    assert await starter_of_new(clerk_client, url, headers=ann) == by_address
    assert (await clerk_client.post("/webhooks/clerk", **signed(user_message()))).status_code == 204
    by_name = {"kind": "user", "name": "Ann Example"}
    assert await starter_of_new(clerk_client, url, headers=ann) == by_name
    assert (await starter_of_new(clerk_client, bobs, headers=bob) or {})[
        "name"
    ] == "bob@example.org"
    listed = (await clerk_client.get("/api/runs", headers=ann)).json()["items"]
    assert [run["startedBy"] for run in listed] == [by_name, by_address]
    assert "Ann" not in (await clerk_client.get("/api/runs", headers=bob)).text
