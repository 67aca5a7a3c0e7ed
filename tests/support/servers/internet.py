"""An internet on loopback: what a fetcher looks up, dials and is answered."""

import asyncio
import io
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

import pytest

from assets.fetch import GuardedFetcher
from assets.ssrf import Address
from schemas.errors import NodeError
from support.servers.web_server import HttpRequest, Respond, WebServer, answer

PUBLIC: Final = "93.184.216.34"
"""Where `www.example.com` is."""


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


async def fetch(fetcher: GuardedFetcher, url: str, max_bytes: int = 1000) -> bytes:
    """Give what is at an address."""
    body = io.BytesIO()
    await fetcher.fetch(url, body, max_bytes=max_bytes)
    return body.getvalue()


async def refusal(fetcher: GuardedFetcher, url: str, max_bytes: int = 1000) -> NodeError:
    """Give why nothing is taken from an address."""
    with pytest.raises(NodeError) as caught:
        await fetch(fetcher, url, max_bytes)
    return caught.value


def redirects(*locations: str) -> Respond:
    """Answer with one redirect after the other, then with a body."""
    remaining = list(locations)

    async def respond(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        headers = {"location": remaining.pop(0), "set-cookie": "a=b"} if remaining else {}
        await answer(302 if headers else 200, b"there", headers)(asked, writer)

    return respond
