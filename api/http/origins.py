"""Who may ask from where: host names, origins of web pages, and proxies in front.

Without sign-in, whoever reaches the API is its user. A page on another site can make a
browser send requests here, under its own origin or, by DNS rebinding, under its own host
name: so only names of this machine are answered, and writes only from our own pages.

With sign-in any name is answered, since a name proves nothing any more. In every mode the pages
of the origins in the settings may call from elsewhere; cookies are only for our own.
"""

import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from litestar.datastructures import Headers

from schemas.errors import InvalidInputError

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class ForwardedRequest:
    """Where a request was sent to and from, as the last trusted machine says."""

    scheme: str
    host: str
    client: str | None


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without port, always means this machine."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _is_local_host(host: str) -> bool:
    name = _host_name(host)
    return name is not None and is_loopback(name)


def check_host(host: str) -> None:
    """Refuse host names that are not this machine's. Raises InvalidInputError."""
    if not _is_local_host(host):
        raise InvalidInputError(
            "host_not_allowed",
            "In local mode Nodeloom answers only under localhost, 127.0.0.1 and [::1]; open it"
            " under one of these.",
        )


def check_origin(method: str, headers: Headers, origins: Collection[str]) -> None:
    """Refuse writes that a page of another site makes. Raises InvalidInputError."""
    origin = headers.get("origin")
    if method in SAFE_METHODS or (origin is not None and origin in origins):
        return
    foreign = origin is not None and origin.lower() not in _own_origins(headers)
    if foreign or headers.get("sec-fetch-site") == "cross-site":
        raise _foreign_origin_error()


def check_cookie_origin(method: str, headers: Headers, origins: Collection[str]) -> None:
    """Refuse writes whose only proof is a cookie, unless the browser says that our page made them.

    Browsers send cookies along whoever asks. Raises InvalidInputError.
    """
    origin = headers.get("origin")
    is_own = origin is not None and (origin in origins or origin.lower() in _own_origins(headers))
    if method not in SAFE_METHODS and not is_own and headers.get("sec-fetch-site") != "same-origin":
        raise _foreign_origin_error()


def _own_origins(headers: Headers) -> set[str]:
    """Give the origins of our own pages under the host name that was asked for.

    Both schemes: a proxy that ends TLS and is not in NODELOOM_PROXIES cannot tell us.
    """
    host = headers.get("host", "").lower()
    return {f"http://{host}", f"https://{host}"}


def _foreign_origin_error() -> InvalidInputError:
    return InvalidInputError(
        "origin_not_allowed",
        "A page of another site tried to change something here; only Nodeloom's own pages,"
        " those of NODELOOM_ORIGINS and programs outside a browser may.",
    )


def forwarded_request(
    scheme: str, client: str | None, headers: Headers, proxies: Iterable[Network]
) -> ForwardedRequest:
    """Give where a request came from; `X-Forwarded-*` counts only from a proxy of ours."""
    proxies = tuple(proxies)
    host = headers.get("host", "")
    if client is None or not proxies or not _in_networks(client, proxies):
        return ForwardedRequest(scheme, host, client)
    scheme_header = headers.get("x-forwarded-proto", "").strip().lower()
    return ForwardedRequest(
        scheme_header if scheme_header in {"http", "https"} else scheme,
        headers.get("x-forwarded-host", "").strip() or host,
        _client_address(headers.getall("x-forwarded-for", []), proxies) or client,
    )


def _client_address(lists: Iterable[str], proxies: tuple[Network, ...]) -> str | None:
    """Give the last address that no proxy of ours has: those before it anybody may have written."""
    hops = [hop.strip() for each in lists for hop in each.split(",")]
    for hop in reversed(hops):
        if not _is_ip_address(hop):
            return None
        if not _in_networks(hop, proxies):
            return hop
    return None


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _in_networks(address: str, networks: tuple[Network, ...]) -> bool:
    return _is_ip_address(address) and any(
        ipaddress.ip_address(address) in network for network in networks
    )
