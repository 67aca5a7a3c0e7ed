"""How much of a provider's answer is read, and as what, whatever the provider sends."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from httpx2 import AsyncByteStream, Response

from tasks.providers.base import MAX_RESPONSE_BYTES
from tasks.providers.errors import ProviderErrors, answer_too_long_error
from tasks.providers.event_stream import EventStream


class _LimitedStream(AsyncByteStream):
    """A body that ends with an error once it is too long."""

    def __init__(self, stream: AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > MAX_RESPONSE_BYTES:
                raise answer_too_long_error()
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


@dataclass(frozen=True)
class ResponseLimit:
    """Lets answers be read only up to `MAX_RESPONSE_BYTES`; `apply` is a hook of the HTTP client."""

    errors: ProviderErrors

    async def apply(self, response: Response) -> None:
        """Limit an answer whose headers have come.

        Raises:
            ProviderError: the answer is packed, which was not asked for, or leads elsewhere.
        """
        if 300 <= response.status_code < 400:
            raise self.errors.malformed_answer(
                f"it leads elsewhere, with status {response.status_code}"
            )
        packed = response.headers.get("content-encoding", "identity").strip().lower()
        if packed not in ("", "identity"):
            raise self.errors.malformed_answer(f"it is packed as {packed[:20]}")
        if isinstance(response.stream, AsyncByteStream):
            limited = _LimitedStream(response.stream)
            response.stream = EventStream(limited) if response.status_code == 200 else limited
