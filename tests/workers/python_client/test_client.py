"""Both clients in Python, with a real API and a worker: files, waiting, events, kills, and what goes wrong."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.machine.process import ChildProcess
from nodeloom_client import (
    AsyncClient,
    Client,
    ConflictError,
    ConnectionFailedError,
    File,
    InvalidInputError,
    NotFoundError,
    RunFailedError,
    SignInError,
)
from support.product.backend import Backend, edge, eventually, graph, node

ROOT = Path(__file__).parents[3]
PHOTO = ROOT / "examples" / "media" / "coffee.jpg"
PACKAGE = ROOT / "clients" / "python"


@pytest.fixture(scope="module")
def published(backend: Backend) -> None:
    api = backend.start_api()
    try:
        publish(backend)
    finally:
        api.stop()


@pytest.fixture
def api(backend: Backend, published: None) -> Iterator[ChildProcess]:
    part = backend.start_api()
    try:
        yield part
    finally:
        part.stop()


@pytest.fixture
def client(backend: Backend, api: ChildProcess) -> Iterator[Client]:
    with Client(backend.api_url) as client:
        yield client


def publish(backend: Backend) -> None:
    """A function that crops a photo and asks the model about it."""
    nodes = [
        node("photo", "image"),
        node("crop", "crop", widthPercent=50, heightPercent=50),
        node("details", "text", text="say nothing"),
        node("post", "llm", settings={"retries": 0}),
    ]
    edges = [
        edge("photo", "crop", "image"),
        edge("details", "post", "userMessage"),
        edge("crop", "post", "images"),
    ]
    declared = {
        "inputs": [
            {"name": "photo", "nodeId": "photo", "param": "source", "required": True},
            {"name": "details", "nodeId": "details", "param": "text", "required": True},
            {"name": "width", "nodeId": "crop", "param": "widthPercent"},
        ],
        "outputs": [{"name": "post", "nodeId": "post"}, {"name": "picture", "nodeId": "crop"}],
    }
    with httpx.Client(base_url=backend.api_url, timeout=30, trust_env=False) as http:
        for each in http.get("/api/functions").json()["items"]:  # of tests before these
            http.delete(each["url"]).raise_for_status()
        stored = http.post("/api/workflows", json=graph(nodes, edges) | declared)
        assert stored.status_code == 201, stored.text
        url = f"/api/workflows/{stored.json()['id']}/publish"
        http.post(url, json={"name": "shop_card"}).raise_for_status()


def asked(details: str) -> dict[str, Any]:
    return {"photo": PHOTO, "details": details}


def test_a_call_uploads_files_waits_and_gives_python_values(client: Client) -> None:
    result = client.call("shop_card", asked("say A cup."))
    assert (result.status, result["post"]) == ("COMPLETED", "A cup.")
    assert result.outputs["post"] == {"kind": "text", "text": "A cup."}
    picture = result["picture"]
    assert isinstance(picture, File)
    assert (picture.kind, picture.media_type) == ("image", "image/jpeg")
    data = client.download(picture)
    assert len(data) == picture.bytes
    values = client.values("shop_card", {"photo": data, "details": "say Bytes."})
    assert values["post"] == "Bytes."
    again = client.call("shop_card", {"photo": picture, "details": "say A file."}, inline=True)
    assert again["picture"].url.startswith("data:image/")
    assert client.wait(result.run_id) == result
    assert [each["name"] for each in client.functions()] == ["shop_card"]


async def test_the_asynchronous_client_does_the_same(backend: Backend, client: Client) -> None:
    wanted = await asyncio.to_thread(client.call, "shop_card", asked("say A cup."))
    async with AsyncClient(backend.api_url) as other:
        found = await asyncio.gather(*(other.call("shop_card", asked("say A cup.")) for _ in "ab"))
        assert [each.outputs for each in found] == [wanted.outputs] * 2
        started = await other.start("shop_card", asked("wait 1 say later"))
        assert not started.ended
        events = [event async for event in other.events(started.run_id)]
        assert events[-1].data["status"] == "COMPLETED"
        assert (await other.wait(started.run_id))["post"] == "later"
        assert await other.download(wanted["picture"])
        with pytest.raises(InvalidInputError):
            await other.call("shop_card")
        with pytest.raises(ConflictError):
            await other.cancel(started.run_id)


def test_events_are_resumed_after_a_number(client: Client) -> None:
    started = client.start("shop_card", asked("wait 1 say events"))
    events = list(client.events(started.run_id))
    numbers = [event.number for event in events if event.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert (events[0].name, events[-1].data["status"]) == ("run", "COMPLETED")
    assert {event.data["nodeId"] for event in events if event.name == "node"} >= {"post", "crop"}
    rest = [event.number for event in client.events(started.run_id, after=numbers[-3])]
    assert rest == numbers[-2:]
    assert list(client.events(started.run_id, after=numbers[-1])) == []


def test_a_call_and_a_reader_of_events_survive_the_api(
    backend: Backend, api: ChildProcess, client: Client
) -> None:
    message = "wait 8 say survived"
    results: list[Any] = []
    calling = threading.Thread(
        target=lambda: results.append(client.call("shop_card", asked(message)))
    )
    calling.start()
    eventually(lambda: backend.scripted_model.count(message))
    run = _newest_run(backend)
    api.process.kill()
    api.process.wait()
    port = str(httpx.URL(backend.api_url).port)
    other = backend.start_api(NODELOOM_PORT=port)
    try:
        events = list(client.events(run["id"]))
        calling.join(120)
    finally:
        other.stop()
    (result,) = results
    assert (result["post"], result.run_id) == ("survived", run["id"])
    assert backend.scripted_model.count(message) == 1
    numbers = [event.number for event in events if event.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert events[-1].data["status"] == "COMPLETED"


def _newest_run(backend: Backend) -> dict[str, Any]:
    with httpx.Client(base_url=backend.api_url, timeout=30, trust_env=False) as http:
        return http.get("/api/runs").json()["items"][0]


def test_a_call_that_is_waited_for_no_longer_goes_on(client: Client) -> None:
    key = "waited for"
    result = client.call("shop_card", asked("hang"), wait=1, idempotency_key=key)
    assert not result.ended
    again = client.start("shop_card", asked("hang"), idempotency_key=key)
    assert again.run_id == result.run_id
    assert not client.wait(result.run_id, seconds=0.2).ended
    client.cancel(result.run_id)
    with pytest.raises(RunFailedError) as failed:
        client.wait(result.run_id)
    assert failed.value.result.status == "CANCELLED"


def test_what_goes_wrong_says_what_and_where(backend: Backend, client: Client) -> None:
    with pytest.raises(InvalidInputError, match="details") as refused:
        client.call("shop_card", {"photo": PHOTO, "details": 7, "width": 400, "colour": "red"})
    problems = {each.input: each.code for each in refused.value.problems}
    assert problems.keys() == {"details", "width", "colour"}
    assert problems["colour"] == "unknown_input"
    with pytest.raises(NotFoundError) as missing:
        client.call("nothing", {})
    assert missing.value.code == "function_not_found"
    with pytest.raises(NotFoundError):
        client.call("../keys", {})
    with pytest.raises(NotFoundError):
        list(client.events("00000000-0000-0000-0000-000000000000"))
    with pytest.raises(RunFailedError, match="Post") as failed:
        client.call("shop_card", asked("refuse"))
    assert failed.value.result.status == "FAILED"
    assert failed.value.result["picture"].kind == "image"
    with Client(backend.api_url, "nlk_wrong") as stranger, pytest.raises(SignInError):
        stranger.functions()
    with (
        Client("http://127.0.0.1:9", retry_seconds=0.5) as nowhere,
        pytest.raises(ConnectionFailedError),
    ):
        nowhere.functions()
    with pytest.raises(FileNotFoundError):
        client.call("shop_card", {"photo": Path("nothing.jpg"), "details": "say no"})


PROGRAM = """
import asyncio, pathlib, sys
import functions
from nodeloom_client import AsyncClient, Client

