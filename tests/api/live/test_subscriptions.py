"""What readers of a run are told of its live output, however late and slow they are."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.live.subscriptions import LiveEvent, RunSubscriptions, Subscription
from db.postgres.notify import LIVE_OUTPUT_CHANNEL

RUN = uuid4()


@pytest.fixture
def requests() -> list[str]:
    return []


@pytest.fixture
def subscriptions(requests: list[str]) -> RunSubscriptions:
    return RunSubscriptions(requests.append, request_seconds=0.0)


def send(to: RunSubscriptions, kind: str = "token", attempt: int = 1, **content: Any) -> None:
    data = {"kind": kind, "nodeId": "n", "attempt": attempt, **content}
    to.dispatch(LIVE_OUTPUT_CHANNEL, f"{RUN} {json.dumps(data)}")


def text(events: list[LiveEvent]) -> list[tuple[int, int, str]]:
    return [(each.data["attempt"], each.data["offset"], each.data["text"]) for each in events]


def drain(subscription: Subscription) -> list[tuple[int, int, str]]:
    return text(subscription.drain())


async def test_the_first_reader_asks_for_the_beginning_and_the_next_has_it(
    subscriptions: RunSubscriptions, requests: list[str]
) -> None:
    with subscriptions.subscribe(RUN) as first:
        assert requests == [str(RUN)]
        send(subscriptions, offset=0, text="a fine ")
        assert drain(first) == [(1, 0, "a fine ")]
        send(subscriptions, offset=7, text="cup")
        with subscriptions.subscribe(RUN) as second:
            assert drain(second) == [(1, 0, "a fine cup")]
            assert drain(second) == []
        assert drain(first) == [(1, 7, "cup")]
    assert requests == [str(RUN)]
    assert len(subscriptions) == 0


async def test_where_a_piece_is_missing_all_of_it_is_asked_for_again(
    subscriptions: RunSubscriptions, requests: list[str]
) -> None:
    with subscriptions.subscribe(RUN) as reader:
        send(subscriptions, offset=7, text="cup")
        assert (drain(reader), requests) == ([], [str(RUN)] * 2)
        send(subscriptions, offset=0, text="a fine cup")
        send(subscriptions, offset=7, text="cup for tea")  # overlaps
        assert drain(reader) == [(1, 0, "a fine cup for tea")]
        subscriptions.dispatch(LIVE_OUTPUT_CHANNEL, None)  # the connection was lost
        assert requests == [str(RUN)] * 3


async def test_requests_for_a_run_keep_their_distance(requests: list[str]) -> None:
    subscriptions = RunSubscriptions(requests.append, request_seconds=60.0)
    with subscriptions.subscribe(RUN):
        for _ in range(100):
            send(subscriptions, offset=7, text="cup")
    with subscriptions.subscribe(UUID(int=1)):
        assert requests == [str(RUN), str(UUID(int=1))]


async def test_another_attempt_begins_anew_and_an_earlier_one_is_over(
    subscriptions: RunSubscriptions,
) -> None:
    with subscriptions.subscribe(RUN) as reader:
        send(subscriptions, offset=0, text="half")
        assert drain(reader) == [(1, 0, "half")]
        send(subscriptions, attempt=2, offset=0, text="whole")
        send(subscriptions, attempt=1, offset=4, text=" late")
        assert drain(reader) == [(2, 0, "whole")]


async def test_of_previews_the_newest_counts(subscriptions: RunSubscriptions) -> None:
    with subscriptions.subscribe(RUN) as reader:
        for number in (1, 2, 2):
            send(subscriptions, "preview", value={"number": number})
        assert [each.data["value"]["number"] for each in reader.drain()] == [2]
        with subscriptions.subscribe(RUN) as late:
            assert [each.kind for each in late.drain()] == ["preview"]
        assert reader.drain() == []
