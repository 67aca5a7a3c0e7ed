"""Forms, read while they arrive: files go to disk, texts are bounded, the rest goes nowhere."""

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

PartWriter = Callable[[bytes], None]
"""Takes the bytes of a part, piece by piece."""
OpenPart = Callable[[str, bool], PartWriter | None]
"""Decides what becomes of a part, by its name and whether it is a file; None: it is dropped."""

_multipart: Any = multipart
"""Litestar's own parser; untyped, as python-multipart has a package of the same name."""


async def receive_upload(
    request: Request[Any, Any, Any],
    target: IncomingFile,
    check_free_space: Callable[[int], Awaitable[None]],
) -> None:
    """Write the file in the field `file` of a form; of several the first one, other fields are dropped.

    Raises:
        InvalidInputError: `not_multipart` or `invalid_upload`.
        ProviderError: the store failed, or has no room.
    """
    found: list[str] = []

    def open_part(name: str, is_file: bool) -> PartWriter | None:
        if found or not is_file or name != FILE_FIELD:
            return None
        found.append(name)
        return target.write

    await receive_form(request, open_part, check_free_space)
    if not found:
        raise InvalidInputError(
            "invalid_upload", f"The form has no file in its field {FILE_FIELD}."
        )


async def receive_form(
    request: Request[Any, Any, Any],
    open_part: OpenPart,
    check_free_space: Callable[[int], Awaitable[None]],
) -> None:
    """Hand each part of a form to who wants it; no more of it is held than the piece that just arrived.

    `check_free_space` is asked on the way whether so many bytes more may be written.

    Raises:
        InvalidInputError: `not_multipart` or `invalid_upload`; and what `open_part` and its writers raise.
        ProviderError: the store failed, or has no room.
    """
    form, unchecked = _Form(_boundary(request), open_part), 0
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


class _Form:
    """A form while it arrives."""

    def __init__(self, boundary: str, open_part: OpenPart) -> None:
        self._open_part = open_part
        self._write: PartWriter | None = None
        """Takes the part that arrives now."""
        self._parser = _multipart.PushMultipartParser(boundary, max_segment_count=MAX_FORM_PARTS)

    def feed(self, piece: bytes) -> None:
        """Read on. Raises MultipartError."""
        for event in self._parser.parse(piece) if piece else ():
            if isinstance(event, _multipart.MultipartSegment):
                self._write = self._open_part(event.name, bool(event.filename))
            elif event and self._write:
                self._write(bytes(event))

    def close(self) -> None:
        """Check that the form is whole. Raises MultipartError."""
        self._parser.close()


def is_form(request: Request[Any, Any, Any]) -> bool:
    """Whether the body is a form with files, by its media type."""
    return request.content_type[0] == "multipart/form-data"


def _boundary(request: Request[Any, Any, Any]) -> str:
    options = request.content_type[1]
    if not is_form(request) or not options.get("boundary"):
        raise InvalidInputError(
            "not_multipart", "Send the file as multipart/form-data, in the field file."
        )
    return options["boundary"]
