"""What is given to functions and what comes of them, as Python values."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, Final, TypeAlias, cast

FILE_KINDS: Final = frozenset({"image", "video", "audio"})
ENDED: Final = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


@dataclass(frozen=True)
class File:
    """An image, a video or a sound that Nodeloom has stored; `Client.download` gives its bytes."""

    kind: str
    asset_id: str
    media_type: str
    url: str
    """Its address: relative to the API, or with `inline` a `data:` address that holds the image itself."""
    bytes: int
    width: int | None = None
    """In pixels, as `height`."""
    height: int | None = None
    duration_seconds: float | None = None


FileInput: TypeAlias = PathLike[str] | bytes | File | Mapping[str, str]
"""A file for an input: a path or its bytes, which are uploaded; a `File` of another result; or `{"url": …}`."""


@dataclass(frozen=True)
class RunError:
    """Why a run ended badly; `code` is stable, `message` says what to do."""

    code: str
    message: str


@dataclass(frozen=True)
class Event:
    """What happened in a run: `run`, `node`, and between them `token` and `preview`, which have no number."""

    number: int | None
    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """What came of a call so far: `result["name"]` is one of its outputs as a Python value."""

    run_id: str
    status: str
    outputs: Mapping[str, Any]
    """As the API gives them, by name: `{"kind": "text", "text": …}`."""
    error: RunError | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing comes after it."""
        return self.status in ENDED

    @property
    def values(self) -> dict[str, Any]:
        """All outputs as Python values, by name; None: there is none."""
        return {name: read_value(value) for name, value in self.outputs.items()}

    def __getitem__(self, name: str) -> Any:
        """Give one output as a Python value. Raises KeyError."""
        return read_value(self.outputs[name])


def read_value(value: Mapping[str, Any] | None) -> Any:
    """Give a value of the API as a text, number, boolean, list, `File` or what its JSON is."""
    if value is None:
        return None
    kind: str = value["kind"]
    if kind == "list":
        return [read_value(item) for item in value["items"]]
    if kind not in FILE_KINDS:
        return value[kind]
    return File(
        kind=kind,
        asset_id=value["assetId"],
        media_type=value["mediaType"],
        url=value["url"],
        bytes=value["bytes"],
        width=value.get("width"),
        height=value.get("height"),
        duration_seconds=value.get("durationSeconds"),
    )


def read_result(document: Mapping[str, Any]) -> Result:
    """Read what a call, or the run that it started, is answered with."""
    error = cast("Mapping[str, str] | None", document["error"])
    return Result(
        run_id=document.get("runId") or document["id"],
        status=document["status"],
        outputs=document["outputs"],
        error=None if error is None else RunError(error["code"], error["message"]),
    )
