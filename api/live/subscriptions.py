"""News of runs, from one LISTEN connection to every stream of this process.

Events are only announced: a stream reads them from their rows. Live output travels in the
notifications themselves. It is put together here once for all who follow a run, so that a slow
reader costs nothing, and who comes late gets it from its beginning: for the first reader of a run,
and where a piece is missing, the executor is asked to send it again.
"""

import asyncio
import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, Final
from uuid import UUID

from db.postgres.notify import LIVE_OUTPUT_CHANNEL

EVENTS_CHANNEL: Final = "nodeloom_events"
CHANNELS: Final = (EVENTS_CHANNEL, LIVE_OUTPUT_CHANNEL)
MAX_CHARACTERS: Final = 16_777_216
"""Of live text that is kept for all runs together; what goes beyond is not shown."""
RequestReplay = Callable[[str], object]
"""Asks whoever executes a run to send its live output again; never blocks."""


@dataclass(eq=False)
class LiveNode:
    """What one attempt of a node has shown so far."""

    source: tuple[int, int]
    """The epoch of the claim, and the attempt: the newest counts."""
    text: str = ""
    full: bool = False
    """Whether its text is not kept any further, for want of memory."""
    preview: dict[str, Any] | None = None
    previews: int = 0


@dataclass(frozen=True)
class LiveEvent:
    """What a stream tells of live output: the kind of event and its data."""

    kind: str
    data: dict[str, Any]


@dataclass(eq=False)
class _Run:
    """What is known of a run that somebody follows."""

    subscriptions: set["Subscription"] = field(default_factory=set["Subscription"])
    nodes: dict[str, LiveNode] = field(default_factory=dict[str, LiveNode])
    ended: set[str] = field(default_factory=set[str])
    """Nodes whose outputs say it all."""
    requested_at: float = float("-inf")
    request: asyncio.TimerHandle | None = None
    """The next one, where the last was a moment ago."""


class Subscription:
    """What one stream has been told, and what it has not taken yet."""

    def __init__(self, nodes: dict[str, LiveNode], end_node: Callable[[str], None]) -> None:
        """Begin with a look at the events, and with what the nodes have shown so far."""
        self.end_node = end_node
        """Lets go of the live output of a node that has ended, for all who follow the run."""
        self.wake = asyncio.Event()
        self.poll_due = True
        """Whether there may be events to read."""
        self._nodes = nodes
        self._changed = dict.fromkeys(nodes)
        self._told: dict[str, tuple[tuple[int, int], int, int]] = {}
        """By node: of which attempt how many characters and how many previews were taken."""

    def notify(self) -> None:
        """Wake the stream to read events."""
        self.poll_due = True
        self.wake.set()

    def mark_changed(self, node_id: str) -> None:
        """Wake the stream to take the live output of a node."""
        self._changed[node_id] = None
        self.wake.set()

    @property
    def live_due(self) -> bool:
        """Whether there is live output to take."""
        return bool(self._changed)

    def drain(self) -> list[LiveEvent]:
        """Give the live output that was not taken yet; text without gaps, from its beginning."""
        changed, self._changed = self._changed, {}
        return [event for node_id in changed for event in self._take(node_id)]

    def _take(self, node_id: str) -> Generator[LiveEvent]:
        node = self._nodes.get(node_id)
        if node is None:
            return
        told, offset, previews = self._told.get(node_id, (node.source, 0, 0))
        if told != node.source:
            offset = previews = 0
        self._told[node_id] = node.source, len(node.text), node.previews
        source = {"nodeId": node_id, "attempt": node.source[1]}
        if len(node.text) > offset:
            text = node.text[offset:]
            yield LiveEvent("token", {"kind": "token", **source, "offset": offset, "text": text})
        if node.previews > previews and node.preview is not None:
            yield LiveEvent("preview", {"kind": "preview", **source, "value": node.preview})


