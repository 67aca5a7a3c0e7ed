"""A receiver of webhooks on loopback: answers as its path says, and remembers what came."""

import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from standardwebhooks import Webhook

CHUNK: Final = b"x" * 1_000_000
LARGE_CHUNKS: Final = 1_000


@dataclass
class Message:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verify(self, secret: str) -> Any:
        """Read the body, as receivers do. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """What came, and how many times `/failing` fails before it takes a message."""

    url: str = ""
    messages: list[Message] = field(default_factory=list[Message])
    failures: int = 0
    hung: threading.Event = field(default_factory=threading.Event)
    """Set: what hangs answers."""
    sent_bytes: int = 0
    """Of the large answer."""

    def at(self, path: str) -> list[Message]:
        return [each for each in self.messages if each.path == path]


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.messages.append(Message(self.path, headers, body))
        with suppress(OSError):  # the sender has gone
            getattr(self, f"_{self.path[1:]}")()

    def _ok(self) -> None:
        self._answer(200, b"thanks")

    def _failing(self) -> None:
        self.receiver.failures -= 1
        if self.receiver.failures >= 0:
            self._answer(500, b"not now")
        else:
            self._ok()

    def _gone(self) -> None:
        self._answer(410, b"")

    def _redirect(self) -> None:
        self.send_response(307)
        self.send_header("Location", f"{self.receiver.url}/ok")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _hang(self) -> None:
        self.receiver.hung.wait(60)
        self._ok()

    def _large(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CHUNK) * LARGE_CHUNKS))
        self.end_headers()
        for _ in range(LARGE_CHUNKS):
            self.wfile.write(CHUNK)
            self.receiver.sent_bytes += len(CHUNK)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def running_receiver() -> Generator[Receiver]:
    """Run a receiver: `/ok`, `/failing`, `/gone`, `/redirect`, `/hang`, `/large`."""
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.hung.set()
        server.shutdown()
        server.server_close()
