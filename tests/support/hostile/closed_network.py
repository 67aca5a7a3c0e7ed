"""An attack on the guarded fetcher, to be run in a network namespace of its own.

There every address of the world, private and public, leads to this process: canaries listen
on the ports that matter and write down which address was reached; a name server answers
whatever a name asks for. Nothing here can leave the machine. Prints one line of JSON.

    unshare --net --mount python -m support.hostile.closed_network FOLDER
"""

import asyncio
import contextlib
import json
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from PIL import Image

from assets.fetch import GuardedFetcher
from schemas.errors import NodeError
from schemas.values import TextValue
from support.hostile.private_addresses import (
    HOSTS_4,
    HOSTS_6,
    PUBLIC,
    PUBLIC_6,
    hidden_4,
    is_private,
    urls,
)
from support.nodes.media import encoded
from support.nodes.node_runner import NodeRunner
from tasks.registry import node_types

PORTS = (22, 25, 80, 81, 443, 2375, 4200, 5432, 6379, 8000, 8080, 8443, 11211)
NAME_SERVER = "192.0.2.53"
REFUSALS = {
    "text": {"bad_input", "missing_source", "url_not_allowed"},  # judged once more when it arrives
    # Some are no URL for the HTTP client, some lead back to the public host itself.
    "redirect": {"url_not_allowed", "fetch_failed", "fetched"},
}
"""What may come of an attempt, by door; the canaries say whether it went inside."""
PNG = encoded(Image.new("RGB", (8, 6), "teal"))


