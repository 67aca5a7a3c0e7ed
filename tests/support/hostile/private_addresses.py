"""Addresses that no user's URL may reach, in every spelling we know, and an own judge of them.

The judge shares nothing with `assets.ssrf`: it knows the registries of special addresses
as first and last numbers, and unwraps an IPv4 address wherever IPv6 can hide one.
"""

# ruff: noqa: RUF001 # characters that look like others are the point

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:4700::1111"

_SPECIAL_4 = """
0.0.0.0-0.255.255.255 10.0.0.0-10.255.255.255 100.64.0.0-100.127.255.255
127.0.0.0-127.255.255.255 168.63.129.16-168.63.129.16 169.254.0.0-169.254.255.255
172.16.0.0-172.31.255.255 192.0.0.0-192.0.0.255 192.0.2.0-192.0.2.255
192.31.196.0-192.31.196.255 192.52.193.0-192.52.193.255 192.88.99.0-192.88.99.255
192.168.0.0-192.168.255.255 192.175.48.0-192.175.48.255 198.18.0.0-198.19.255.255
198.51.100.0-198.51.100.255 203.0.113.0-203.0.113.255 224.0.0.0-255.255.255.255
"""
RANGES_4 = [
    (int(IPv4Address(first)), int(IPv4Address(last)))
    for first, last in (each.split("-") for each in _SPECIAL_4.split())
]
# Inside 2000::/3; all else of IPv6 is special.
_SPECIAL_6 = """
2001::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff
2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
2620:4f:8000::-2620:4f:8000:ffff:ffff:ffff:ffff:ffff
3fff::-3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff
"""
RANGES_6 = [
    (int(IPv6Address(first)), int(IPv6Address(last)))
    for first, last in (each.split("-") for each in _SPECIAL_6.split())
]
GLOBAL_6 = (int(IPv6Address("2000::")), int(IPv6Address("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")))


def is_private(address: str) -> bool:
    """Whether an address leads somewhere that is not the Internet's."""
    if ":" not in address:
        number = int(IPv4Address(address))
        return any(first <= number <= last for first, last in RANGES_4)
    number = int(IPv6Address(address.partition("%")[0]))
    hidden = (number >> 32) & 0xFFFFFFFF in (0x5EFE, 0x02005EFE)  # ISATAP
    in_global = GLOBAL_6[0] <= number <= GLOBAL_6[1]
    return hidden or not in_global or any(first <= number <= last for first, last in RANGES_6)


