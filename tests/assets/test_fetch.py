"""How a file is fetched from a user's URL, once it may be reached."""

import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from assets.fetch import GuardedFetcher
from assets.ssrf import Address
from schemas.errors import ProviderError
from support.servers.internet import PUBLIC, Internet, fetch, redirects, refusal
from support.servers.web_server import WebServer, answer


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


async def test_a_public_file_is_fetched_from_the_checked_address(internet: Internet) -> None:
    body = await fetch(internet.fetcher(), "http://www.example.com/a.png?b=1#c", max_bytes=1000)
    (asked,) = internet.server.asked

    assert body == b"a picture"
    assert internet.looked_up == ["www.example.com"]
    assert internet.dialled == [(PUBLIC, 80)]
    assert asked.path == "/a.png?b=1"
    assert asked.headers["host"] == "www.example.com"
    assert not {"cookie", "authorization", "proxy-authorization"} & asked.headers.keys()


async def test_a_public_address_may_be_written_out(internet: Internet) -> None:
    for host in (PUBLIC, "[2606:4700::1111]"):
        await fetch(internet.fetcher(), f"http://{host}/a.png", max_bytes=1000)
    assert internet.dialled == [(PUBLIC, 80), ("2606:4700::1111", 80)]
    assert internet.looked_up == []


async def test_an_international_name_is_looked_up_in_ascii(internet: Internet) -> None:
    internet.names = {"xn--mnchen-3ya.de": [PUBLIC]}
    await fetch(internet.fetcher(), "http://münchen.de/täpot.png", max_bytes=1000)
    assert internet.server.asked[0].headers["host"] == "xn--mnchen-3ya.de"


async def test_proxies_of_the_environment_are_not_used(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert await fetch(internet.fetcher(), "http://www.example.com/", max_bytes=1000)


async def test_the_next_address_is_tried_when_one_does_not_answer(internet: Internet) -> None:
    internet.names = {"www.example.com": ["93.184.216.35", PUBLIC]}

    def dial(address: Address, port: int) -> tuple[str, int]:
        return "127.0.0.1", internet.server.port if str(address) == PUBLIC else 9  # nobody's

    fetcher = GuardedFetcher(resolve=internet._resolve, dial=dial)
    assert await fetch(fetcher, "http://www.example.com/", max_bytes=1000) == b"a picture"


async def test_redirects_are_followed_without_cookies(internet: Internet) -> None:
    internet.names["cdn.example.com"] = ["93.184.216.40"]
    internet.server.respond = redirects("/b", "//cdn.example.com/c", "http://cdn.example.com/d")

    assert await fetch(internet.fetcher(), "http://www.example.com/a", max_bytes=99) == b"there"
    assert [asked.path for asked in internet.server.asked] == ["/a", "/b", "/c", "/d"]
    assert internet.dialled[-1] == ("93.184.216.40", 80)
    assert not any("cookie" in asked.headers for asked in internet.server.asked)


async def test_a_fourth_redirect_is_too_many(internet: Internet) -> None:
    internet.server.respond = redirects("/b", "/c", "/d", "/e")
    error = await refusal(internet.fetcher(), "http://www.example.com/a")

    assert error.code == "fetch_failed"
    assert internet.server.connections == 4


async def test_a_name_nobody_knows_is_said_to_be_unknown(internet: Internet) -> None:
    error = await refusal(internet.fetcher(), "http://nowhere.example.com/")
    assert isinstance(error, ProviderError)
    assert "no server called nowhere.example.com" in error.message


async def test_https_checks_the_certificate_against_the_name(tmp_path: Path) -> None:
    path = _certificate("www.example.com", tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(path)
    trusting = ssl.create_default_context(cafile=str(path))

    async with WebServer(answer(200, b"a picture"), tls=serving) as server:
        internet = Internet(server)
        internet.names["other.example.com"] = [PUBLIC]
        fetcher = internet.fetcher(tls=trusting)

        assert await fetch(fetcher, "https://www.example.com/a", max_bytes=99) == b"a picture"
        assert internet.dialled == [(PUBLIC, 443)]
        assert server.asked[0].headers["host"] == "www.example.com"
        for url in ("https://other.example.com/", f"https://{PUBLIC}/"):
            assert (await refusal(fetcher, url)).code == "fetch_failed"
        assert (
            await refusal(internet.fetcher(), "https://www.example.com/")
        ).code == "fetch_failed"
        assert len(server.asked) == 1
