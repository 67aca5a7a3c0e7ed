"""What a user's URL may reach, and what of it is taken."""

# ruff: noqa: RUF001 # characters that look like others are the point

import asyncio
import datetime as dt
import gzip
import io
import ssl
import time
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from assets.addresses import Address, is_public, target_of
from assets.fetch import GuardedFetcher, resolve
from schemas.errors import BadInputError, NodeError, ProviderError
from support.web_server import Asked, Respond, WebServer, answer, hang

PUBLIC = "93.184.216.34"

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:93.184.216.34",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2620:4f:8000::1",
    "2a00:1450:4001:82a:0:5efe:7f00:1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]

FORMS = [
    "http://localhost/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://127.0.0.1./",
    "http://1.2.3.4.5/",
    "http://256.256.256.256/",
    "http://0x7f.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://127｡0｡0｡1/",
    "http://１２７.0.0.1/",
    "http://exa\u00admple.com/",
    "http://ⓔxample.com/",
    "http://[::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[::1/",
    "http://::1/",
    "http://[v1.fe]/",
    "http://[127.0.0.1]/",
    "http://[example.com]/",
    "http://user@example.com/",
    "http://user:secret@example.com/",
    "http://example.com@127.0.0.1/",
    "http://127.0.0.1\\@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http://example.com:22/",
    "http://example.com:5432/",
    "http://example.com:4200/",
    "http://example.com:8080/",
    "http://example.com:0/",
    "http://example.com:99999/",
    "http://example.com:http/",
    "http://example.com:-80/",
    "http://example.com:８０/",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "gopher://example.com/",
    "ftp://example.com/a.png",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "ws://example.com/",
    "unix:/run/x.sock",
    "jar:http://example.com/",
    "//example.com/a.png",
    "example.com/a.png",
    "/etc/passwd",
    "",
    "http://",
    "http:///a.png",
    "http://?a",
    "http:/example.com/",
    "http:example.com",
    "http://.example.com/",
    "http://example..com/",
    "http://-example-/",
    "http://exa mple.com/",
    "http://example.com/a b",
    "http://example.com/\r\nHost: x",
    "http://example.com\t/",
    " http://example.com/",
    "http://exa\x00mple.com/",
    "http://example.com/\x7f",
    "http://example.com\u2028/",
    "http://%31%32%37.0.0.1/",
    "http://example.com%2f@127.0.0.1/",
    "http://" + "a" * 64 + ".com/",
    "http://" + "a." * 130 + "com/",
    "http://example.com/" + "a" * 3000,
]


@dataclass
class Internet:
    """Every public address leads to one server on loopback; names are looked up in a table."""

    server: WebServer
    names: dict[str, list[str]] = field(default_factory=lambda: {"www.example.com": [PUBLIC]})
    looked_up: list[str] = field(default_factory=list[str])
    dialled: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def fetcher(self, *, seconds: float = 5, tls: ssl.SSLContext | None = None) -> GuardedFetcher:
        return GuardedFetcher(
            resolve=self._resolve, dial=self._dial, total_seconds=seconds, tls=tls
        )

    async def _resolve(self, host: str, port: int) -> Sequence[Address]:
        self.looked_up.append(host)
        if host not in self.names:
            raise OSError("no such name")
        return [ip_address(address) for address in self.names[host]]

    def _dial(self, address: Address, port: int) -> tuple[str, int]:
        self.dialled.append((str(address), port))
        return "127.0.0.1", self.server.port


@pytest.fixture
async def internet() -> AsyncIterator[Internet]:
    async with WebServer(answer(200, b"a picture")) as server:
        yield Internet(server)


async def _fetch(fetcher: GuardedFetcher, url: str, max_bytes: int = 1000) -> bytes:
    body = io.BytesIO()
    await fetcher.fetch(url, body, max_bytes=max_bytes)
    return body.getvalue()


