"""What hosted runs tell Prefect's server while they go on: states of their task runs, and log lines.

Prefect's own client sends each event by itself, asks the server about each flow, and gives events up
where that does not answer. Here they wait for the server, in order, and leave in batches; each is
made in the moment in which it leaves, when the calls of nodes are already on their way.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Generator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.exceptions import PrefectHTTPStatusError
from prefect.logging.handlers import APILogHandler
from prefect.settings import get_current_settings

from db.postgres.storable_json import storable_json
from flows.prefect.records.task_events import Event

logger = logging.getLogger(__name__)

GROUP_SECONDS: Final = 0.1
"""So long an item may wait for others that leave with it."""
RETRY_SECONDS: Final = 1.0
CLOSE_SECONDS: Final = 5.0
"""How long a process that ends tries to get rid of the rest."""
BATCH_SIZE: Final = 200
MAX_ITEMS: Final = 20_000
"""Of each kind; of more the oldest are left out, and the reconciler tells of their task runs."""
MAX_CHARACTERS: Final = 20_000_000
"""Of all log lines that wait."""
MAX_LINE_CHARACTERS: Final = 100_000
FAILURES: Final = 5
"""So often in a row a server may answer that it failed until it is found out which items it fails for."""
MAX_REFUSED: Final = 8
"""If it fails for so many, one after the other, it is out of order."""
RUN_LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs")
_REFUSED: Final = (400, 413, 422)
_FAILED: Final = 500
_JSON: Final = {"Content-Type": "application/json"}

LogLine = dict[str, Any]
MakeEvent = Callable[[], Event]
_Refused = tuple[Any, Exception]


class _Backlog:
    """Items that wait to be sent, in order; of more than there is room for the oldest are left out."""

    def __init__(self) -> None:
        self._items: deque[tuple[Any, int]] = deque()
        self._characters = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: Any, characters: int = 0) -> None:
        self._items.append((item, characters))
        self._characters += characters
        self._trim()

    def first(self, count: int) -> list[Any]:
        """Give the oldest items."""
        return [item for item, _ in islice(self._items, count)]

    def remove(self, items: Collection[Any]) -> None:
        """Take out the oldest items, as far as they are still there."""
        sent = set(map(id, items))
        while self._items and id(self._items[0][0]) in sent:
            self._characters -= self._items.popleft()[1]

    def _trim(self) -> None:
        while len(self._items) > MAX_ITEMS or self._characters > MAX_CHARACTERS:
            self._characters -= self._items.popleft()[1]
            self.dropped += 1


class SendQueue:
    """Holds what is to be sent, and sends it."""

    def __init__(self, client: PrefectClient) -> None:
        """Send by this client; `run` does it."""
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._events = _Backlog()
        self._lines = _Backlog()
        self._failures = 0
        """Tries in a row that have sent nothing."""

    def add_event(self, make: MakeEvent) -> None:
        """Send an event, which is made when it leaves."""
        self._events.add(make)
        self._wake.set()

    def add_line(self, line: LogLine) -> None:
        """Send a log line; from any thread."""
        self._loop.call_soon_threadsafe(self._add_line, line)

    async def run(self) -> None:
        """Send until cancelled; what the server does not take now, later."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(GROUP_SECONDS)
            try:
                await self.flush()
            except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect
                if not self._failures:
                    logger.warning("Prefect is told of runs later: %s", error)
                self._failures += 1
                self._wake.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def flush(self) -> None:
        """Send all there is.

        Raises:
            Exception: the server does not answer; what is left stays.
        """
        await self._send(self._events, "/events", lambda make: make())
        await self._send(self._lines, "/logs/", lambda line: line)
        self._failures = 0

    def _add_line(self, line: LogLine) -> None:
        self._lines.add(line, len(line["message"]))
        self._wake.set()

    async def _send(self, backlog: _Backlog, path: str, to_json: Callable[[Any], Any]) -> None:
        while backlog:
            batch = backlog.first(BATCH_SIZE)
            refused = await self._post(path, batch, to_json)
            if len(refused) == len(batch) and _is_server_error(refused[0][1]):
                raise refused[0][1]  # it takes nothing at all
            for _, error in refused:
                logger.warning("Prefect refuses one of %s: %s", path, _reason(error))
            backlog.remove(batch)
            self._failures = 0
        if backlog.dropped:
            logger.warning(
                "%d items for %s were left out while Prefect was away", backlog.dropped, path
            )
            backlog.dropped = 0

    async def _post(
        self, path: Any, batch: list[Any], to_json: Callable[[Any], Any]
    ) -> list[_Refused]:
        """Send items; give those that cannot be sent, although others may be.

        Raises:
            Exception: the server does not answer.
        """
        try:
            content = storable_json([to_json(each) for each in batch])
            await self._client.request("POST", path, content=content.encode(), headers=_JSON)
        except Exception as error:
            if not self._is_about_items(error):
                raise
            if len(batch) == 1:
                return [(batch[0], error)]
            middle = len(batch) // 2
            first = await self._post(path, batch[:middle], to_json)
            if len(first) == middle >= MAX_REFUSED and _is_server_error(error):
                raise
            return first + await self._post(path, batch[middle:], to_json)
        return []

    def _is_about_items(self, error: Exception) -> bool:
        """Whether the items are at fault: they have no form as JSON, or the server refuses them.

        A server that answers with 500 may have met one that it cannot store, or be out of order. It
        is asked again first.
        """
        if isinstance(error, PrefectHTTPStatusError):
            again = self._failures > 0 and self._failures % FAILURES == 0
            return error.response.status_code in _REFUSED or (again and _is_server_error(error))
        return not isinstance(error, (httpx.HTTPError, OSError, TimeoutError))


