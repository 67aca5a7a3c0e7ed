"""S-14: secrets with names of their own, through everything that can go wrong; then the search.

They may be where they were put: in the environment and the memory of our processes. They must
not be in a log, a table of ours or of Prefect's, an answer, an event, or a process's arguments.
"""

import base64
import json
import os
import random
import secrets
import signal
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from PIL import Image
from psycopg import sql

from local.postgres.server import EmbeddedPostgres
from support.nodes.media import encoded
from support.product.backend import edge, graph, node
from support.product.nodeloom import Up
from support.product.processes import descendants, read, wait_for
from support.servers.clerk import AUTHORIZED_PARTY, Clerk, bearer, running_clerk
from support.servers.scripted_model import ScriptedModel, running_scripted_model

WEBHOOK = "whsec_" + base64.b64encode(b"canary-of-the-webhook-" + os.urandom(16)).decode()
IMAGE = encoded(Image.frombytes("RGB", (40, 40), random.Random(1).randbytes(4800)))


@dataclass
class Canaries:
    """What is searched for, by name."""

    gemini_key: str = "AIzaCanary" + secrets.token_hex(12)
    password: str = "canarypass" + secrets.token_hex(12)
    webhook: str = WEBHOOK
    webhook_inside: str = WEBHOOK.removeprefix("whsec_")
    image: str = base64.b64encode(IMAGE).decode()[1000:1060]
    more: dict[str, str] = field(default_factory=dict[str, str])

    def found_in(self, text: str) -> list[str]:
        """Name those that are in a text."""
        own = {name: value for name, value in vars(self).items() if isinstance(value, str)}
        return [name for name, value in (own | self.more).items() if value in text]


