"""Two machines that share a database and a bucket: each has a home folder of its own."""

import hashlib
import time
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from chaos.stack.s3_server import S3Server, s3_server
from local.machine.process import ChildProcess
from support.api.client import read_events
from support.product.backend import Backend, edge, eventually, graph, node


@pytest.fixture(scope="module")
def bucket(backend_without_worker: Backend) -> Iterator[S3Server]:
    with s3_server(backend_without_worker.home) as server:
        yield server


def at(backend: Backend, bucket: S3Server, machine: str) -> dict[str, str]:
    """The environment of a machine."""
    home = backend.home / machine
    home.mkdir(exist_ok=True)
    return {"NODELOOM_ASSETS": bucket.url, "NODELOOM_HOME": str(home), **bucket.environment}


def photo(number: int) -> dict[str, Any]:
    file = BytesIO()
    Image.new("RGB", (60 + number, 40), (number, 90, 200)).save(file, "PNG")
    data = b64encode(file.getvalue()).decode()
    return {"kind": "base64", "mediaType": "image/png", "data": data}


def document(number: int) -> Any:
    """A picture, a model that takes a while, and a picture that is made after it."""
    width = {"width": 30, "height": 30, "fit": "contain"}
    return graph(
        [
            node("photo", "image", source=photo(number)),
            node("half", "crop", xPercent=0, yPercent=0, widthPercent=50, heightPercent=100),
            node("say", "llm", userMessage="wait 1.5 say 20"),
            node("small", "resize", **width),
        ],
        [
            edge("photo", "half", "image"),
            edge("half", "say", "images"),
            edge("say", "small", "width"),
            edge("half", "small", "image"),
        ],
    )


def any_node(backend: Backend, runs: list[UUID], node_id: str, status: str) -> bool:
    """Whether this node of any of the runs has this status."""
    return any(backend.read_run(run_id).status(node_id) == status for run_id in runs)


def test_a_bucket_that_is_away_and_a_machine_that_dies_cost_no_run(
    backend_without_worker: Backend, bucket: S3Server
) -> None:
    backend = backend_without_worker
    first = backend.start_worker(**at(backend, bucket, "first"))
    backend.start_worker(**at(backend, bucket, "second"))
    runs = [backend.start(document(number)) for number in range(8)]
    eventually(lambda: any_node(backend, runs, "half", "COMPLETED"))
    bucket.stop()
    time.sleep(4)  # nothing tells which of the nodes has met the bucket that is away
    first.process.kill()
    bucket.start()
    for run_id in runs:
        ended = backend.end(run_id, 90)
        assert ended.run.status == "COMPLETED", ended.run.error
        for name in ("photo", "half", "small"):
            sha256 = (ended.nodes[name].output or {})["sha256"]
            data = (bucket.objects / sha256[:2] / sha256).read_bytes()
            assert hashlib.sha256(data).hexdigest() == sha256


def test_any_api_serves_what_another_machine_made(
    backend_without_worker: Backend, bucket: S3Server
) -> None:
    backend = backend_without_worker
    apis: list[ChildProcess] = []
    urls: list[str] = []
    try:
        for machine in ("third", "fourth"):
            apis.append(backend.start_api(**at(backend, bucket, machine)))
            urls.append(backend.api_url)
        workflow = httpx.post(f"{urls[0]}/api/workflows", json=document(50), timeout=30).json()
        started = httpx.post(f"{urls[0]}/api/workflows/{workflow['id']}/runs", json={}, timeout=30)
        run_id = started.json()["id"]
        events = f"/api/runs/{run_id}/events"
        seen = list(read_events(httpx.get(f"{urls[0]}{events}", timeout=60).text))
        with httpx.Client(base_url=urls[1], timeout=60) as other:
            again = list(read_events(other.get(events, headers={"Last-Event-ID": "2"}).text))
            assert [one for one in again if "id" in one] == [one for one in seen if "id" in one][2:]
            run = other.get(f"/api/runs/{run_id}").json()
            assert run["status"] == "COMPLETED"
            small = next(each for each in run["nodeExecutions"] if each["nodeId"] == "small")
            url = small["output"]["url"]
            part = other.get(url, headers={"Range": "bytes=1-3"})
            assert (part.status_code, part.content) == (206, b"PNG")
            whole = other.get(url)
            assert len(whole.content) == small["output"]["bytes"]
            assert other.get(url, params={"width": 16}).status_code == 200
    finally:
        for api in apis:
            api.stop()
