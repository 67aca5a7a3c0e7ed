"""HTTP as uvicorn reads it with llhttp, the parser of Node.js, kept to what h11 lets through.

It takes a third of h11's time. What h11 does and uvicorn's use of llhttp does not is done here:
a limit for heads, one Host, no trailers among the headers, no chunks for HTTP/1.0, and nothing
written into an answer that is under way. Where httptools, which brings llhttp, is not installed,
`api.http.h11_protocol` reads with h11.
"""

import sys
from typing import Any, Final

from httptools import HttpParserCallbackError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.errors import MAX_HEAD_BYTES, headers_too_large
from api.http.h11_protocol import StrictH11Protocol, malformed_request, raw_error_response
from schemas.errors import InvalidInputError

_VERSIONS: Final = {"1.0", "1.1"}


class StrictLlhttpProtocol(HttpToolsProtocol):
    """Refuses in our own words what never becomes a request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Read one connection."""
        super().__init__(*args, **kwargs)
        self._in_head = False
        """Whether the head of a request is being read."""
        self._unparsed_bytes = 0
        """Bytes that came since a head or a piece of a body: of a head or trailers without end."""
        self._active_cycle: RequestResponseCycle | None = None
        """The request that is being answered; others may have come behind it."""
        self._input_ignored = False
        """Whether nothing that comes now is a request."""
        self._data = b""

    def data_received(self, data: bytes) -> None:
        """Read on, unless the connection is about to be closed."""
        if self._input_ignored:
            return
        self._data = data
        self._unparsed_bytes += len(data)
        super().data_received(data)
        if self._unparsed_bytes > MAX_HEAD_BYTES and not self._input_ignored:
            self._reject(headers_too_large())

    def on_message_begin(self) -> None:
        """Begin with a request."""
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; trailers come the same way, and are let go."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer, if the head is that of a request."""
        self._in_head = False
        self._unparsed_bytes = 0
        if len(self.url) > MAX_HEAD_BYTES:
            raise headers_too_large()
        assert self.parser is not None
        version = self.parser.get_http_version()
        hosts = sum(name == b"host" for name, _ in self.headers)
        if (
            version not in _VERSIONS
            or hosts > 1
            or (hosts == 0 and version == "1.1")
            or not (self.url.startswith(b"/") or self.url == b"*")
        ):
            raise malformed_request()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._unparsed_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End with a request."""
        self._unparsed_bytes = 0
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._active_cycle = cycle
        old = cycle.scope["http_version"] == "1.0"
        super()._start_asgi_task(cycle, _close_delimited(cycle, app) if old else app)

    def _should_upgrade(self) -> bool:
        """Whether to call `handle_websocket_upgrade` where a request offers another protocol."""
        return True

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to h11: we speak no other protocol, and llhttp lets the body go."""
        if self._is_responding():
            self._reject(malformed_request())
            return
        offered = sys.exc_info()[1]
        assert isinstance(offered, HttpParserUpgrade)
        line = (self.scope["method"].encode(), self.url, self.scope["http_version"].encode())
        lines = [b"%s %s HTTP/%s" % line]
        lines += [b"%s: %s" % header for header in self.headers]
        self._input_ignored = True
        self.connections.discard(self)
        other = StrictH11Protocol(self.config, self.server_state, self.app_state)
        other.connection_made(self.transport)
        self.transport.set_protocol(other)
        other.data_received(b"\r\n".join([*lines, b"", self._data[offered.args[0] :]]))

    def send_400_response(self, msg: str) -> None:
        """Answer a request that cannot be read, and close the connection."""
        error = sys.exc_info()[1]
        cause = error.__context__ if isinstance(error, HttpParserCallbackError) else None
        self._reject(cause if isinstance(cause, InvalidInputError) else malformed_request())

    def _is_responding(self) -> bool:
        return self._active_cycle is not None and not self._active_cycle.response_complete

    def _reject(self, error: InvalidInputError) -> None:
        self._input_ignored = True
        running = self._active_cycle
        started = False
        if running is not None and self._is_responding():
            if running is not self.cycle or not running.more_body:
                running.keep_alive = False  # the broken one came behind it
                self.pipeline.clear()
                return
            running.disconnected = True
            running.message_event.set()
            started = running.response_started
        if not started:
            response = raw_error_response(error)
            lines = [b"HTTP/1.1 %d %s" % (response.status, response.reason)]
            lines += [b"%s: %s" % header for header in response.headers]
            self.transport.write(b"\r\n".join([*lines, b"", response.body]))
        self.transport.close()


def _close_delimited(cycle: RequestResponseCycle, app: Any) -> Any:
    """Answer HTTP/1.0, which knows no chunks: without a length the end is where we hang up."""

    async def answering(scope: Any, receive: Any, send: Any) -> None:
        endless = False

        async def sending(message: Any) -> None:
            nonlocal endless
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                endless = b"content-length" not in names
                if endless:
                    cycle.chunked_encoding = False
            elif endless:
                cycle.expected_content_length = len(message["body"])
            await send(message)

        await app(scope, receive, sending)

    return answering
