"""Which addresses on the network a user's URL may lead to: public ones, judged by our own table.

Python's `ipaddress.is_global` is not used: several releases call NAT64, 6to4, multicast and
site-local addresses global.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, Final
from urllib.parse import urlsplit

import idna

from schemas.errors import BadInputError

Address = IPv4Address | IPv6Address

MAX_URL_LENGTH: Final = 2_048
PORTS: Final = {"http": 80, "https": 443}

_BLOCKED_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' inner networks
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own services
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
    )
)
_ALLOWED_V6: Final = IPv6Network("2000::/3")
"""Global unicast; everything else of IPv6 is closed."""
_BLOCKED_V6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarks, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4: holds an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",  # documentation
    )
)
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})
"""Third quarter of addresses whose last one is an IPv4 address."""

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.?")
"""The last label starts with a letter, so that no number in any notation is a name."""
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
_DOT_LOOKALIKES: Final = re.compile("[\u3002\uff0e\uff61]")


@dataclass(frozen=True)
class Target:
    """Where a URL leads before its name is looked up; `host` is lower case, without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def address(self) -> Address | None:
        """The address that is written out in the URL, if it has one instead of a name."""
        return _parse_address(self.host)


class AddressError(BadInputError):
    """A URL that may not be asked; `reason` is half a sentence."""

    def __init__(self, code: str, message: str, *, reason: str = "", **more: Any) -> None:
        """Remember why."""
        super().__init__(code, message, **more)
        self.reason = reason


def is_public(address: Address) -> bool:
    """Whether everybody on the Internet sees the same host under this address."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _BLOCKED_V4)
    return (
        address in _ALLOWED_V6
        and address.scope_id is None
        and not any(address in network for network in _BLOCKED_V6)
        and (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
    )


def parse_target(url: str, *, allow_private: bool = False) -> Target:
    """Read where a URL leads, and refuse what can never be fetched.

    With `allow_private` every address and port of it will do.

    Raises:
        AddressError: `url_not_allowed`.
    """
    if len(url) > MAX_URL_LENGTH or _UNPRINTABLE.search(url):
        raise _refused_error(
            url, "it is too long, or has a space, a backslash or a control character"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _to_ascii(parts.hostname or "")
    except ValueError as error:
        raise _refused_error(url, "it is not a complete address") from error
    if parts.scheme not in PORTS:
        raise _refused_error(url, "it does not start with http:// or https://")
    if "@" in parts.netloc:
        raise _refused_error(url, "it holds a user name or a password")
    if port not in (None, 80, 443) and not allow_private:
        raise _refused_error(url, "only the ports 80 and 443 are allowed")
    target = Target(parts.scheme, host, port or PORTS[parts.scheme])
    _check_host(url, target, bracketed="[" in parts.netloc, allow_private=allow_private)
    return target


def _check_host(url: str, target: Target, *, bracketed: bool, allow_private: bool) -> None:
    address = target.address
    if address is None and (
        bracketed or len(target.host) > 253 or not _NAME.fullmatch(target.host)
    ):
        raise _refused_error(url, "the name of the server is not a valid one")
    if address is not None and (
        bracketed != (address.version == 6) or not (allow_private or is_public(address))
    ):
        raise not_public_error(url)


def not_public_error(url: str) -> AddressError:
    """Give the error of a URL that leads into a private or special network."""
    return _refused_error(url, "it leads to a private or special network address")


def _parse_address(host: str) -> Address | None:
    try:
        return IPv6Address(host) if ":" in host else IPv4Address(host)
    except ValueError:
        return None


def _to_ascii(host: str) -> str:
    """Give the host in ASCII. Raises ValueError where it looks like one name and is another."""
    if host.isascii():
        if "xn--" in host.lower():
            idna.decode(host)  # raises where it stands for no name at all
        return host.lower()
    if _DOT_LOOKALIKES.search(host):
        raise ValueError(host)
    return idna.encode(host).decode("ascii")  # IDNAError is a ValueError


def _refused_error(url: str, why: str) -> AddressError:
    shown = _UNPRINTABLE.sub(" ", url)[:200]
    return AddressError(
        "url_not_allowed",
        f"The address “{shown}” cannot be fetched: {why}. Use a public http or https address, or"
        " upload the file.",
        reason=why,
    )
