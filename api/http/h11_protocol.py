"""HTTP as uvicorn reads it with h11, with problem details also for what is no HTTP."""

import json
import sys
from http import HTTPStatus
from typing import NamedTuple

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.http.errors import headers_too_large, problem_document, status_of
from schemas.errors import InvalidInputError
from schemas.wire.error import PROBLEM_MEDIA_TYPE


class RawResponse(NamedTuple):
    """The answer to what never becomes a request; the connection is closed behind it."""

    status: int
    reason: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


def raw_error_response(error: InvalidInputError) -> RawResponse:
    """Put an error in the words of all our answers."""
    status = status_of(error)
    response = problem_document(status, error.code, error.message).model_dump(
        mode="json", exclude_none=True
    )
    body = json.dumps(response).encode()
    headers = [
        (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    return RawResponse(status, HTTPStatus(status).phrase.encode(), headers, body)


def malformed_request() -> InvalidInputError:
    """Give the error of what is no HTTP."""
    return InvalidInputError(
        "bad_request", "This is no HTTP request that can be read: its line or a header is broken."
    )


class StrictH11Protocol(H11Protocol):
    """Refuses in our own words what never becomes a request."""

    def send_400_response(self, msg: str) -> None:
        """Answer a request that cannot be read, and close the connection."""
        hint = getattr(sys.exc_info()[1], "error_status_hint", 400)
        response = raw_error_response(headers_too_large() if hint == 431 else malformed_request())
        head = h11.Response(
            status_code=response.status, reason=response.reason, headers=response.headers
        )
        for event in (head, h11.Data(data=response.body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
