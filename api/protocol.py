"""HTTP as uvicorn reads it with h11, with problem details also for what is no HTTP."""

import json
import sys
from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.errors import MEDIA_TYPE, document, headers_too_large, status_of
from schemas.errors import InvalidInputError


class StrictHttp(H11Protocol):
    """Refuses in our own words what never becomes a request."""

    def send_400_response(self, msg: str) -> None:
        """Answer a request that cannot be read, and close the connection."""
        error = _explain(sys.exc_info()[1])
        status = status_of(error)
        said = document(status, error.code, error.message).model_dump(
            mode="json", exclude_none=True
        )
        body = json.dumps(said).encode()
        head = h11.Response(
            status_code=status,
            reason=HTTPStatus(status).phrase.encode(),
            headers=[
                (b"content-type", MEDIA_TYPE.encode()),
                (b"content-length", str(len(body)).encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"connection", b"close"),
            ],
        )
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _explain(error: BaseException | None) -> InvalidInputError:
    if getattr(error, "error_status_hint", 400) == 431:
        return headers_too_large()
    return InvalidInputError(
        "bad_request", "This is no HTTP request that can be read: its line or a header is broken."
    )