class RunSubscriptions:
    """Wakes those who wait for news of runs; one LISTEN connection feeds them all.

    Only a hint: whoever waits also looks by itself now and then.
    """

    def __init__(
        self,
        request_replay: RequestReplay,
        request_seconds: float = 0.5,
        first_request_seconds: float = 0.1,
        max_characters: int = MAX_CHARACTERS,
    ) -> None:
        """Start with nobody waiting.

        Between two requests for a run there are so many seconds, and so many before the first: a run
        that has ended by then costs none.
        """
        self._first_request_seconds = first_request_seconds
        self._max_characters = max_characters
        self._request_replay = request_replay
        self._request_seconds = request_seconds
        self._runs: dict[str, _Run] = {}
        self._characters = 0

    @contextmanager
    def subscribe(self, run_id: UUID) -> Generator[Subscription]:
        """Follow one run; what the caller may see is the caller's business."""
        key = str(run_id)
        if key not in self._runs:
            self._runs[key] = _Run()
            self._request(key, self._first_request_seconds)
        run = self._runs[key]
        subscription = Subscription(run.nodes, partial(self._end_node, run))
        run.subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            run.subscriptions.discard(subscription)
            if not run.subscriptions:
                self._characters -= sum(len(node.text) for node in run.nodes.values())
                del self._runs[key]

    def dispatch(self, channel: str, payload: str | None) -> None:
        """Take a notification; None as payload: some may have been missed."""
        if payload is None:
            self.notify_all()
            for run_id in self._runs:
                self._request(run_id)
        elif channel == LIVE_OUTPUT_CHANNEL:
            run_id, _, data = payload.partition(" ")
            if run_id in self._runs:
                self._receive(run_id, json.loads(data))
        elif payload in self._runs:
            for subscription in self._runs[payload].subscriptions:
                subscription.notify()

    def notify_all(self) -> None:
        """Wake everybody, to look around or to leave."""
        for run in self._runs.values():
            for subscription in run.subscriptions:
                subscription.notify()

    def __len__(self) -> int:
        """Give how many wait."""
        return sum(len(run.subscriptions) for run in self._runs.values())

    def _receive(self, run_id: str, data: dict[str, Any]) -> None:
        run, node_id = self._runs[run_id], data["nodeId"]
        source = data["epoch"], data["attempt"]
        node = run.nodes.get(node_id)
        if node_id in run.ended or (node is not None and source < node.source):
            return
        if node is None or source > node.source:
            self._characters -= len(node.text) if node else 0
            node = run.nodes[node_id] = LiveNode(source)
        if data["kind"] == "preview":
            if data["value"] == node.preview:
                return
            node.preview, node.previews = data["value"], node.previews + 1
        elif not self._append(run_id, node, data["offset"], data["text"]):
            return
        for subscription in run.subscriptions:
            subscription.mark_changed(node_id)

    def _append(self, run_id: str, node: LiveNode, offset: int, text: str) -> bool:
        """Append what is new of a piece; whether something was."""
        if node.full:
            return False
        if offset > len(node.text):
            self._request(run_id)
            return False
        new = text[len(node.text) - offset :]
        node.full = self._characters + len(new) > self._max_characters
        if not new or node.full:
            return False
        self._characters += len(new)
        node.text += new
        return True

    def _end_node(self, run: _Run, node_id: str) -> None:
        run.ended.add(node_id)
        if (node := run.nodes.pop(node_id, None)) is not None:
            self._characters -= len(node.text)

    def _request(self, run_id: str, delay: float = 0.0) -> None:
        """Have the live output of a run sent again, soon after the last time at the earliest."""
        run = self._runs.get(run_id)
        if run is None:
            return
        wait = max(delay, run.requested_at + self._request_seconds - monotonic())
        if wait <= 0:
            run.requested_at, run.request = monotonic(), None
            self._request_replay(run_id)
        elif run.request is None:
            run.request = asyncio.get_running_loop().call_later(wait, self._request_now, run_id)

    def _request_now(self, run_id: str) -> None:
        if run_id in self._runs:
            self._runs[run_id].request = None
            self._request(run_id)