async def _error(fetcher: GuardedFetcher, url: str, max_bytes: int = 1000) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await _fetch(fetcher, url, max_bytes)
    return caught.value


def test_no_private_or_special_address_is_public() -> None:
    assert [address for address in PRIVATE if is_public(ip_address(address))] == []


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_url_with_a_private_address_connects_to_nothing(
    internet: Internet, address: str
) -> None:
    host = f"[{address}]" if ":" in address else address
    for url in (f"http://{host}/", f"https://{host}:443/x.png"):
        error = await _error(internet.fetcher(), url)
        assert (error.code, error.retryable) == ("url_not_allowed", False)
    assert internet.server.connections == 0
    assert internet.dialled == []


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_to_a_private_address_connects_to_nothing(
    internet: Internet, address: str
) -> None:
    internet.names = {"www.example.com": [PUBLIC, address]}

    assert (await _error(internet.fetcher(), "http://www.example.com/")).code == "url_not_allowed"
    assert internet.server.connections == 0


@pytest.mark.parametrize("url", FORMS)
async def test_an_odd_form_of_a_url_connects_to_nothing(internet: Internet, url: str) -> None:
    internet.names = {"example.com": [PUBLIC], "localhost": ["127.0.0.1", "::1"]}
    started = time.perf_counter()

    assert (await _error(internet.fetcher(), url)).code == "url_not_allowed"
    assert internet.server.connections == 0
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("url", ["http://localhost/", "http://ip6-localhost/", "http://0x7f.1/"])
async def test_the_real_look_up_is_guarded_too(url: str) -> None:
    error = await _error(GuardedFetcher(), url)
    assert error.code in ("url_not_allowed", "fetch_failed")


async def test_the_real_look_up_gives_addresses() -> None:
    assert set(await resolve("localhost", 80)) <= {ip_address("127.0.0.1"), ip_address("::1")}


async def test_a_public_file_is_fetched_from_the_checked_address(internet: Internet) -> None:
    body = await _fetch(internet.fetcher(), "http://www.example.com/a.png?b=1#c", max_bytes=1000)
    (asked,) = internet.server.asked

    assert body == b"a picture"
    assert internet.looked_up == ["www.example.com"]
    assert internet.dialled == [(PUBLIC, 80)]
    assert asked.path == "/a.png?b=1"
    assert asked.headers["host"] == "www.example.com"
    assert not {"cookie", "authorization", "proxy-authorization"} & asked.headers.keys()


async def test_a_public_address_may_be_written_out(internet: Internet) -> None:
    for host in (PUBLIC, "[2606:4700::1111]"):
        await _fetch(internet.fetcher(), f"http://{host}/a.png", max_bytes=1000)
    assert internet.dialled == [(PUBLIC, 80), ("2606:4700::1111", 80)]
    assert internet.looked_up == []


async def test_an_international_name_is_looked_up_in_ascii(internet: Internet) -> None:
    internet.names = {"xn--mnchen-3ya.de": [PUBLIC]}
    await _fetch(internet.fetcher(), "http://münchen.de/täpot.png", max_bytes=1000)
    assert internet.server.asked[0].headers["host"] == "xn--mnchen-3ya.de"


def test_case_and_default_ports_do_not_matter() -> None:
    target = target_of("HTTPS://WWW.Example.COM:443/A")
    assert (target.scheme, target.host, target.port) == ("https", "www.example.com", 443)


