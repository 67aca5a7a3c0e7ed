"""The form of an upload, read while it arrives: its file goes to disk, the rest nowhere."""

from typing import Any, Final

import multipart
from litestar import Request

from assets.folder_store import Incoming
from schemas.errors import InvalidInputError

FIELD: Final = "file"
MAX_PARTS: Final = 100

_multipart: Any = multipart
"""Litestar's own parser; untyped, as python-multipart has a package of the same name."""


async def receive_upload(request: Request[Any, Any, Any], into: Incoming) -> None:
    """Write the file in the field `file` of a form; other fields are read and dropped.

    No more of the form is held than the piece that just arrived.

    Raises:
        InvalidInputError: `not_multipart` or `invalid_upload`.
        ProviderError: the store failed.
    """
    form = _Form(_boundary(request), into)
    try:
        async for piece in request.stream():
            form.take(piece)
        form.end()
    except _multipart.MultipartError as error:
        raise InvalidInputError("invalid_upload", f"The form is broken: {error}.") from error
    if not form.has_file:
        raise InvalidInputError("invalid_upload", f"The form has no file in its field {FIELD}.")


class _Form:
    """A form while it arrives; of several files in the field the first one counts."""

    def __init__(self, boundary: str, into: Incoming) -> None:
        self.has_file = False
        self._into = into
        self._wanted = False
        """Whether the part that arrives now is the file."""
        self._parser = _multipart.PushMultipartParser(boundary, max_segment_count=MAX_PARTS)

    def take(self, piece: bytes) -> None:
        """Read on. Raises MultipartError."""
        for event in self._parser.parse(piece) if piece else ():
            if isinstance(event, _multipart.MultipartSegment):
                self._wanted = event.name == FIELD and bool(event.filename) and not self.has_file
                self.has_file = self.has_file or self._wanted
            elif event and self._wanted:
                self._into.write(bytes(event))

    def end(self) -> None:
        """Check that the form is whole. Raises MultipartError."""
        self._parser.close()


def _boundary(request: Request[Any, Any, Any]) -> str:
    media_type, options = request.content_type
    if media_type != "multipart/form-data" or not options.get("boundary"):
        raise InvalidInputError(
            "not_multipart", "Send the file as multipart/form-data, in the field file."
        )
    return options["boundary"]