HOSTS_4 = [
    *("127.0.0.1", "127.127.127.127", "0.0.0.0", "10.0.0.1", "100.100.100.200"),
    *("168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.254"),
    *("192.0.0.192", "192.168.1.1", "198.18.0.1", "198.19.255.254", "224.0.0.1", "240.0.0.1"),
    *("192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "255.255.255.255"),
]
HOSTS_6 = [
    *("::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1"),
    *("64:ff9b:1::7f00:1", "100::1", "2001:db8::1", "2001:2::1", "2001:10::1", "2001:20::1"),
    *("2620:4f:8000::1", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "e000::1"),
]
_CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
_WIDE = "０１２３４５６７８９"
_BOLD = "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"
_ARABIC = "٠١٢٣٤٥٦٧٨٩"


def hidden_4(address: str) -> Iterator[str]:
    """Give the IPv6 addresses that stand for an IPv4 address."""
    number = int(IPv4Address(address))
    high, low = number >> 16, number & 0xFFFF
    inverted = number ^ 0xFFFFFFFF
    yield f"::ffff:{address}"
    yield f"::ffff:{high:x}:{low:x}"
    yield f"0:0:0:0:0:ffff:{high:04x}:{low:04x}"
    yield f"::{address}"
    yield f"::ffff:0:{address}"
    yield f"64:ff9b::{address}"
    yield f"64:ff9b:1::{high:x}:{low:x}"
    yield f"2002:{high:x}:{low:x}::1"
    yield f"2001:0:{high:x}:{low:x}::1"
    yield f"2001::{inverted >> 16:x}:{inverted & 0xFFFF:x}"
    yield f"2a00:1450:4001:82a:0:5efe:{high:x}:{low:x}"
    yield f"fe80::5efe:{address}"


def _translated(address: str, digits: str) -> str:
    return address.translate({ord("0") + index: digit for index, digit in enumerate(digits)})


def _numbers(address: str) -> Iterator[str]:
    """Write an IPv4 address as programs of forty years have read it."""
    a, b, c, d = (int(part) for part in address.split("."))
    number = int(IPv4Address(address))
    yield from (str(number), hex(number), f"0X{number:X}", f"0{number:o}", f"00000{number:o}")
    yield from (
        f"{a}.{b}.{c << 8 | d}",
        f"{a}.{b << 16 | c << 8 | d}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
    )
    yield from (
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a:#x}.{b}.0{c:o}.{d}",
        f"{a:03}.{b:03}.{c:03}.{d:03}",
    )
    yield from (
        f"{a}.{b}.{c}.{d + 256}",
        str(number + 2**32),
        f"{a}.{b}.{c}.{d}.",
        f"{a}.{b}.{c}.{d}..",
    )
    yield from (f"{a}.{b}.{c}", f"0x{a:x}.{b << 16 | c << 8 | d}", f"{a}%2e{b}%2e{c}%2e{d}")


def _letters(address: str) -> Iterator[str]:
    """Write it with characters that some libraries take for digits and dots."""
    for digits in (_CIRCLED, _WIDE, _BOLD, _ARABIC):
        yield _translated(address, digits)
    for dot in "。．｡․":
        yield address.replace(".", dot)
    yield address.replace(".", "\u00ad.")
    yield "".join(f"%{ord(character):02x}" for character in address)


def _around(address: str) -> Iterator[str]:
    """Write whole URLs in which the address stands where a reader may not look."""
    yield from (f"http://{address}/", f"https://{address}/", f"HTTP://{address}:80/a.png")
    yield from (f"http://public.test@{address}/", f"http://public.test:80@{address}/a.png")
    yield from (
        f"http://u:p@{address}/",
        f"http://{address}\\@public.test/",
        f"http:\\\\{address}/",
    )
    yield from (f"http://public.test\\@{address}/", f"http://{address}?@public.test/")
    yield from (f"http://{address}#@public.test/", f"http:/\\{address}/", f"http:{address}/")
    yield from (f"http:///{address}/", f"http://{address}:22/", f"http://{address}:5432/")
    yield from (f"http://{address}:4200/api", f"https://{address}:8443/", f"http://{address}:080/")
    yield from (f"http://{address}\t/", f"http://\u200b{address}/", f"http://[{address}]/")
    yield from (f"http://{address},public.test/", f"http://{address} /", f"\thttp://{address}/")
    yield from (
        f"ftp://{address}/a.png",
        f"gopher://{address}:80/_x",
        f"file://{address}/etc/passwd",
    )


def ipv4_urls(address: str) -> Iterator[str]:
    """Give every URL that leads to an IPv4 address, or would for a careless reader."""
    yield from _around(address)
    yield from (f"http://{host}/" for host in (*_numbers(address), *_letters(address)))
    yield from (f"http://[{host}]/" for host in hidden_4(address))


def ipv6_urls(address: str) -> Iterator[str]:
    """Give URLs that lead to an IPv6 address."""
    number = int(IPv6Address(address))
    whole = ":".join(f"{number >> shift & 0xFFFF:04X}" for shift in range(112, -1, -16))
    yield from (f"http://[{address}]/", f"https://[{address}]:443/", f"http://[{whole}]/")
    yield from (f"http://[{address}%25lo]/", f"http://[{address}%lo]/", f"http://{address}/")
    yield from (
        f"http://u@[{address}]/",
        f"http://[{address}]:22/",
        f"http://[{address}]@public.test/",
    )


SCHEMES = [
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "FILE:///etc/passwd",
    "gopher://public.test:80/_GET",
    "ftp://public.test/a.png",
    "data:image/png;base64,AAAA",
    "DATA:text/html,<script>",
    "javascript:alert(1)",
    "ws://public.test/",
    "unix:/run/x.sock",
    "http+unix://%2frun%2fx.sock/",
    "jar:http://public.test!/",
    "dict://public.test:80/x",
    "ldap://public.test/",
    "view-source:http://public.test/",
    "blob:http://public.test/1",
    "//public.test/a.png",
    "public.test/a.png",
    "/etc/passwd",
    "../../etc/passwd",
    "",
    "http://",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://public.test:22/",
    "http://public.test:5432/",
    "http://public.test:0/",
    "http://public.test:65616/",
    "http://ⓛocalhost/",
    "http://exa\u00admple.test/",
    "http://xn--/",
    "http://public.test%00.evil/",
    "http://public.test\r\nHost: x/",
    "http://" + "a" * 64 + ".test/",
    "http://public.test/" + "a" * 3000,
]


def urls() -> list[str]:
    """Give all of them, each once."""
    found = [*SCHEMES, *(url for host in HOSTS_4 for url in ipv4_urls(host))]
    found += [url for host in HOSTS_6 for url in ipv6_urls(host)]
    return list(dict.fromkeys(found))
