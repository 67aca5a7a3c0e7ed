"""Posts to what a user's URL points to, through the same gate as what is fetched (`assets.fetch`).

Redirects are not followed, and of an answer no more is read than its beginning.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from assets.fetch import BROKEN_RESPONSE, GuardedFetcher, UnreachableError
from assets.ssrf import is_public, not_public_error, parse_target
from schemas.errors import ProviderError

ANSWER_BYTES: Final = 1_000
POST_SECONDS: Final = 15.0
"""For look-up, connection and the beginning of the answer together."""
_LOOK_UP_SECONDS: Final = 3.0


@dataclass(frozen=True)
class Answer:
    """What a server answered, and how that began."""

    status: int
    beginning: str


class GuardedSender(GuardedFetcher):
    """Posts to public http and https URLs; with `allow_private` to all others, too."""

    async def check(self, url: str) -> None:
        """Refuse a URL that could not be posted to; a name that cannot be looked up now will do.

        Raises:
            AddressError: `url_not_allowed`.
        """
        target = parse_target(url, allow_private=self._allow_private)
        if target.address is not None or self._allow_private:
            return
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                found = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError, ValueError):  # TimeoutError is an OSError
            return
        if not all(is_public(address) for address in found):
            raise not_public_error(url)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body and give the answer, whatever its status.

        Raises:
            AddressError: `url_not_allowed`.
            ProviderError: `fetch_failed` or `fetch_timeout`: there was no answer.
        """
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._post(url, body, headers)
        except TimeoutError as error:
            raise ProviderError(
                "fetch_timeout", f"There was no answer within {self._total_seconds:g} seconds."
            ) from error

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        sent = {"Accept": "*/*", "Accept-Encoding": "identity", **headers}
        try:
            async with self._exchange("POST", url, sent, body) as response:
                return Answer(response.status_code, await _beginning(response))
        except UnreachableError as error:
            reason = str(error)
            raise ProviderError("fetch_failed", f"{reason[0].upper()}{reason[1:]}.") from error
        except BROKEN_RESPONSE as error:
            raise ProviderError(
                "fetch_failed", "The connection broke off, or the answer made no sense."
            ) from error


async def _beginning(response: httpx.Response) -> str:
    read = b""
    try:
        async for piece in response.aiter_raw():
            read += piece
            if len(read) >= ANSWER_BYTES:
                break
    except httpx.HTTPError:
        pass  # its status is known
    return read[:ANSWER_BYTES].decode(errors="replace").replace("\0", "\ufffd")
