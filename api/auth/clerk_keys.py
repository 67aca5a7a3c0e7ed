"""Clerk's public keys: downloaded seldom, kept while Clerk is away.

Whoever sends tokens decides what they say, also which key they name. So an unknown key, or a
thousand of them, costs one download in `MIN_DOWNLOAD_INTERVAL_SECONDS` at most; a bad signature costs none.
"""

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from schemas.errors import UnavailableError

logger = logging.getLogger("nodeloom.api")

MIN_DOWNLOAD_INTERVAL_SECONDS: Final = 30.0
"""Between two downloads, whether the first worked or not."""
MAX_AGE_SECONDS: Final = 3600.0
"""After so long a key that is known is looked up again, without anybody waiting for it."""
DOWNLOAD_TIMEOUT_SECONDS: Final = 3.0
MAX_BYTES: Final = 65_536
MAX_KEYS: Final = 32
MIN_BITS: Final = 2048
KEY_ID: Final = re.compile(r"[A-Za-z0-9_\-]{1,128}")


class KeySet:
    """The keys at one address, by their ids."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Download with the first token; `clock` counts seconds."""
        self._url = url
        self._clock = clock
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._last_attempt_at = -MIN_DOWNLOAD_INTERVAL_SECONDS
        self._fresh_until = 0.0
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None

    async def find(self, id: str) -> RSAPublicKey | None:
        """Give a key; None if Clerk has none of this id.

        Raises:
            UnavailableError: `sign_in_unavailable`: the keys could not be had yet, not once.
        """
        if id not in self._keys:
            await self._refresh(lambda: id not in self._keys)
        elif self._may_download(self._is_stale):
            self._refreshing = asyncio.create_task(self._refresh(self._is_stale))
        if not self._keys:
            raise UnavailableError(
                "sign_in_unavailable",
                "Nobody can sign in at the moment: Clerk's keys cannot be had. Try again in half a"
                " minute; the server's log says why.",
            )
        return self._keys.get(id)

    async def close(self) -> None:
        """End a download that is under way."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)

    def _is_stale(self) -> bool:
        return self._clock() >= self._fresh_until

    def _may_download(self, is_needed: Callable[[], bool]) -> bool:
        return (
            is_needed() and self._clock() - self._last_attempt_at >= MIN_DOWNLOAD_INTERVAL_SECONDS
        )

    async def _refresh(self, is_needed: Callable[[], bool]) -> None:
        """Download, unless somebody just did; whoever asks meanwhile waits for the same one."""
        if not self._may_download(is_needed) and not self._lock.locked():
            return
        async with self._lock:
            if not self._may_download(is_needed):
                return
            try:
                async with asyncio.timeout(DOWNLOAD_TIMEOUT_SECONDS):
                    self._keys = parse_key_set(await _download(self._url))
            except (httpx.HTTPError, TimeoutError, ValueError) as error:
                logger.warning("Clerk's keys cannot be had from %s: %r", self._url, error)
            else:
                self._fresh_until = self._clock() + MAX_AGE_SECONDS
            finally:
                self._last_attempt_at = self._clock()


async def _download(url: str) -> bytes:
    """Give the body of an answer. Raises httpx.HTTPError, ValueError."""
    async with (
        httpx.AsyncClient(timeout=DOWNLOAD_TIMEOUT_SECONDS, trust_env=False) as client,
        client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
    ):
        if answer.status_code != 200:  # a redirect is not followed
            raise ValueError(f"it answers {answer.status_code}")
        body = b""
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > MAX_BYTES:
                raise ValueError("it is too long")
    return body


def parse_key_set(body: bytes) -> dict[str, RSAPublicKey]:
    """Read a key set; keys that are not for RS256 signatures are left out.

    Raises:
        ValueError: it is no key set, or no key in it can be used.
    """
    try:
        listed = json.loads(body)["keys"][:MAX_KEYS]
        keys = {id: key for id, key in map(_parse_key, listed) if key is not None}
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it is no key set") from error
    if not keys:
        raise ValueError("it has no key that can be used")
    return keys


def _parse_key(jwk: Mapping[str, Any]) -> tuple[str, RSAPublicKey | None]:
    id = jwk.get("kid")
    fits = (
        isinstance(id, str)
        and KEY_ID.fullmatch(id)
        and jwk.get("kty") == "RSA"
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", "RS256") == "RS256"
    )
    if not fits:
        return "", None
    try:
        key = RSAAlgorithm.from_jwk(dict(jwk))
    except (PyJWTError, ValueError):
        return "", None
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_BITS:
        return "", None
    return str(id), key
