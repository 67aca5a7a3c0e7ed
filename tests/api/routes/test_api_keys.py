"""API keys: what a program can do with one, and what nobody can."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

import api.routes.events
from api.auth.api_key_scopes import (
    OPERATION_SCOPES,
    PUBLIC_PATHS,
    SESSION_ONLY_OPERATIONS,
    required_scope,
)
from api.auth.links import LINK_PATH
from api.openapi.document import openapi_document
from cli.client import ApiClient
from schemas.errors import AppError
from schemas.settings import Settings
from support.api.client import Api, graph
from support.servers.clerk import bearer


async def make(api: Api, *scopes: str, **more: Any) -> dict[str, Any]:
    answer = await api.post("/api/keys", json={"name": "A program", "scopes": scopes, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_key_acts_for_its_owner_and_is_told_once(api: Api):
    made = await make(api, "write", "read")
    secret = made["secret"]
    assert secret.startswith("nlk_")
    assert len(secret) == 47
    assert (made["hint"], made["scopes"]) == (secret[-4:], ["read", "write"])
    me = (await api.get("/api/me", headers=bearer(secret))).json()
    assert (me["id"], me["signedInWith"], me["scopes"]) == ("local", "key", ["read", "write"])
    listed = await api.get("/api/keys")
    assert secret not in listed.text
    (key,) = listed.json()["items"]
    assert (key["id"], key["name"]) == (made["id"], "A program")
    assert key["lastUsedAt"] is not None


async def test_only_a_hash_of_the_secret_is_stored(api: Api, engine: AsyncEngine):
    secret = (await make(api, "read"))["secret"]
    async with engine.connect() as connection:
        row = str((await connection.execute(text("select api_keys::text from api_keys"))).all())
    assert secret not in row
    assert secret[:20] not in row


async def test_that_a_key_was_used_is_written_once_a_minute(api: Api, engine: AsyncEngine):
    headers = bearer((await make(api, "read"))["secret"])

    async def used_at(age: str | None = None) -> datetime:
        async with engine.begin() as connection:
            if age:
                change = f"update api_keys set last_used_at = last_used_at - interval '{age}'"
                await connection.execute(text(change))
        await api.get("/api/me", headers=headers)
        async with engine.connect() as connection:
            return (
                await connection.execute(text("select last_used_at from api_keys"))
            ).scalar_one()

    first = await used_at()
    assert await used_at() == first
    assert await used_at("50 seconds") == first - timedelta(seconds=50)
    assert await used_at("15 seconds") >= first


async def test_a_deleted_or_ended_key_is_refused_at_once(api: Api, engine: AsyncEngine):
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    deleted, ended = await make(api, "read"), await make(api, "read", expiresAt=soon)
    for key in (deleted, ended):
        assert (await api.get("/api/me", headers=bearer(key["secret"]))).status_code == 200
    assert (await api.delete(f"/api/keys/{deleted['id']}")).status_code == 204
    async with engine.begin() as connection:
        await connection.execute(text("update api_keys set expires_at = clock_timestamp()"))
    for key in (deleted, ended):
        answer = await api.get("/api/me", headers=bearer(key["secret"]))
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert (await api.delete(f"/api/keys/{deleted['id']}")).status_code == 404


@pytest.mark.parametrize("secret", ["nlk_", "nlk_x", "nlk_" + "A" * 43, "nlk_" + "ä" * 43, "nlk"])
async def test_what_is_no_key_is_refused(api: Api, secret: str):
    headers = {b"Authorization": f"Bearer {secret}".encode()}
    answer = await api.get("/api/me", headers=headers)  # pyright: ignore[reportArgumentType]
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("read", {"GET /api/workflows", "POST /api/workflows/{id}/check"}),
        ("write", {"POST /api/workflows", "DELETE /api/workflows/{id}"}),
        ("run", {"POST /api/workflows/{id}/runs"}),
    ],
)
async def test_a_key_is_good_for_its_scopes_only(api: Api, scope: str, allowed: set[str]):
    headers = bearer((await make(api, scope))["secret"])
    id = (await api.post("/api/workflows", json=graph())).json()["id"]
    for call in sorted(
        {"GET /api/workflows", "POST /api/workflows/{id}/check", "POST /api/workflows"}
        | {"POST /api/workflows/{id}/runs", "DELETE /api/workflows/{id}"},
        key=lambda call: call.startswith("DELETE"),
    ):
        method, path = call.split(" ")
        body = graph() if call == "POST /api/workflows" else None
        answer = await api.request(method, path.format(id=id), json=body, headers=headers)
        if call in allowed:
            assert answer.is_success, answer.text
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


async def test_keys_make_list_and_delete_no_keys(api: Api):
    made = await make(api, "read", "write", "run")
    headers = bearer(made["secret"])
    body = {"name": "Another", "scopes": ["read"]}
    for answer in (
        await api.post("/api/keys", json=body, headers=headers),
        await api.get("/api/keys", headers=headers),
        await api.delete(f"/api/keys/{made['id']}", headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "key_not_allowed")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "scopes": ["read"]},
        {"name": " ", "scopes": ["read"]},
        {"name": "x" * 101, "scopes": ["read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["admin"]},
        {"name": "x", "scopes": "read"},
        {"name": "x"},
        {"name": "x", "scopes": ["read"], "expiresAt": "2020-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["read"], "expiresAt": "2999-01-01T00:00:00"},
        {"name": "x", "scopes": ["read"], "expiresAt": 4},
        {"name": "x", "scopes": ["read"], "ownerId": "user_bob"},
        {"name": "x", "scopes": ["read"], "secret": "nlk_mine"},
    ],
)
async def test_what_is_no_key_to_be_made_is_refused(api: Api, body: dict[str, Any]):
    assert (await api.post("/api/keys", json=body)).status_code == 422


async def test_a_user_has_a_hundred_keys_at_most_and_lists_them_in_pages(api: Api):
    for _ in range(100):
        await make(api, "run")
    answer = await api.post("/api/keys", json={"name": "x", "scopes": ["run"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_keys")
    ids: list[str] = []
    cursor = ""
    while cursor is not None:
        page = (await api.get(f"/api/keys?limit=40{cursor and '&cursor=' + cursor}")).json()
        ids += [item["id"] for item in page["items"]]
        cursor = page["nextCursor"]
    assert len(set(ids)) == len(ids) == 100


def test_the_document_says_what_each_operation_needs():
    document = openapi_document(
        Settings().model_copy(update={"database_url": None, "auth": "local"})
    )
    names: set[str] = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            id = operation["operationId"]
            names.add(id)
            needed = [] if id in SESSION_ONLY_OPERATIONS else [required_scope(id, method.upper())]
            wanted = [] if path in PUBLIC_PATHS else [{"bearer": needed}, {"session": []}]
            if path.startswith(LINK_PATH):
                wanted = [{"link": []}]
            assert operation["security"] == wanted
            asks = path not in PUBLIC_PATHS or path.startswith("/webhooks/")
            assert ("401" in operation["responses"]) == asks
    names.add("mcp")  # a protocol that describes itself
    assert OPERATION_SCOPES.keys() | SESSION_ONLY_OPERATIONS <= names, (
        "an operation has another name now"
    )
    assert {"bearer", "session"} <= document["components"]["securitySchemes"].keys()


async def test_the_command_line_comes_with_the_key_in_the_settings(http_client: httpx.AsyncClient):
    body = {"name": "Command line", "scopes": ["run"]}
    secret = (await http_client.post("/api/keys", json=body)).json()["secret"]
    with (
        ApiClient(str(http_client.base_url), SecretStr(secret)) as client,
        pytest.raises(AppError) as refused,
    ):
        await asyncio.to_thread(client.call, "GET", "/api/workflows/1")
    assert refused.value.code == "scope_missing"  # the key, not the user of this machine, asked


async def test_a_stream_ends_so_that_a_deleted_key_hears_no_more(
    http_client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(api.routes.events, "MAX_STREAM_SECONDS", 0.5)
    stored = (await http_client.post("/api/workflows", json=graph())).json()
    run = (await http_client.post(f"/api/workflows/{stored['id']}/runs")).json()
    body = {"name": "A listener", "scopes": ["read"]}
    key = (await http_client.post("/api/keys", json=body)).json()
    events, headers = f"/api/runs/{run['id']}/events", bearer(key["secret"])
    async with asyncio.timeout(20), http_client.stream("GET", events, headers=headers) as answer:
        assert answer.status_code == 200
        await http_client.delete(f"/api/keys/{key['id']}")
        lines = [line async for line in answer.aiter_lines() if line]
    assert lines[-1].startswith("retry: ")
    assert (await http_client.get(events, headers=headers)).status_code == 401
