"""Who may ask from where: origins of a setting, proxies of a setting, HEAD and OPTIONS."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from litestar.datastructures import Headers
from litestar.testing import AsyncTestClient
from pydantic import ValidationError

from api.app import create_app
from api.http.origins import forwarded_request
from schemas.errors import NotConfiguredError
from schemas.settings import Settings
from support.api.client import ORIGIN, Api, graph

FRIEND = "https://app.example.com"
LOOK_ALIKES = [
    "https://app.example.com.evil.example",
    "https://appXexample.com",
    "https://evil.example/https://app.example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "HTTPS://APP.EXAMPLE.COM",
    "null",
    "",
]
ApiClient = Callable[..., AbstractAsyncContextManager[Api]]


@pytest.fixture
def client(settings: Settings) -> ApiClient:
    @asynccontextmanager
    async def make(**changes: Any) -> AsyncGenerator[Api]:
        app = create_app(settings.model_copy(update=changes))
        async with AsyncTestClient(app, base_url=ORIGIN) as api:
            yield api

    return make


async def test_pages_of_a_named_origin_may_read_and_write(client: ApiClient):
    async with client(origins=f"{FRIEND}, http://localhost:5173") as api:
        headers = {"Origin": FRIEND, "Sec-Fetch-Site": "cross-site"}
        made = await api.post("/api/workflows", json=graph(), headers=headers)
        assert made.status_code == 201
        assert made.headers["access-control-allow-origin"] == FRIEND
        assert "ETag" in made.headers["access-control-expose-headers"]
        assert "Origin" in made.headers["vary"]
        assert "access-control-allow-credentials" not in made.headers
        missing = await api.get("/api/nothing", headers=headers)
        assert missing.headers["access-control-allow-origin"] == FRIEND


async def test_a_preflight_tells_an_allowed_origin_what_it_may_send(client: ApiClient):
    async with client(origins=FRIEND) as api:
        asks = {"Origin": FRIEND, "Access-Control-Request-Method": "PUT"}
        answer = await api.options("/api/workflows/1", headers=asks)
        assert answer.status_code == 204
        assert "PUT" in answer.headers["access-control-allow-methods"]
        assert "If-Match" in answer.headers["access-control-allow-headers"]
        stranger = await api.options("/api/workflows/1", headers=asks | {"Origin": LOOK_ALIKES[0]})
        assert not [name for name in stranger.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", LOOK_ALIKES)
async def test_look_alikes_may_not(client: ApiClient, origin: str):
    async with client(origins=FRIEND) as api:
        answer = await api.post("/api/workflows", json=graph(), headers={"Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
        assert "access-control-allow-origin" not in answer.headers
        read = await api.get("/api/me", headers={"Origin": origin})
        assert "access-control-allow-origin" not in read.headers


@pytest.mark.parametrize(
    "origins",
    ["*", "https://*.example.com", "app.example.com", "null", "HTTPS://A.B", "https://a/b"],
)
def test_only_exact_origins_can_be_set(settings: Settings, origins: str):
    with pytest.raises(NotConfiguredError, match="is no origin"):
        create_app(settings.model_copy(update={"origins": origins}))


def test_only_addresses_can_be_proxies(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NODELOOM_PROXIES", "10.0.0.0/8, proxy.example.com")
    with pytest.raises(ValidationError, match="network"):
        Settings()


@pytest.mark.parametrize(
    ("client", "forwarded", "expected"),
    [
        ("10.0.0.7", ["203.0.113.9"], ("https", "app.example.com", "203.0.113.9")),
        ("10.0.0.7", ["1.1.1.1, 203.0.113.9"], ("https", "app.example.com", "203.0.113.9")),
        ("10.0.0.7", ["203.0.113.9, 10.0.0.8"], ("https", "app.example.com", "203.0.113.9")),
        ("10.0.0.7", ["203.0.113.9", "10.0.0.8"], ("https", "app.example.com", "203.0.113.9")),
        ("10.0.0.7", ["1.1.1.1, <script>"], ("https", "app.example.com", "10.0.0.7")),
        ("10.0.0.7", [], ("https", "app.example.com", "10.0.0.7")),
        ("198.51.100.4", ["203.0.113.9"], ("http", "inner:8000", "198.51.100.4")),
    ],
)
def test_forwarding_headers_count_only_from_a_proxy_of_ours(
    client: str, forwarded: list[str], expected: tuple[str, str, str]
):
    headers = Headers(
        [
            (b"host", b"inner:8000"),
            (b"x-forwarded-proto", b"https"),
            (b"x-forwarded-host", b"app.example.com"),
            *((b"x-forwarded-for", hops.encode()) for hops in forwarded),
        ]
    )
    place = forwarded_request("http", client, headers, [ip_network("10.0.0.0/8")])
    assert (place.scheme, place.host, place.client) == expected


async def test_a_proxy_does_not_bring_local_mode_to_other_names(client: ApiClient):
    async with client(proxies="127.0.0.0/8") as api:
        forged = {"X-Forwarded-Host": "evil.example"}
        assert (await api.get("/api/me", headers=forged)).status_code in (200, 403)


async def test_head_is_get_without_a_body(http_client: httpx.AsyncClient):
    made = (await http_client.post("/api/workflows", json=graph())).json()
    for path in ("/", "/api/workflows", f"/api/workflows/{made['id']}", "/health/live"):
        whole, head = await http_client.get(path), await http_client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "etag", "content-length"):
            assert head.headers.get(name) == whole.headers.get(name)
    missing = await http_client.head("/api/workflows/999")
    assert (missing.status_code, missing.content) == (404, b"")


async def test_head_of_a_stream_does_not_wait_for_its_end(http_client: httpx.AsyncClient):
    made = (await http_client.post("/api/workflows", json=graph())).json()
    run = (await http_client.post(f"/api/workflows/{made['id']}/runs")).json()
    answer = await asyncio.wait_for(http_client.head(f"/api/runs/{run['id']}/events"), 5)
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_options_tells_every_method(api: Api):
    answer = await api.options("/api/workflows/1")
    assert answer.status_code == 204
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
    assert (await api.options("/api/nothing")).status_code == 404


async def test_what_the_router_refuses_is_kept_to_the_same_rules(api: Api):
    for answer in (await api.get("/nothing"), await api.patch("/api/me")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    foreign = {"Host": "evil.example"}
    assert (await api.get("/nothing", headers=foreign)).json()["code"] == "host_not_allowed"