async def test_proxies_of_the_environment_are_not_used(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert await _fetch(internet.fetcher(), "http://www.example.com/", max_bytes=1000)


async def test_the_next_address_is_tried_when_one_does_not_answer(internet: Internet) -> None:
    internet.names = {"www.example.com": ["93.184.216.35", PUBLIC]}

    def dial(address: Address, port: int) -> tuple[str, int]:
        return "127.0.0.1", internet.server.port if str(address) == PUBLIC else 9  # nobody's

    fetcher = GuardedFetcher(resolve=internet._resolve, dial=dial)
    assert await _fetch(fetcher, "http://www.example.com/", max_bytes=1000) == b"a picture"


def _redirects(*locations: str) -> Respond:
    remaining = list(locations)

    async def respond(asked: Asked, writer: asyncio.StreamWriter) -> None:
        headers = {"location": remaining.pop(0), "set-cookie": "a=b"} if remaining else {}
        await answer(302 if headers else 200, b"there", headers)(asked, writer)

    return respond


async def test_redirects_are_followed_without_cookies(internet: Internet) -> None:
    internet.names["cdn.example.com"] = ["93.184.216.40"]
    internet.server.respond = _redirects("/b", "//cdn.example.com/c", "http://cdn.example.com/d")

    assert await _fetch(internet.fetcher(), "http://www.example.com/a", max_bytes=99) == b"there"
    assert [asked.path for asked in internet.server.asked] == ["/a", "/b", "/c", "/d"]
    assert internet.dialled[-1] == ("93.184.216.40", 80)
    assert not any("cookie" in asked.headers for asked in internet.server.asked)


async def test_a_fourth_redirect_is_too_many(internet: Internet) -> None:
    internet.server.respond = _redirects("/b", "/c", "/d", "/e")
    error = await _error(internet.fetcher(), "http://www.example.com/a")

    assert error.code == "fetch_failed"
    assert internet.server.connections == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://inside.example.com/",
        "file:///etc/passwd",
        "http://www.example.com:22/",
        "//2130706433/",
        "https://u:p@www.example.com/",
    ],
)
async def test_a_redirect_passes_the_same_gate(internet: Internet, location: str) -> None:
    internet.names["inside.example.com"] = ["10.0.0.1"]
    internet.server.respond = _redirects(location)

    assert (await _error(internet.fetcher(), "http://www.example.com/")).code == "url_not_allowed"
    assert internet.server.connections == 1


async def test_a_name_that_moves_inside_between_two_requests_is_caught(internet: Internet) -> None:
    fetcher = internet.fetcher()
    await _fetch(fetcher, "http://www.example.com/", max_bytes=1000)
    internet.names["www.example.com"] = ["127.0.0.1"]

    assert (await _error(fetcher, "http://www.example.com/")).code == "url_not_allowed"
    assert internet.server.connections == 1


async def test_a_name_nobody_knows_is_said_to_be_unknown(internet: Internet) -> None:
    error = await _error(internet.fetcher(), "http://nowhere.example.com/")
    assert isinstance(error, ProviderError)
    assert "no server called nowhere.example.com" in error.message


@pytest.mark.parametrize(
    ("status", "retryable"), [(404, False), (403, False), (204, False), (429, True), (503, True)]
)
async def test_an_error_of_the_server_says_its_status(
    internet: Internet, status: int, *, retryable: bool
) -> None:
    internet.server.respond = answer(status)
    error = await _error(internet.fetcher(), "http://www.example.com/a?token=secret")

    assert (error.code, error.retryable) == ("fetch_failed", retryable)
    assert "secret" not in error.message


async def test_a_file_over_the_cap_is_not_taken(internet: Internet) -> None:
    internet.server.respond = answer(200, b"x" * 1001)
    error = await _error(internet.fetcher(), "http://www.example.com/")

    assert isinstance(error, BadInputError)
    assert error.code == "file_too_large"
    internet.server.respond = answer(200, b"x" * 1000)
    assert len(await _fetch(internet.fetcher(), "http://www.example.com/", max_bytes=1000)) == 1000


async def test_an_endless_body_stops_at_the_cap(internet: Internet) -> None:
    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            await writer.drain()

    internet.server.respond = endless
    assert (await _error(internet.fetcher(), "http://www.example.com/", 100_000)).code == (
        "file_too_large"
    )


@dataclass
class Counting:
    """Takes a body and keeps only its size."""

    size: int = 0

    def write(self, piece: bytes) -> None:
        self.size += len(piece)


