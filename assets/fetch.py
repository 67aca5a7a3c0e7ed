"""Fetches what a user's URL points to, without ever reaching a private address.

The name is looked up once; every address must be public; the connection goes to the checked
address itself, under the name's TLS certificate; each redirect passes the same gate.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from ipaddress import ip_address
from typing import Final, Protocol
from urllib.parse import urljoin

import httpx

from assets.ssrf import Address, Target, is_public, not_public_error, parse_target
from schemas.errors import BadInputError, NodeError, ProviderError

MAX_REDIRECTS: Final = 3
TOTAL_SECONDS: Final = 10.0
"""For look-up, redirects and body together."""
_CONNECT_SECONDS: Final = 3.0
_MAX_ADDRESSES: Final = 4
"""Tried one after the other where a host has several."""
_INFLATE_BYTES: Final = 262_144
"""Of a packed body, at a time."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_RETRYABLE: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

BROKEN_RESPONSE: Final = (httpx.HTTPError, httpx.InvalidURL, UnicodeError)
"""What a server that breaks off, or speaks no HTTP, makes the client raise."""

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""(host name, port) -> every address of the name."""
Dial = Callable[[Address, int], tuple[str, int]]
"""(checked address, port) -> host and port to connect to."""

_RESOLVER_THREADS: Final = ThreadPoolExecutor(8, thread_name_prefix="look-up")
"""Threads of their own: names that take long to look up keep nobody else's threads."""


class UnreachableError(Exception):
    """There is nobody to ask; says why in half a sentence."""


class Sink(Protocol):
    """Takes a file piece by piece."""

    def write(self, piece: bytes, /) -> object:
        """Add bytes."""
        ...


