"""What a user's URL may reach."""

# ruff: noqa: RUF001 # characters that look like others are the point

import time
from ipaddress import ip_address

import pytest

from assets.fetch import GuardedFetcher, resolve
from assets.ssrf import is_public, parse_target
from support.servers.internet import PUBLIC, Internet, fetch, redirects, refusal

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
        error = await refusal(internet.fetcher(), url)
        assert (error.code, error.retryable) == ("url_not_allowed", False)
    assert internet.server.connections == 0
    assert internet.dialled == []


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_to_a_private_address_connects_to_nothing(
    internet: Internet, address: str
) -> None:
    internet.names = {"www.example.com": [PUBLIC, address]}

    assert (await refusal(internet.fetcher(), "http://www.example.com/")).code == "url_not_allowed"
    assert internet.server.connections == 0


@pytest.mark.parametrize("url", FORMS)
async def test_an_odd_form_of_a_url_connects_to_nothing(internet: Internet, url: str) -> None:
    internet.names = {"example.com": [PUBLIC], "localhost": ["127.0.0.1", "::1"]}
    started = time.perf_counter()

    assert (await refusal(internet.fetcher(), url)).code == "url_not_allowed"
    assert internet.server.connections == 0
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("url", ["http://localhost/", "http://ip6-localhost/", "http://0x7f.1/"])
async def test_the_real_look_up_is_guarded_too(url: str) -> None:
    error = await refusal(GuardedFetcher(), url)
    assert error.code in ("url_not_allowed", "fetch_failed")


async def test_the_real_look_up_gives_addresses() -> None:
    assert set(await resolve("localhost", 80)) <= {ip_address("127.0.0.1"), ip_address("::1")}


def test_case_and_default_ports_do_not_matter() -> None:
    target = parse_target("HTTPS://WWW.Example.COM:443/A")
    assert (target.scheme, target.host, target.port) == ("https", "www.example.com", 443)


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
    internet.server.respond = redirects(location)

    assert (await refusal(internet.fetcher(), "http://www.example.com/")).code == "url_not_allowed"
    assert internet.server.connections == 1


async def test_a_name_that_moves_inside_between_two_requests_is_caught(internet: Internet) -> None:
    fetcher = internet.fetcher()
    await fetch(fetcher, "http://www.example.com/", max_bytes=1000)
    internet.names["www.example.com"] = ["127.0.0.1"]

    assert (await refusal(fetcher, "http://www.example.com/")).code == "url_not_allowed"
    assert internet.server.connections == 1
