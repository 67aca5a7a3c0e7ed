"""The events of a run, read line by line, and resumed after the last one where a connection ends."""

import json
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final
from urllib.parse import quote

import httpx

from nodeloom_client.errors import ConnectionFailedError, error_of
from nodeloom_client.values import ENDED, Event

TIMEOUT_SECONDS: Final = 45.0
"""Without a sign of life, which comes every 15 s."""
_NOTHING_LEFT: Final = 204
_PAUSE_SECONDS: Final = 0.5
_PASSING_STATUSES: Final = frozenset({429, 502, 503, 504})


class RunEvents:
    """Where a reader of a run's events is."""

    def __init__(self, run_id: str, after: int, retry_seconds: float) -> None:
        """Begin after event number `after`; 0: with the first."""
        self.path = f"/api/runs/{quote(run_id, safe='')}/events"
        self.ended = False
        self.pause = _PAUSE_SECONDS
        """In seconds, before it is asked again."""
        self._last = after
        self._retry_seconds = retry_seconds
        self._failing_since: float | None = None
        self._fields: dict[str, str] = {}

    @property
    def headers(self) -> dict[str, str]:
        """What the next request says."""
        return {"Last-Event-ID": str(self._last)} if self._last else {}

    def open(self, response: httpx.Response) -> bool:
        """Whether there is something to read. Raises ApiError for what will not pass."""
        self._fields = {}
        if response.status_code in _PASSING_STATUSES:
            self.lost(error_of(response))
            return False
        if response.is_error:
            raise error_of(response)
        self._failing_since = None
        self.ended = response.status_code == _NOTHING_LEFT
        return not self.ended

    def lost(self, error: Exception) -> None:
        """Note that there is no connection. Raises ConnectionFailedError, or the error, when it takes too long."""
        since = self._failing_since = self._failing_since or monotonic()
        if monotonic() - since > self._retry_seconds:
            if isinstance(error, httpx.TransportError):
                reason = str(error) or type(error).__name__
                raise ConnectionFailedError(f"Nodeloom does not answer ({reason}).") from error
            raise error

    def feed(self, line: str) -> Event | None:
        """Read a line; give the event that it ends."""
        if line:
            name, _, value = line.partition(": ")
            if name:  # else it is a comment
                self._fields[name] = value
            return None
        fields, self._fields = self._fields, {}
        if "data" not in fields:
            return None
        data: Mapping[str, Any] = json.loads(fields["data"])
        number = int(fields["id"]) if fields.get("id", "").isdigit() else None
        if number is not None:
            if number <= self._last:
                return None
            self._last = number
        self.ended = fields.get("event") == "run" and data["status"] in ENDED
        return Event(number, fields.get("event", "message"), data)
