"""HTTP as uvicorn reads it with h11, with problem details also for what is no HTTP."""

import json
import sys
from http import HTTPStatus
from typing import NamedTuple

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.http.errors import MEDIA_TYPE, document, headers_too_large, status_of
from schemas.errors import InvalidInputError


class Refusal(NamedTuple):
    """The answer to what never becomes a request; the connection is closed behind it."""

    status: int
    reason: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


def refusal(error: InvalidInputError) -> Refusal:
    """Put an error in the words of all our answers."""
    status = status_of(error)
    said = document(status, error.code, error.message).model_dump(mode="json", exclude_none=True)
    body = json.dumps(said).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    return Refusal(status, HTTPStatus(status).phrase.encode(), headers, body)


def unreadable() -> InvalidInputError:
    """Give the error of what is no HTTP."""
    return InvalidInputError(
        "bad_request", "This is no HTTP request that can be read: its line or a header is broken."
    )


class StrictHttp(H11Protocol):
    """Refuses in our own words what never becomes a request."""

    def send_400_response(self, msg: str) -> None:
        """Answer a request that cannot be read, and close the connection."""
        hint = getattr(sys.exc_info()[1], "error_status_hint", 400)
        said = refusal(headers_too_large() if hint == 431 else unreadable())
        head = h11.Response(status_code=said.status, reason=said.reason, headers=said.headers)
        for event in (head, h11.Data(data=said.body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
