"""The form of an upload, read while it arrives: its file goes to disk, the rest nowhere."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import multipart
from litestar import Request

from assets.folder_store import IncomingFile
from schemas.errors import InvalidInputError

FILE_FIELD: Final = "file"
MAX_FORM_PARTS: Final = 100
SPACE_CHECK_BYTES: Final = 8_000_000
"""After so much of a form it is asked again whether there is room."""

_multipart: Any = multipart
"""Litestar's own parser; untyped, as python-multipart has a package of the same name."""


async def receive_upload(
    request: Request[Any, Any, Any],
    target: IncomingFile,
    check_free_space: Callable[[int], Awaitable[None]],
) -> None:
    """Write the file in the field `file` of a form; other fields are read and dropped.

    No more of the form is held than the piece that just arrived. `check_free_space` is asked on the way
    whether so many bytes more may be written.

    Raises:
        InvalidInputError: `not_multipart` or `invalid_upload`.
        ProviderError: the store failed, or has no room.
    """
    form, unchecked = _Form(_boundary(request), target), 0
    try:
        async for piece in request.stream():
            unchecked += len(piece)
            if unchecked >= SPACE_CHECK_BYTES:
                await check_free_space(len(piece))
                unchecked = 0
            form.feed(piece)
        form.close()
    except _multipart.MultipartError as error:
        raise InvalidInputError(
            "invalid_upload", "The form is broken or breaks off: send it as multipart/form-data."
        ) from error
    if not form.has_file:
        raise InvalidInputError(
            "invalid_upload", f"The form has no file in its field {FILE_FIELD}."
        )


class _Form:
    """A form while it arrives; of several files in the field the first one counts."""

    def __init__(self, boundary: str, target: IncomingFile) -> None:
        self.has_file = False
        self._target = target
        self._in_file_part = False
        """Whether the part that arrives now is the file."""
        self._parser = _multipart.PushMultipartParser(boundary, max_segment_count=MAX_FORM_PARTS)

    def feed(self, piece: bytes) -> None:
        """Read on. Raises MultipartError."""
        for event in self._parser.parse(piece) if piece else ():
            if isinstance(event, _multipart.MultipartSegment):
                self._in_file_part = (
                    event.name == FILE_FIELD and bool(event.filename) and not self.has_file
                )
                self.has_file = self.has_file or self._in_file_part
            elif event and self._in_file_part:
                self._target.write(bytes(event))

    def close(self) -> None:
        """Check that the form is whole. Raises MultipartError."""
        self._parser.close()


def _boundary(request: Request[Any, Any, Any]) -> str:
    media_type, options = request.content_type
    if media_type != "multipart/form-data" or not options.get("boundary"):
        raise InvalidInputError(
            "not_multipart", "Send the file as multipart/form-data, in the field file."
        )
    return options["boundary"]