photo = pathlib.Path(sys.argv[1])
with Client() as client:
    post: str | None = functions.shop_card(client, photo=photo, details="say Typed.")["post"]
async def main() -> int:
    async with AsyncClient() as client:
        card = await functions.shop_card(client, photo=photo, details="say Typed.", width=25)
        assert card["picture"] is not None
        return card["picture"].width or 0
print(post, asyncio.run(main()))
"""


def test_generated_functions_are_typed_and_work(
    backend: Backend, client: Client, tmp_path: Path
) -> None:
    variables = os.environ | {"NODELOOM_API_URL": backend.api_url, "PYTHONPATH": str(PACKAGE)}

    def do(*command: object) -> str:
        words = [str(word) for word in command]
        done = subprocess.run(
            words, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    told = do(sys.executable, "-m", "nodeloom_client", "generate", "functions.py")
    assert told == "1 function is in functions.py.\n"
    (tmp_path / "program.py").write_text(PROGRAM)
    venv = Path(sys.executable).parents[1]
    rules = {"typeCheckingMode": "standard", "venvPath": str(venv.parent), "venv": venv.name}
    rules["extraPaths"] = [str(PACKAGE)]  # pyright: ignore[reportArgumentType]
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(rules))
    checker = Path(sys.executable).with_name("basedpyright")
    do(checker, "program.py", "functions.py")
    width = client.values("shop_card", asked("say Typed.") | {"width": 25})["picture"].width
    assert do(sys.executable, "program.py", PHOTO) == f"Typed. {width}\n"
    wrong = PROGRAM.replace('details="say Typed."', "details=7", 1)
    (tmp_path / "program.py").write_text(wrong)
    checked = subprocess.run(
        [checker, "program.py"],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 1
    assert "details" in checked.stdout
