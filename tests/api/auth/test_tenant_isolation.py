"""Two users, every operation of the OpenAPI document, every place for an id.

Whatever bob does with an id of ann's must be answered as for an id that does not exist, show
nothing of ann's and change nothing of ann's: with everything in place, and again with every
owner condition taken out of every query, so that PostgreSQL's row-level security stands alone.
"""

import itertools
import json
import re
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app
from api.openapi.document import openapi_document
from db.postgres.engine import make_engine
from db.tables.base import Base
from schemas.settings import Settings
from support.api.client import Api
from support.api.openapi_requests import (
    CannotFillError,
    Operation,
    Slot,
    read_operations,
    with_ids,
)
from support.nodes.media import encoded, numbered_pixels
from support.servers.clerk import AUTHORIZED_PARTY, Clerk, bearer, running_clerk

OPERATIONS = read_operations(openapi_document(Settings().model_copy(update={"database_url": None})))
NOBODYS = {"receiveClerkMessage"} | {
    operation.id for operation in OPERATIONS if operation.path.startswith("/api/shared/")
}
"""Operations that no user calls: whoever has a share link does (tests/api/functions/test_links.py)."""
ENDLESS = {"streamWorkflowEvents"}
"""Operations that answer for minutes where they are allowed: tests/api/live shows that they are."""
USE_UP = {"saveWorkflow", "cancelRun", "cancelBatch", "retryBatch", "resendWebhookDelivery"} | {
    f"delete{what}"
    for what in ("Workflow", "Run", "ApiKey", "Schedule", "Asset", "Function", "Webhook")
}
"""Operations after which their row is not what it was."""
WAITING = {"cancelRun", "pauseRun", "resumeRun"}
"""Operations about a run that has not ended; all others get one that has."""
OWNER = re.compile(r"(?:\w+\.)?(?:owner_id|user_id) = (%\(\w+\)s)(?:::\w+)?")


@pytest.fixture(scope="module")
def clerk() -> Iterator[Clerk]:
    with running_clerk() as clerk:
        yield clerk


@pytest.fixture
def app(clerk: Clerk, settings: Settings) -> Litestar:
    unlimited = {
        "rate_requests": 0,
        "rate_runs": 0,
    }  # budgets would answer before the owner is asked for
    return create_app(clerk.settings(settings).model_copy(update=unlimited))


@pytest.fixture
async def clerk_client(app: Litestar) -> AsyncIterator[Api]:
    async with AsyncTestClient(app, base_url=AUTHORIZED_PARTY) as client:
        yield client