def _is_server_error(error: Exception) -> bool:
    return isinstance(error, PrefectHTTPStatusError) and error.response.status_code == _FAILED


def _reason(error: Exception) -> str:
    answered = isinstance(error, PrefectHTTPStatusError)
    return error.response.text[:500] if answered else repr(error)[:500]


class SendQueueHandler(logging.Handler):
    """Puts the lines of flow runs and task runs into a send queue."""

    def __init__(self, queue: SendQueue) -> None:
        """Put lines into this queue."""
        super().__init__()
        self._queue = queue

    def emit(self, record: logging.LogRecord) -> None:
        """Send a line that says of which flow run it is."""
        flow_run_id = getattr(record, "flow_run_id", None)
        if flow_run_id is None or not getattr(record, "send_to_api", True):
            return
        text = self.format(record)
        self._queue.add_line(
            {
                "flow_run_id": flow_run_id,
                "task_run_id": getattr(record, "task_run_id", None),
                "name": record.name,
                "level": record.levelno,
                "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
                "message": text[:MAX_LINE_CHARACTERS],
            }
        )


@contextlib.asynccontextmanager
async def open_send_queue(client: PrefectClient) -> AsyncGenerator[SendQueue]:
    """Have what runs in this process tell of themselves sent from a send queue, to its last item."""
    queue = SendQueue(client)
    with _replace_senders(queue):
        sender = asyncio.create_task(queue.run(), name="send queue")
        try:
            yield queue
        finally:
            sender.cancel()
            await asyncio.wait([sender])
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await queue.flush()
            except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect
                logger.warning("Prefect is not told all of the last runs: %s", error)


@contextlib.contextmanager
def _replace_senders(queue: SendQueue) -> Generator[None]:
    """Let Prefect's engine send no events, and its loggers no lines, by themselves."""
    is_enabled = get_current_settings().logging.to_api.enabled
    handler = SendQueueHandler(queue) if is_enabled else logging.NullHandler()
    loggers = [logging.getLogger(name) for name in RUN_LOGGERS]
    before = [list(each.handlers) for each in loggers]
    EventsWorker.set_client_override(NullEventsClient)
    for each in loggers:
        others = [one for one in each.handlers if not isinstance(one, APILogHandler)]
        each.handlers = [*others, handler]
    try:
        yield
    finally:
        for each, own in zip(loggers, before, strict=True):
            each.handlers = own
        EventsWorker.set_client_override(None)
