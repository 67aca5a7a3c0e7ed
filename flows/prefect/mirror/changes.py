"""Which flow runs have come into another state, as Prefect's events say.

Prefect gives events in the order of the moments in which they occurred, and stores each some time after that: on a
busy server seconds, while others that occurred later are there already. So all is read twice: at once, and again
when what was late has come.
"""

import time
from collections import deque
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from flows.prefect.mirror.api import FlowRunChange, PrefectRunApi

PAGES_PER_PASS: Final = 5
FIRST_PASS_WINDOW: Final = timedelta(minutes=10)
"""How far back the first pass of a process goes."""
LATE_SECONDS: Final = 30.0
"""So much later than an event that occurred after it Prefect may store one."""
_MICROSECOND: Final = timedelta(microseconds=1)


class _Place:
    """Up to where changes were read."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._newest = frozenset[FlowRunChange]()
        """Those of this moment, which are given once more."""

    async def read(self, api: PrefectRunApi, until: datetime | None = None) -> AsyncGenerator[UUID]:
        """Give what has changed since, a bounded number; it moves on once that was taken."""
        for _ in range(PAGES_PER_PASS):
            changes = await api.list_changes(self.at, until)
            for change in set(changes) - self._newest:
                if change.flow_run_id is not None:
                    yield change.flow_run_id
            is_full = len(changes) == api.CHANGES_PER_PAGE
            last = changes[-1].at if changes else self.at
            if is_full and last == self.at:
                last += _MICROSECOND
            self.at = last if is_full or until is None else until
            self._newest = frozenset(each for each in changes if each.at == self.at)
            if not is_full:
                return


class ChangeReader:
    """Reads changes on from where it was, a bounded number in each pass."""

    def __init__(self) -> None:
        """Begin a while ago."""
        first = datetime.now(UTC) - FIRST_PASS_WINDOW
        self._new, self._again, self._again_until = _Place(first), _Place(first), first
        self._read_up_to = deque[tuple[float, datetime]]()
        """When which place was reached: by our own clock, with which that of Prefect's server need not agree."""

    async def read(self, api: PrefectRunApi) -> AsyncGenerator[UUID]:
        """Give flow runs whose state has changed; one may be given several times."""
        before = self._new.at
        async for id in self._new.read(api):
            yield id
        now = time.monotonic()
        if self._new.at != before:
            self._read_up_to.append((now, self._new.at))
        while self._read_up_to and self._read_up_to[0][0] <= now - LATE_SECONDS:
            _, self._again_until = self._read_up_to.popleft()
        if self._again.at < self._again_until:
            async for id in self._again.read(api, self._again_until):
                yield id