async def resolve(host: str, port: int) -> Sequence[Address]:
    """Look a name up as the operating system does. Raises OSError."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_RESOLVER_THREADS, look_up)
    return [ip_address(address[0]) for *_, address in found]


def dial(address: Address, port: int) -> tuple[str, int]:
    """Connect to the checked address itself."""
    return str(address), port


class GuardedFetcher:
    """Fetches public http and https URLs; keeps no cookies, uses no proxy, sends no secret.

    `resolve` and `dial` are parameters so that tests can give a public name to a server of
    their own.
    """

    def __init__(
        self,
        *,
        resolve: Resolve = resolve,
        dial: Dial = dial,
        total_seconds: float = TOTAL_SECONDS,
        tls: ssl.SSLContext | None = None,
        allow_private: bool = False,
    ) -> None:
        """Remember how to look up and connect; `allow_private` lets private addresses be reached, too."""
        self._allow_private = allow_private
        self._resolve = resolve
        self._dial = dial
        self._total_seconds = total_seconds
        self._tls = tls

    async def fetch(self, url: str, into: Sink, *, max_bytes: int) -> None:
        """Write the body behind a URL into a file; at most `max_bytes` of it, unpacked.

        Raises:
            BadInputError: `url_not_allowed` or `file_too_large`.
            ProviderError: `fetch_failed` or `fetch_timeout`; or the file's own.
        """
        try:
            async with asyncio.timeout(self._total_seconds):
                await self._follow(url, into, max_bytes)
        except TimeoutError as error:
            raise ProviderError(
                "fetch_timeout",
                f"{_redacted(url)} did not deliver within {self._total_seconds:g} seconds; try again"
                " later, or upload the file.",
                retryable=True,
            ) from error

    async def _follow(self, url: str, into: Sink, max_bytes: int) -> None:
        for _ in range(MAX_REDIRECTS + 1):
            redirect_url = await self._get(url, into, max_bytes)
            if redirect_url is None:
                return
            url = redirect_url
        raise _fetch_error(url, f"it redirects more than {MAX_REDIRECTS} times")

    async def _get(self, url: str, into: Sink, max_bytes: int) -> str | None:
        """Fetch the body, or give the URL that the server redirects to."""
        try:
            async with self._exchange("GET", url, {"Accept-Encoding": "identity"}) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    return _redirect_url(url, response.headers["location"])
                _check_status(url, response.status_code)
                await _read_body(url, response, into, max_bytes)
                return None
        except UnreachableError as error:
            raise _fetch_error(url, str(error)) from error
        except BROKEN_RESPONSE as error:
            raise _fetch_error(url, "the server's answer broke off or made no sense") from error

    @asynccontextmanager
    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> AsyncGenerator[httpx.Response]:
        """Ask the first checked address of a URL's host that can be connected to; gives the answer's head.

        Raises:
            AddressError: `url_not_allowed`.
            UnreachableError: there is nobody to ask; and what `BROKEN_RESPONSE` names.
        """
        target = parse_target(url, allow_private=self._allow_private)
        addresses = await self._addresses(url, target)
        requested = httpx.URL(url)
        if requested.raw_host.decode("ascii").strip("[]") != target.host:
            raise not_public_error(url)  # two readings of one URL: trust neither
        sent = {"Host": requested.netloc.decode("ascii"), **headers}
        async with AsyncExitStack() as stack:
            for address in addresses[:_MAX_ADDRESSES]:
                host, port = self._dial(address, target.port)
                client = await stack.enter_async_context(self._client())
                exchange = client.stream(
                    method,
                    requested.copy_with(host=host, port=port),
                    content=content,
                    headers=sent,
                    extensions={"sni_hostname": target.host},
                )
                try:
                    response = await stack.enter_async_context(exchange)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    continue
                yield response
                return
        raise UnreachableError("the server could not be reached")

    async def _addresses(self, url: str, target: Target) -> Sequence[Address]:
        """Look the host up once and check every answer: one private address spoils them all."""
        if target.address is not None:
            return [target.address]
        try:
            found = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError, ValueError) as error:
            raise UnreachableError(f"there is no server called {target.host}") from error
        if not found:
            raise UnreachableError(f"there is no server called {target.host}")
        if not self._allow_private and not all(is_public(address) for address in found):
            raise not_public_error(url)
        return found

    def _client(self) -> httpx.AsyncClient:
        """Open a client that knows nothing of earlier requests."""
        if self._tls is None:
            self._tls = httpx.create_ssl_context(trust_env=False)
        return httpx.AsyncClient(
            verify=self._tls,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._total_seconds, connect=_CONNECT_SECONDS),
            headers={"User-Agent": "Nodeloom", "Accept": "image/*,video/*;q=0.9,*/*;q=0.5"},
        )


def _check_status(url: str, status: int) -> None:
    if status != 200:
        raise _fetch_error(url, f"the server answered {status}", retryable=status in _RETRYABLE)


def _redirect_url(url: str, location: str) -> str:
    """Give the URL of a redirect. Raises BadInputError where it is none."""
    try:
        return urljoin(url, location)
    except ValueError as error:  # half of an IPv6 address, for instance
        raise not_public_error(location) from error


async def _read_body(url: str, response: httpx.Response, into: Sink, max_bytes: int) -> None:
    """Read and unpack the body, never more than `max_bytes` of it."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise _fetch_error(
            url, f"the server packs the file as {encoding[:20]}, which was not asked for"
        )
    if int(response.headers.get("content-length", "0")) > max_bytes:
        raise _too_large_error(url, max_bytes)
    packed = response.aiter_raw()
    pieces = _gunzip(packed) if "gzip" in encoding else packed
    size = 0
    try:
        async for piece in pieces:
            size += len(piece)
            if size > max_bytes:
                raise _too_large_error(url, max_bytes)
            into.write(piece)
    except zlib.error as error:
        raise _fetch_error(url, "the file arrived damaged") from error
    if not size:
        raise _fetch_error(url, "the server sent an empty file")


async def _gunzip(packed: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Unpack gzip in small pieces: a bomb is never held, and stops at the reader's cap."""
    unpacker = zlib.decompressobj(wbits=31)
    async for piece in packed:
        rest, more = piece, True
        while more and not unpacker.eof:
            unpacked = unpacker.decompress(rest, _INFLATE_BYTES)
            rest = unpacker.unconsumed_tail
            more = bool(rest) or len(unpacked) == _INFLATE_BYTES
            yield unpacked
    if not unpacker.eof:
        raise zlib.error("cut short")


def _fetch_error(url: str, why: str, *, retryable: bool = True) -> ProviderError:
    return ProviderError(
        "fetch_failed",
        f"{_redacted(url)} could not be fetched: {why}. Check the address, or upload the file.",
        retryable=retryable,
    )


def _too_large_error(url: str, max_bytes: int) -> NodeError:
    return BadInputError(
        "file_too_large",
        f"{_redacted(url)} is larger than the {max_bytes / 1e6:g} MB that may be fetched; use a"
        " smaller file.",
    )


def _redacted(url: str) -> str:
    """Name a URL in a sentence without its query, which may hold a signature."""
    return f"“{url.partition('?')[0][:200]}”"