def isolate_network(folder: Path) -> None:
    """Make every address local, and ourselves the only name server."""
    for command in (
        "ip link set lo up",
        "ip route add local 0.0.0.0/0 dev lo",
        "ip -6 route add local ::/0 dev lo",
    ):
        subprocess.run(command.split(), check=True)
    files = {
        "resolv.conf": f"nameserver {NAME_SERVER}\noptions timeout:1 attempts:1\n",
        "nsswitch.conf": "hosts: files dns\n",
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
        subprocess.run(["mount", "--bind", str(folder / name), f"/etc/{name}"], check=True)


@dataclass
class Canaries:
    """Who was reached: (address, port) of every connection."""

    reached: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    async def listen(self) -> None:
        for port in PORTS:
            for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
                listener = socket.socket(family, socket.SOCK_STREAM)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind((host, port))
                await asyncio.start_server(self._serve, sock=listener)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address, port = writer.get_extra_info("sockname")[:2]
        self.reached.append((address, port))
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            if port == 80:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                writer.write(_page(head.split(" ")[1]))
                await writer.drain()
        writer.close()

    def inside(self) -> list[tuple[str, int]]:
        return [each for each in self.reached if is_private(each[0]) or each[1] not in (80, 443)]


def _page(path: str) -> bytes:
    """Answer with a picture, or redirect to where the path says."""
    if path.startswith("/to?"):
        location = unquote(path[4:]).encode()
        return b"HTTP/1.1 302 Found\r\nlocation: " + location + b"\r\ncontent-length: 0\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(PNG) + PNG


@dataclass
class Names(asyncio.DatagramProtocol):
    """A name server; a name's first label says what it leads to, as hexadecimal addresses.

    `v7f000001`: 127.0.0.1 · `m…`: a public address and this one · `r…`: a public address when
    first asked, this one later · `c…`: an alias of `v…` · `public`: two public addresses.
    """

    asked: list[str] = field(default_factory=list[str])
    transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        labels, position = [], 12
        while data[position]:
            labels.append(data[position + 1 : position + 1 + data[position]].decode("latin-1"))
            position += 1 + data[position]
        wanted = int.from_bytes(data[position + 1 : position + 3], "big")
        question = data[12 : position + 5]
        records = self._records(labels[0].lower(), wanted)
        head = data[:2] + b"\x81\x80\x00\x01" + len(records).to_bytes(2, "big") + bytes(4)
        self.transport.sendto(head + question + b"".join(records), addr)

    def _records(self, label: str, wanted: int) -> list[bytes]:
        earlier = self.asked.count(f"{label}/{wanted}")
        self.asked.append(f"{label}/{wanted}")
        if label == "public":
            return _of([IPv4Address(PUBLIC), IPv6Address(PUBLIC_6)], wanted)
        if label[0] not in "vmrc":
            return _of([IPv4Address("127.0.0.1"), IPv6Address("::1")], wanted)  # the worst guess
        kind, packed = label[0], bytes.fromhex(label[1:].partition("-")[0])
        address = ip_address(packed)
        public = IPv4Address(PUBLIC)
        if kind == "c":
            alias = _name(f"v{packed.hex()}") + b"\x04test\x00"
            record = b"\xc0\x0c\x00\x05\x00\x01" + bytes(4) + len(alias).to_bytes(2, "big") + alias
            return [record, *_of([address], wanted, alias)]
        if kind == "r":
            return _of([address if earlier else public], wanted)
        return _of([public, address] if kind == "m" else [address], wanted)


def _name(label: str) -> bytes:
    return bytes([len(label)]) + label.encode()


def _of(addresses: list[Any], wanted: int, owner: bytes = b"\xc0\x0c") -> list[bytes]:
    """Give the records of one type: 1 is IPv4, 28 is IPv6."""
    return [
        owner
        + wanted.to_bytes(2, "big")
        + b"\x00\x01"
        + bytes(4)
        + len(address.packed).to_bytes(2, "big")
        + address.packed
        for address in addresses
        if wanted == {4: 1, 6: 28}[address.version]
    ]


@dataclass
class Attack:
    """Every form through every door; what was not refused, and how long a refusal takes."""

    node_runner: NodeRunner
    fetcher: GuardedFetcher = field(default_factory=GuardedFetcher)
    tried: dict[str, int] = field(default_factory=dict[str, int])
    not_refused: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    milliseconds: list[float] = field(default_factory=list[float])

    async def fetch(self, door: str, url: str) -> None:
        with self.node_runner.child.store.open_incoming() as file:
            await self._expect_refusal(door, url, self.fetcher.fetch(url, file, max_bytes=1000))

    async def node(self, door: str, node_type: str, url: str) -> None:
        kind = node_types()[node_type]
        source = {"kind": "url", "url": url}
        params = kind.params.model_validate({"source": source})  # what `bind` judges, untouched
        work = kind.run(params, kind.inputs(), self.node_runner.context)
        await self._expect_refusal(door, url, work)

    async def text(self, door: str, node_type: str, url: str) -> None:
        """Let the URL arrive as another node's text, as a model may have written it."""
        arrived = TextValue(text=f"{url}\n")
        await self._expect_refusal(door, url, self.node_runner.run(node_type, {}, source=arrived))

    async def _expect_refusal(self, door: str, url: str, work: Any) -> None:
        self.tried[door] = self.tried.get(door, 0) + 1
        started, code = time.perf_counter(), "fetched"
        try:
            await work
        except NodeError as error:
            code = error.code
        self.milliseconds.append((time.perf_counter() - started) * 1000)
        if code not in REFUSALS.get(door.split(maxsplit=1)[0], {"url_not_allowed"}):
            self.not_refused.append((door, url, code))


async def attack(folder: Path) -> dict[str, Any]:
    """Do all of it."""
    canaries, names = Canaries(), Names()
    await canaries.listen()
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: names, local_addr=(NAME_SERVER, 53))
    awake = await _wake(canaries)
    node_runner = NodeRunner(folder / "assets")
    attack = Attack(node_runner)
    node_runner.web = attack.fetcher  # pyright: ignore[reportAttributeAccessIssue]
    forms = urls()
    for number, url in enumerate(forms):
        await attack.fetch("url", url)
        if "://" in url and len(url) < 1000 and number % 3 == 0:
            await attack.fetch("redirect", f"http://public.test/to?{quote(url, safe='')}")
    for number, url in enumerate(forms[1::2]):
        node_type = ("image", "video")[number % 2]
        await attack.node(node_type, node_type, url)
        if url.strip():
            await attack.text(f"text into {node_type}", node_type, url)
    addresses = [*HOSTS_4, *HOSTS_6, *(each for host in HOSTS_4 for each in hidden_4(host))]
    for number, address in enumerate(dict.fromkeys(addresses)):
        packed = ip_address(address).packed.hex()
        for kind in "vmc":
            await attack.fetch(f"name {kind}", f"http://{kind}{packed}.test/")
        rebinding = f"http://r{packed}-{number}.test/"
        with node_runner.child.store.open_incoming() as file:
            await attack.fetcher.fetch(rebinding, file, max_bytes=1000)  # public, this time
        await attack.fetch("rebinding", rebinding)
    return {
        "awake": awake,
        "tried": attack.tried,
        "not_refused": attack.not_refused,
        "inside": canaries.inside(),
        "median_ms": statistics.median(attack.milliseconds),
        "slowest_ms": max(attack.milliseconds),
        **await _public(attack.fetcher, canaries, names, node_runner),
    }


async def _wake(canaries: Canaries) -> bool:
    """Show that the canaries hear: plain connections to private addresses reach them."""
    for address, port in (("169.254.169.254", 80), ("10.0.0.1", 22), ("fd00:ec2::254", 443)):
        _, writer = await asyncio.open_connection(address, port)
        writer.close()
    await asyncio.sleep(0.1)
    heard = len(canaries.inside()) == 3
    canaries.reached.clear()
    return heard


async def _public(
    fetcher: GuardedFetcher, canaries: Canaries, names: Names, node_runner: NodeRunner
) -> dict[str, Any]:
    """Show that what is allowed works: one look-up, one connection, to the looked-up address."""
    canaries.reached.clear()
    names.asked.clear()
    with node_runner.child.store.open_incoming() as file:
        await fetcher.fetch(
            "http://public.test/to?http%3A%2F%2Fpublic.test%2Fa", file, max_bytes=999
        )
        whole = file.path.read_bytes() == PNG
    return {"public": whole, "public_reached": canaries.reached, "public_asked": names.asked}


if __name__ == "__main__":
    home = Path(sys.argv[1])
    isolate_network(home)
    print(json.dumps(asyncio.run(attack(home))))  # noqa: T201