@dataclass
class Tenant:
    """A user with one row of each kind."""

    api: Api
    name: str
    headers: dict[str, str]
    mark: str
    """Stands in everything that is theirs."""
    engine: AsyncEngine
    ids: dict[str, Any] = field(default_factory=dict[str, Any])

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = self.headers | more.pop("headers", {})
        return await self.api.request(method, path, headers=headers, **more)

    async def make(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.call(method, path, **more)
        assert answer.is_success, answer.text
        return answer.json()

    async def create_objects(self) -> None:
        """Make one of each."""
        shade = uuid4().int % 200 + 8
        file = {"file": (f"{self.mark}.png", encoded(numbered_pixels((shade, 8))))}
        self.ids["asset"] = (await self.make("POST", "/api/assets", files=file))["id"]
        file = {"file": (f"{self.mark}.png", encoded(numbered_pixels((shade, 9))))}
        self.ids["unused asset"] = (await self.make("POST", "/api/assets", files=file))["id"]
        nodes = [
            {"id": "a", "type": "text", "data": {"text": self.mark}},
            {
                "id": "b",
                "type": "image",
                "data": {"source": {"kind": "asset", "assetId": self.ids["asset"]}},
            },
        ]
        graph = {
            "name": self.mark,
            "edges": [],
            "nodes": [node | {"position": {"x": 0, "y": 0}} for node in nodes],
        }
        self.ids["workflow"] = (await self.make("POST", "/api/workflows", json=graph))["id"]
        function = {"name": f"own_{uuid4().hex[:8]}"}
        publish = f"/api/workflows/{self.ids['workflow']}/publish"
        self.ids["function"] = (await self.make("POST", publish, json=function))["name"]
        links, link = f"/api/functions/{function['name']}/links", {"title": self.mark}
        self.ids["link"] = (await self.make("POST", links, json=link))["id"]
        versions = f"/api/workflows/{self.ids['workflow']}/versions"
        self.ids["version"] = (await self.make("GET", versions))["items"][0]["id"]
        runs = f"/api/workflows/{self.ids['workflow']}/runs"
        run = await self.make("POST", runs)
        self.ids["run"], self.ids["result"] = run["id"], run["nodeExecutions"][0]["id"]
        await self.make("POST", f"/api/runs/{self.ids['run']}/cancel")
        result = f"/api/workflows/{self.ids['workflow']}/results/{self.ids['result']}"
        assert (await self.call("PATCH", result, json={"favourite": True})).is_success
        hook = {"title": self.mark, "url": f"https://93.184.215.14/{self.mark}"}
        self.ids["webhook"] = (await self.make("POST", "/api/webhooks", json=hook))["id"]
        self.ids["delivery"] = await self.end_run(runs)
        self.ids["waiting run"] = (await self.make("POST", runs))["id"]
        schedules = f"/api/workflows/{self.ids['workflow']}/schedules"
        schedule = {"name": self.mark, "timing": {"kind": "interval", "everySeconds": 3600}}
        self.ids["schedule"] = (await self.make("POST", schedules, json=schedule))["id"]
        batches = f"/api/workflows/{self.ids['workflow']}/batches"
        table = {"name": self.mark, "rows": [{}]}
        self.ids["batch"] = (await self.make("POST", batches, json=table))["id"]
        self.ids["ended batch"] = (await self.make("POST", batches, json=table))["id"]
        await self.make("POST", f"/api/batches/{self.ids['ended batch']}/cancel")
        key = {"name": self.mark, "scopes": ["read"]}
        self.ids["key"] = (await self.make("POST", "/api/keys", json=key))["id"]

    async def end_run(self, runs: str) -> str:
        """Have a run end, and what is told of it given up; gives the delivery."""
        run = await self.make("POST", runs)
        await self.make("POST", f"/api/runs/{run['id']}/cancel")
        deliveries = f"/api/webhooks/{self.ids['webhook']}/deliveries"
        (delivery,) = (await self.make("GET", deliveries))["items"]
        async with self.engine.begin() as connection:
            await connection.execute(
                text(
                    "update webhook_deliveries set status = 'failed', next_attempt_at = null"
                    " where id = :id"
                ),
                {"id": delivery["id"]},
            )
        return delivery["id"]

    def of(self, operation: Operation, slot: Slot) -> Any:
        kind = "waiting run" if slot.kind == "run" and operation.id in WAITING else slot.kind
        if operation.id == "deleteAsset":
            kind = "unused asset"
        if operation.id == "retryBatch":
            kind = "ended batch"
        return self.ids[kind]


@pytest.fixture
def tenant(clerk_client: Api, clerk: Clerk, engine: AsyncEngine) -> Callable[[str], Any]:
    numbers = itertools.count(1)

    async def make(name: str) -> Tenant:
        user = f"user_{name}{next(numbers)}"
        mark = f"MARK-{user}-{uuid4().hex}"
        made = Tenant(clerk_client, user, bearer(clerk.token(user)), mark, engine)
        await made.create_objects()
        return made

    return make


async def send(tenant: Tenant, operation: Operation, body: Any, ids: list[Any]) -> httpx.Response:
    """Make the request with these ids in its slots."""
    rest = iter(ids)
    path = operation.path
    for name in operation.parameters:
        path = path.replace(f"{{{name}}}", str(next(rest)))
    more: dict[str, Any] = {}
    if operation.upload:
        more["files"] = {"file": ("p.png", encoded(numbered_pixels((9, 9))))}
    elif body is not None:
        more["json"] = with_ids(body, rest)
    headers: dict[str, str] = {}
    if "If-Match" in operation.headers:
        known = await tenant.call("GET", f"/api/workflows/{ids[0]}")
        headers = {"If-Match": known.headers.get("etag", "1")}
    return await tenant.call(operation.method, path, headers=headers, **more)


def unknown(slot: Slot) -> Any:
    return 2_000_000_000 if slot.kind == "workflow" else str(uuid4())


def normalised(answer: httpx.Response, ids: list[Any]) -> tuple[int, Any]:
    """The answer without the ids that were sent, and without what differs each time."""
    text = re.sub(
        r'"(id|workflowId|revision|[a-z]+At|url|secret|hint)": ?("[^"]*"|\d+)',
        r'"\1":0',
        answer.text,
    )
    for id in ids:
        text = re.sub(rf"(?<![\w-]){id}(?![\w-])", "ID", text)
    return answer.status_code, text


async def rows_of(engine: AsyncEngine, user: str) -> dict[str, Any]:
    """Everything of a user, table by table."""
    found: dict[str, Any] = {}
    async with engine.connect() as connection:
        for table in Base.metadata.tables.values():
            for owner in {"owner_id", "user_id"} & set(table.columns.keys()):
                query = f"select md5(string_agg(t::text, ';' order by t::text)) from {table.name} t where {owner} = :user"
                found[table.name] = await connection.scalar(text(query), {"user": user})
    return found


async def call_every_operation(bob: Tenant, ann: Tenant) -> list[str]:
    """Try every operation with ids of ann's, in each place; give what was wrong."""
    wrong: list[str] = []
    for operation in OPERATIONS:
        if operation.id in NOBODYS:
            continue
        for slots, body in operation.requests():
            for place in range(len(slots)) or [None]:
                own = [bob.of(operation, slot) for slot in slots]
                foreign, missing = list(own), list(own)
                if place is not None:
                    foreign[place] = ann.of(operation, slots[place])
                    missing[place] = unknown(slots[place])
                at = f"{operation.id} {json.dumps(with_ids(body, iter(['ID'] * 9)))} slot {place}"
                got = await send(bob, operation, body, foreign)
                if ann.mark in got.text or (place is None and _names(got.text, ann)):
                    wrong.append(f"{at}: shows what is ann's: {got.text[:300]}")
                if place is None:
                    continue
                expected = await send(bob, operation, body, missing)
                if normalised(got, foreign) != normalised(expected, missing):
                    wrong.append(
                        f"{at}: {got.status_code} {got.text[:200]} instead of"
                        f" {expected.status_code} {expected.text[:200]}"
                    )
                if got.is_success and place < len(operation.parameters):
                    wrong.append(f"{at}: {got.status_code} for somebody else's id in the path")
    return wrong


def _names(text: str, ann: Tenant) -> bool:
    uuids = [id for id in ann.ids.values() if isinstance(id, str)]
    return any(id in text for id in uuids)


@contextmanager
def without_owner_checks(app: Litestar) -> Generator[set[str]]:
    """Take every owner condition out of the API's queries; gives the statements changed."""
    changed: set[str] = set()
    engine = app.state.app_state.database.engine.sync_engine

    def strip(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        if not statement.lstrip().lower().startswith("insert into workflow_versions"):
            stripped = OWNER.sub(r"(\1::text is not null)", statement)
            if stripped != statement:
                changed.add(stripped)
            statement = stripped
        return statement, parameters

    event.listen(engine, "before_cursor_execute", strip, retval=True)
    try:
        yield changed
    finally:
        event.remove(engine, "before_cursor_execute", strip)


def test_every_operation_can_be_filled_and_has_its_slots():
    by_id = {operation.id: operation for operation in OPERATIONS}
    assert len(by_id) > 20
    kinds = {
        id: sorted({slot.kind for slots, _ in operation.requests() for slot in slots})
        for id, operation in by_id.items()
    }
    assert kinds["createWorkflow"] == ["asset"]
    assert kinds["saveWorkflow"] == ["asset", "workflow"]
    assert kinds["startRun"] == kinds["planWorkflow"] == ["run", "workflow"]
    assert kinds["deleteApiKey"] == ["key"]
    for id, operation in by_id.items():
        if "{" in operation.path:
            assert kinds[id], id


def test_an_operation_that_cannot_be_filled_is_an_error():
    def changed() -> dict[str, Any]:
        return deepcopy(openapi_document(Settings().model_copy(update={"database_url": None})))

    read_operations(changed())
    path, field, query = changed(), changed(), changed()
    path["paths"]["/api/keys/{keyId}"]["delete"]["parameters"][0]["name"] = "newId"
    properties = field["components"]["schemas"]["RunCreate"]["properties"]
    properties["secretId"] = {"type": "string"}
    parameters = query["paths"]["/api/runs"]["get"]["parameters"]
    parameters.append({"in": "query", "name": "projectId"})
    for unknown_place in (path, field, query):
        with pytest.raises(CannotFillError):
            read_operations(unknown_place)


async def test_with_their_own_ids_every_operation_works(tenant: Callable[[str], Any]):
    """Otherwise a refusal of a foreign id would prove nothing."""
    carol: Tenant = await tenant("carol")
    for operation in OPERATIONS:
        for slots, body in operation.requests() if operation.id not in NOBODYS | ENDLESS else ():
            ids = [carol.of(operation, slot) for slot in slots]
            answer = await send(carol, operation, body, ids)
            assert answer.is_success, (operation.id, body, answer.text)
            if operation.id in USE_UP:
                carol = await tenant("carol")


@pytest.mark.parametrize("alone", [False, True], ids=["all checks", "row-level security alone"])
async def test_nobody_reaches_what_is_somebody_elses(
    app: Litestar, tenant: Callable[[str], Any], engine: AsyncEngine, alone: bool
):
    ann, bob = await tenant("ann"), await tenant("bob")
    before = await rows_of(engine, ann.name)
    assert None not in {
        before[name]
        for name in before
        if name
        in (
            *("assets", "workflows", "api_keys", "schedules", "favourite_results", "functions"),
            *("function_links", "webhooks", "webhook_deliveries"),
            *("batches", "batch_rows"),
        )
    }
    if alone:
        with without_owner_checks(app) as changed:
            wrong = await call_every_operation(bob, ann)
        assert len(changed) >= 15
    else:
        wrong = await call_every_operation(bob, ann)
    assert not wrong, "\n".join(wrong)
    assert await rows_of(engine, ann.name) == before


async def test_the_attack_succeeds_where_nothing_keeps_users_apart(
    app: Litestar, tenant: Callable[[str], Any], engine: AsyncEngine, database_url: str
):
    """Without the checks and without row-level security: the test above can fail."""
    ann, bob = await tenant("ann"), await tenant("bob")
    before = await rows_of(engine, ann.name)
    database = app.state.app_state.database
    await database.engine.dispose()
    database.__dict__["engine"] = make_engine(database_url)  # its user passes all policies by
    with without_owner_checks(app):
        wrong = await call_every_operation(bob, ann)
    assert len([each for each in wrong if "shows what is ann's" in each]) >= 4
    assert len(wrong) >= 15
    after = await rows_of(engine, ann.name)
    assert {name for name in before if before[name] != after[name]} >= {"workflows", "api_keys"}


async def test_ids_inside_of_stored_graphs_are_judged_as_their_owners(tenant: Callable[[str], Any]):
    ann, bob = await tenant("ann"), await tenant("bob")
    text: list[Any] = []
    for asset in (ann.ids["asset"], str(uuid4())):
        node = {
            "id": "a",
            "type": "image",
            "position": {"x": 0, "y": 0},
            "data": {"source": {"kind": "asset", "assetId": asset}},
        }
        graph = {"name": "Mine", "nodes": [node], "edges": []}
        id = (await bob.make("POST", "/api/workflows", json=graph))["id"]
        answers = [
            await bob.call("POST", f"/api/workflows/{id}/{what}")
            for what in ("check", "plan", "runs")
        ]
        assert [answer.status_code for answer in answers] == [200, 422, 422]
        text.append([normalised(answer, [asset, id]) for answer in answers])
    assert text[0] == text[1]


async def test_the_same_idempotency_key_of_two_users_is_two_keys(tenant: Callable[[str], Any]):
    runs: list[str] = []
    for name in ("ann", "bob"):
        one: Tenant = await tenant(name)
        path = f"/api/workflows/{one.ids['workflow']}/runs"
        made = await one.make("POST", path, headers={"Idempotency-Key": "same"})
        assert (
            made["id"] == (await one.make("POST", path, headers={"Idempotency-Key": "same"}))["id"]
        )
        runs.append(made["id"])
    assert runs[0] != runs[1]
