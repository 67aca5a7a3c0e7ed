"""The bucket behind an object-store URL, opened once in a process by `obstore`."""

import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from schemas.errors import NotFoundError, ProviderError

_ENDPOINTS: Final = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
    "gs": ("GOOGLE_BASE_URL",),
}
RETRY_SECONDS: Final = 45.0
"""How long one request is tried again while the store is away or busy."""
PROBE_SECONDS: Final = 3.0
REFRESH_SECONDS: Final = 6 * 3600.0
"""Bytes that were put so long ago are put again before a row refers to them: the store then shows
that they are wanted. Far less than retention's grace of a day."""
_CHUNK_BYTES: Final = 1 << 20
_KNOWN_SECONDS: Final = 3600.0
"""How long this process believes what the store said about an object."""
_MAX_KNOWN: Final = 50_000
"""How many of those are remembered."""


@dataclass(frozen=True)
class StoredObject:
    """An object that is being read: when it was put, in Unix time, and its bytes."""

    modified: float
    chunks: Iterator[bytes]


@dataclass
class Bucket:
    """A bucket and a prefix; threads share it, processes do not."""

    url: str
    _library: Any
    _handle: Any
    _probe_bucket: Any
    """The same bucket, for looks that must not take long."""
    cached_bytes: int = 0
    """Added to the cache of this machine since that was looked through last, by this process."""
    _known: dict[str, float] = field(default_factory=dict[str, float])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str, part: tuple[int, int] | None = None) -> StoredObject | None:
        """Open an object, or a part of it from one byte up to another; None: there is none.

        Raises:
            ProviderError: `storage_failed`; trying again helps, unless access is refused. The
                other methods raise the same.
        """
        options = {"range": part} if part else None
        found = self._request("read", lambda: self._library.get(self._handle, key, options=options))
        if found is None:
            return None
        return StoredObject(found.meta["last_modified"].timestamp(), self._pieces(found))

    def put(self, key: str, file: Path) -> None:
        """Store a file."""
        with self._translated_errors("write"):
            self._library.put(self._handle, key, file)
        self.mark_known(key, time.time())

    def probe(self, key: str) -> None:
        """Try to write, without patience."""
        with self._translated_errors("write"):
            self._library.put(self._probe_bucket, key, b"nodeloom")

    def modified_at(self, key: str) -> float | None:
        """Ask when an object was put, in Unix time; None: there is none."""
        found = self._request("look", lambda: self._library.head(self._handle, key))
        return None if found is None else found["last_modified"].timestamp()

    def list_objects(self, prefix: str | None) -> Iterator[tuple[str, float]]:
        """Give the objects below a prefix, each with the Unix time when it was put."""
        with self._translated_errors("list"):
            for batch in self._library.list(self._handle, prefix, chunk_size=1000):
                for each in batch:
                    yield each["path"], each["last_modified"].timestamp()

    def copy(self, key: str, to: str) -> None:
        """Copy an object, if it is there."""
        self._request("copy", lambda: self._library.copy(self._handle, key, to))

    def delete(self, key: str) -> None:
        """Delete an object, if it is there."""
        self._request("delete", lambda: self._library.delete(self._handle, key))

    def _pieces(self, found: Any) -> Iterator[bytes]:
        with self._translated_errors("read"):
            for piece in found.stream(min_chunk_size=_CHUNK_BYTES):
                yield bytes(piece)

    def _request(self, what: str, request: Callable[[], Any]) -> Any:
        """Make a request; None where there is no such object."""
        try:
            with self._translated_errors(what):
                return request()
        except NotFoundError:
            return None

    @contextmanager
    def _translated_errors(self, what: str) -> Generator[None]:
        """Turn the library's errors into ours; NotFoundError is one of them."""
        failures = self._library.exceptions
        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error) or "NoSuchContainer" in str(error):
                raise self._error(what, "there is no such bucket", retryable=False) from error
            raise NotFoundError("asset_bytes_missing", "The store has no such object.") from error
        except (failures.PermissionDeniedError, failures.UnauthenticatedError) as error:
            why = "the store refuses these credentials"
            raise self._error(what, why, retryable=False) from error
        except (failures.BaseError, OSError, ValueError) as error:
            raise self._error(what, _first_line(error), retryable=True) from error

    def _error(self, what: str, why: str, *, retryable: bool) -> ProviderError:
        return ProviderError(
            "storage_failed",
            f"The asset store {self.url} could not {what}: {why}. Check NODELOOM_ASSETS, the"
            " credentials in the environment, and that the store answers; `nodeloom doctor` tries it.",
            retryable=retryable,
        )

    def mark_known(self, key: str, modified: float) -> None:
        """Remember that the store holds an object that was put at this Unix time."""
        if time.time() - modified >= REFRESH_SECONDS:
            return
        with self._lock:
            while len(self._known) >= _MAX_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[key] = time.monotonic()

    def is_known(self, key: str) -> bool:
        """Say whether the object was there, and young, a short while ago."""
        seen = self._known.get(key)
        return seen is not None and time.monotonic() - seen < _KNOWN_SECONDS

    def invalidate_known(self, key: str) -> None:
        """Forget what was known of an object."""
        with self._lock:
            self._known.pop(key, None)


@lru_cache(maxsize=4)
def open_bucket(url: str) -> Bucket:
    """Open a bucket; nothing is asked yet. Raises ProviderError `storage_failed`."""
    import obstore  # noqa: PLC0415 - only where a bucket is used

    try:
        return Bucket(
            url, obstore, _open_handle(url, RETRY_SECONDS), _open_handle(url, PROBE_SECONDS)
        )
    except Exception as error:
        raise ProviderError(
            "storage_failed",
            f"The asset store {url} cannot be used: {_first_line(error)}. See docs/deploy.md for the"
            " variables that it needs.",
            retryable=False,
        ) from error


def _open_handle(url: str, retry_seconds: float) -> Any:
    from obstore.store import from_url  # noqa: PLC0415

    retry: Any = {
        "max_retries": 1000 if retry_seconds > PROBE_SECONDS else 0,
        "retry_timeout": timedelta(seconds=retry_seconds),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=2),
            "base": 2,
        },
    }
    client: Any = {
        "timeout": timedelta(seconds=retry_seconds),
        "connect_timeout": timedelta(seconds=min(retry_seconds, 5)),
        "allow_http": _is_plain_http(url),
    }
    return from_url(url, client_options=client, retry_config=retry)


def _is_plain_http(url: str) -> bool:
    """Say whether the endpoint is one that is named with http://: only a server of one's own."""
    names = _ENDPOINTS[url[:2]]
    return any(os.environ.get(name, "").startswith("http://") for name in names)


def _first_line(error: Exception) -> str:
    """Give the first line of an error: the rest is for who writes such libraries."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