@dataclass
class Product:
    """A running product in the hands of one signed-in user."""

    up: Up
    http: httpx.Client
    canaries: Canaries
    database: str
    answers: list[str] = field(default_factory=list[str])
    """Everything that the API ever said, but for the one answer that gives an API key."""

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = self.http.request(method, path, **options)
        self.answers += [answer.text, str(answer.headers)]
        return answer

    def run(self, *nodes: dict[str, Any], edges: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
        """Store and run a graph to its end; give the run."""
        run_id = self.start(*nodes, edges=edges)
        return self.end(run_id)

    def start(self, *nodes: dict[str, Any], edges: Iterable[dict[str, Any]] = ()) -> str:
        stored = self.ask("POST", "/api/workflows", json=graph(nodes, list(edges)))
        assert stored.status_code == 201, stored.text
        started = self.ask("POST", f"/api/workflows/{stored.json()['id']}/runs", json={})
        assert started.status_code == 202, started.text
        return started.json()["id"]

    def end(self, run_id: str) -> dict[str, Any]:
        with self.http.stream("GET", f"/api/runs/{run_id}/events") as stream:
            self.answers.append(stream.read().decode())
        return self.ask("GET", f"/api/runs/{run_id}").json()


@pytest.fixture(scope="module")
def clerk() -> Iterator[Clerk]:
    with running_clerk() as clerk:
        yield clerk


@pytest.fixture(scope="module")
def scripted_model() -> Iterator[ScriptedModel]:
    with running_scripted_model() as scripted_model:
        yield scripted_model


@pytest.fixture(scope="module")
def product(
    cluster: EmbeddedPostgres,
    clerk: Clerk,
    scripted_model: ScriptedModel,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Product]:
    canaries = Canaries()
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        password = sql.Literal(canaries.password)
        connection.execute(
            sql.SQL("create role canary login superuser password {}").format(password)
        )
        connection.execute("create database canary owner canary")
    place = cluster.url("canary").partition("@")[2]
    url = f"postgresql://canary:{canaries.password}@{place}"
    environment = {
        "DATABASE_URL": url,
        "GEMINI_API_KEY": canaries.gemini_key,
        "GEMINI_BASE_URL": scripted_model.url,
        "NODELOOM_AUTH": "clerk",
        "CLERK_ISSUER": clerk.url,
        "CLERK_AUTHORIZED_PARTIES": AUTHORIZED_PARTY,
        "CLERK_WEBHOOK_SECRET": canaries.webhook,
        "NODELOOM_LOG_LEVEL": "DEBUG",
    }
    home = tmp_path_factory.mktemp("secrets") / "home"
    with Up(home, **environment) as up:

        def sign_in(request: httpx.Request) -> None:
            if "authorization" not in request.headers:
                token = clerk.token()
                canaries.more[f"session token {len(canaries.more)}"] = token
                request.headers.update(bearer(token))

        hooks: Any = {"request": [sign_in]}
        address = up.addresses["api"]
        with httpx.Client(trust_env=False, base_url=address, timeout=60, event_hooks=hooks) as http:
            yield Product(up, http, canaries, url)


def _llm(message: str, **settings: Any) -> dict[str, Any]:
    return node("llm", "llm", userMessage=message, settings={"retries": 0, **settings})


def _code(run: dict[str, Any], node_id: str = "llm") -> str | None:
    error = next(each["error"] for each in run["nodeExecutions"] if each["nodeId"] == node_id)
    return error and error["code"]


def test_an_image_in_a_document_and_a_success(product: Product) -> None:
    source = {
        "kind": "base64",
        "mediaType": "image/png",
        "data": base64.b64encode(IMAGE).decode(),
    }
    image = node("picture", "image", source=source)
    run = product.run(image, _llm("say hello"), edges=[edge("picture", "llm", "images")])
    assert run["status"] == "COMPLETED", run


def test_a_provider_that_echoes_the_key(product: Product) -> None:
    assert _code(product.run(_llm("echo"))) == "bad_request"


def test_a_provider_that_never_answers(product: Product) -> None:
    assert _code(product.run(_llm("hang", timeoutSeconds=1))) == "timed_out"


def test_an_api_key(product: Product) -> None:
    made = product.http.post("/api/keys", json={"name": "canary", "scopes": ["read"]})
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    product.canaries.more["API key"] = secret
    assert product.ask("GET", "/api/me", headers=bearer(secret)).status_code == 200
    refused = product.ask("POST", "/api/workflows", json={}, headers=bearer(secret))
    assert refused.status_code in (401, 403)
    product.ask("GET", "/api/me", headers=bearer(secret + "x"))
    product.ask("GET", f"/api/workflows?cursor={secret[:-1]}")


def test_a_forged_message(product: Product) -> None:
    headers = {"svix-id": "m", "svix-timestamp": "1", "svix-signature": "v1,AAAA"}
    assert product.ask("POST", "/webhooks/clerk", json={}, headers=headers).status_code == 401


def test_crashes_with_a_traceback_in_the_worker_and_in_the_api(product: Product) -> None:
    asset = product.ask("POST", "/api/assets", files={"file": ("a.png", IMAGE)}).json()
    source = {"kind": "asset", "assetId": asset["id"]}
    run_id = product.start(
        _llm("wait 2 say 32"),
        node("picture", "image", source=source),
        node("resize", "resize", height=32, fit="fill"),
        edges=[edge("picture", "resize", "image"), edge("llm", "resize", "width")],
    )
    with closing(psycopg.connect(product.database, autocommit=True)) as connection:
        connection.execute("alter table assets rename column width to breadth")
        try:
            crashed = product.ask("GET", asset["url"])
            wait_for(lambda: "Traceback" in read(product.up.home / "logs/worker.log"), "a crash")
        finally:
            connection.execute("alter table assets rename column breadth to width")
    assert crashed.status_code == 500
    assert product.end(run_id)["status"] in {"COMPLETED", "FAILED"}


def test_a_worker_that_is_killed(product: Product) -> None:
    run_id = product.start(_llm("wait 3 say x"))
    wait_for(
        lambda: product.http.get(f"/api/runs/{run_id}").json()["status"] == "RUNNING", "it runs"
    )
    for pid, command in descendants(product.up.pid).items():
        if "nodeloom worker" in command:
            os.kill(pid, signal.SIGKILL)
    assert product.end(run_id)["status"] == "COMPLETED"


def test_then_no_secret_is_in_a_log(product: Product) -> None:
    logs = {path: read(path) for path in _logs(product.up)}
    assert any("Traceback" in text for text in logs.values()), "nothing crashed"
    for path, text in logs.items():
        assert product.canaries.found_in(text) == [], path


def _logs(up: Up) -> list[Path]:
    files = [*(up.home / "logs").rglob("*"), up._out, up._err]
    return [path for path in files if path.is_file()]


def test_then_no_secret_is_in_a_file_of_the_home_folder(product: Product) -> None:
    for path in product.up.home.rglob("*"):
        if path.is_file() and "assets" not in path.parts:
            text = path.read_bytes().decode("latin-1")
            assert product.canaries.found_in(text) == [], path


@pytest.mark.parametrize("database", ["canary", "prefect"])
def test_then_no_secret_is_in_a_table(product: Product, database: str) -> None:
    url = product.database.rpartition("/")[0] + f"/{database}"
    looked_at = 0
    with psycopg.connect(
        _prefect(product.database) if database == "prefect" else url
    ) as connection:
        for schema, table, text in _tables(connection):
            looked_at += len(text)
            assert product.canaries.found_in(text) == [], f"{schema}.{table}"
    assert looked_at > 10_000


def _prefect(url: str) -> str:
    from local.stack import prefect_database_url

    return prefect_database_url(url)


def _tables(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, str, str]]:
    names = connection.execute(
        "select schemaname, tablename from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    for schema, table in names:
        query = sql.SQL("select coalesce(string_agg(t::text, E'\\n'), '') from {} t")
        row = connection.execute(query.format(sql.Identifier(schema, table))).fetchone()
        yield schema, table, row[0] if row else ""


def test_then_no_secret_is_in_an_answer(product: Product) -> None:
    for path in ("/schema/openapi.json", "/health/ready", "/api/me", "/api/keys"):
        product.ask("GET", path)
    for path in ("/api/workflows", "/api/runs"):
        listed = product.ask("GET", path)
        assert listed.status_code == 200, listed.text
        for item in listed.json()["items"]:
            product.ask("GET", f"{path}/{item['id']}")
    for text in product.answers:
        assert product.canaries.found_in(text) == []
    assert len(product.answers) > 40


def test_then_no_secret_is_in_the_arguments_of_a_process(product: Product) -> None:
    arguments = descendants(product.up.pid)
    assert len(arguments) > 4
    assert product.canaries.found_in(json.dumps(arguments)) == []
