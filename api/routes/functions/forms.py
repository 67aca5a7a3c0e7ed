"""The inputs of a call as a form: files as they are, everything else as text."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final

from litestar import Request
from pydantic import JsonValue

from api.http.multipart import PartWriter, receive_form
from api.http.strict_json import MAX_BODY_BYTES, check_storable, parse_json
from api.media.uploads import Uploads
from assets.folder_store import IncomingFile
from assets.store import AssetStore
from schemas.errors import BadInputError, InvalidInputError
from schemas.graph import MAX_DECLARATIONS
from schemas.values import MediaValue
from tasks.media.videos import MAX_BYTES as MAX_VIDEO_BYTES

MAX_FORM_BYTES: Final = MAX_VIDEO_BYTES + MAX_BODY_BYTES
"""Of all fields and files together."""
FORM_SCHEMA: Final = {
    "type": "object",
    "additionalProperties": True,  # texts and files; generators of clients stumble over a union
}
_ADDRESSES: Final = ("http://", "https://")
_JSON_TYPES: Final = frozenset({"number", "integer", "boolean", "array", "object"})


class _Parts:
    """What a form has, by the names of its fields."""

    def __init__(self, stack: ExitStack, store: AssetStore) -> None:
        self.files: dict[str, IncomingFile] = {}
        self.texts: dict[str, list[bytearray]] = {}
        self._stack = stack
        self._store = store
        self._text_bytes = 0

    def open(self, name: str, is_file: bool) -> PartWriter:
        """Make room for a part. Raises InvalidInputError."""
        known = self.files.keys() | self.texts.keys()
        if name in self.files or (is_file and name in self.texts):
            raise InvalidInputError(
                "invalid_upload", f"The form has several files in its field {name[:64]}; one fits."
            )
        if len(known | {name}) > MAX_DECLARATIONS:
            raise InvalidInputError(
                "invalid_upload", f"The form has more than {MAX_DECLARATIONS} fields."
            )
        if is_file:
            self.files[name] = self._stack.enter_context(self._store.open_incoming())
            return self.files[name].write
        text = bytearray()
        self.texts.setdefault(name, []).append(text)

        def write(piece: bytes) -> None:
            self._text_bytes += len(piece)
            if self._text_bytes > MAX_BODY_BYTES:
                raise InvalidInputError(
                    "invalid_upload",
                    f"The texts of the form are too long: {MAX_BODY_BYTES // 1_000_000} MB fit.",
                )
            text.extend(piece)

        return write


async def read_form_inputs(
    request: Request[Any, Any, Any],
    uploads: Uploads,
    owner_id: str,
    properties: Mapping[str, Any],
) -> tuple[dict[str, JsonValue], list[MediaValue]]:
    """Read the values of a form and put its files into the store; `properties` are the inputs' JSON Schemas.

    Texts are read as JSON where their input is no text; what cannot be read so stays text, for the binding of
    inputs to refuse by name. The assets still have to be made known, in the transaction that starts the run.

    Raises:
        BadInputError: a file is no picture or video that we read.
        InvalidInputError: `not_multipart` or `invalid_upload`.
        ProviderError: the store failed, or has no room.
    """
    with ExitStack() as stack:
        parts = _Parts(stack, uploads.store)
        await receive_form(request, parts.open, uploads.check_free_space)
        values = {
            name: _read_texts(texts, properties.get(name, {}))
            for name, texts in parts.texts.items()
        }
        check_storable(values)
        found: list[MediaValue] = []
        for name, file in parts.files.items():
            _check_takes_file(name, properties)
            try:
                asset = await uploads.save_file(owner_id, file)
            except BadInputError as error:
                raise BadInputError(error.code, f"{name[:64]}: {error}") from error
            values[name] = {"assetId": str(asset.asset_id)}
            found.append(asset)
    return values, list({asset.asset_id: asset for asset in found}.values())


def _check_takes_file(name: str, properties: Mapping[str, Any]) -> None:
    """Refuse a file for an input that is none; unknown inputs are refused where inputs are bound."""
    if name in properties and "object" not in _types(properties[name]):
        raise InvalidInputError(
            "invalid_upload",
            f"The input {name} is no file: send its value as a field without a file name"
            f" (curl: -F '{name}=<FILE').",
        )


def _types(schema: Mapping[str, Any]) -> set[str | None]:
    return {each.get("type") for each in (schema, *schema.get("anyOf", ()))}


def _read_texts(texts: Sequence[bytes | bytearray], schema: Mapping[str, Any]) -> JsonValue:
    values = [_read_text(text, schema) for text in texts]
    return values if len(values) > 1 else values[0]


def _read_text(data: bytes | bytearray, schema: Mapping[str, Any]) -> JsonValue:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            "invalid_upload", "A text of the form is not valid UTF-8."
        ) from error
    types = _types(schema)
    if "string" in types:
        return text
    if "object" in types and text.startswith(_ADDRESSES):
        return {"url": text}
    try:
        return parse_json(text.encode()) if types & _JSON_TYPES else text
    except InvalidInputError:
        return text