async def test_a_gzip_bomb_is_never_held(internet: Internet) -> None:
    bomb = gzip.compress(bytes(400_000_000), 9)  # 390 KB
    internet.server.respond = answer(200, bomb, {"content-encoding": "gzip"})
    into = Counting()
    tracemalloc.start()
    try:
        with pytest.raises(NodeError, match="larger than the 300 MB"):
            await internet.fetcher(seconds=60).fetch(
                "http://www.example.com/", into, max_bytes=300_000_000
            )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert into.size == pytest.approx(300_000_000, abs=300_000)
    assert peak < 10_000_000


@pytest.mark.parametrize("cap", [1000, 5_000_000])
async def test_a_gzip_bomb_stops_at_the_cap(internet: Internet, cap: int) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    internet.server.respond = answer(200, bomb, {"content-encoding": "gzip"})
    error = await _error(internet.fetcher(), "http://www.example.com/", max(cap, 30_000))
    assert error.code == "file_too_large"


async def test_a_packed_file_is_unpacked(internet: Internet) -> None:
    content = bytes(range(256)) * 2000
    internet.server.respond = answer(200, gzip.compress(content), {"content-encoding": "gzip"})
    assert await _fetch(internet.fetcher(), "http://www.example.com/", max_bytes=10**6) == content


@pytest.mark.parametrize(
    "respond",
    [
        answer(200, gzip.compress(b"x" * 500)[:-9], {"content-encoding": "gzip"}),
        answer(200, b"not gzip", {"content-encoding": "gzip"}),
        answer(200, b"x", {"content-encoding": "br"}),
        answer(200, b"short", {"content-length": "50"}),
        answer(200, b"x", {"content-length": "many"}),
        answer(200, b"x", {"x-large": "y" * 300_000}),
        answer(200, b"x", {f"x-{number}": "y" * 1000 for number in range(300)}),
        answer(200, b"x", {"content-length": "9" * 5000}),
        answer(200, b"x", {"content-length": "-1"}),
        answer(302, b"", {"location": "http://[::1"}),
        answer(302, b"", {"location": "http://xn--/"}),
        answer(302, b"", {"location": "http://a:b:c/"}),
        answer(200, b""),
    ],
)
async def test_an_answer_that_makes_no_sense_is_a_failure(
    internet: Internet, respond: Respond
) -> None:
    internet.server.respond = respond
    assert (await _error(internet.fetcher(), "http://www.example.com/")).code == "fetch_failed"


async def test_a_slow_server_is_given_up_in_time(internet: Internet) -> None:
    async def trickle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.05)

    for respond in (trickle, hang):
        internet.server.respond = respond
        started = time.perf_counter()
        error = await _error(internet.fetcher(seconds=0.4), "http://www.example.com/")
        assert (error.code, error.retryable) == ("fetch_timeout", True)
        assert time.perf_counter() - started < 3


def _certificate(name: str, folder: Path) -> Path:
    """Write a key and a certificate for `name` that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def test_https_checks_the_certificate_against_the_name(tmp_path: Path) -> None:
    path = _certificate("www.example.com", tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(path)
    trusting = ssl.create_default_context(cafile=str(path))

    async with WebServer(answer(200, b"a picture"), tls=serving) as server:
        internet = Internet(server)
        internet.names["other.example.com"] = [PUBLIC]
        fetcher = internet.fetcher(tls=trusting)

        assert await _fetch(fetcher, "https://www.example.com/a", max_bytes=99) == b"a picture"
        assert internet.dialled == [(PUBLIC, 443)]
        assert server.asked[0].headers["host"] == "www.example.com"
        for url in ("https://other.example.com/", f"https://{PUBLIC}/"):
            assert (await _error(fetcher, url)).code == "fetch_failed"
        assert (await _error(internet.fetcher(), "https://www.example.com/")).code == "fetch_failed"
        assert len(server.asked) == 1
