"""What readers of a run are told of its live output, however late and slow they are."""

import asyncio
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
    return RunSubscriptions(requests.append, request_seconds=0.0, first_request_seconds=0.0)


def send(to: RunSubscriptions, kind: str = "token", attempt: int = 1, **content: Any) -> None:
    data = {"kind": kind, "nodeId": "n", "epoch": 1, "attempt": attempt, **content}
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
    subscriptions = RunSubscriptions(
        requests.append, request_seconds=60.0, first_request_seconds=0.0
    )
    with subscriptions.subscribe(RUN):
        for _ in range(100):
            send(subscriptions, offset=7, text="cup")
    with subscriptions.subscribe(UUID(int=1)):
        assert requests == [str(RUN), str(UUID(int=1))]


async def test_a_run_that_ends_soon_costs_no_request(requests: list[str]) -> None:
    subscriptions = RunSubscriptions(requests.append, first_request_seconds=0.02)
    with subscriptions.subscribe(RUN):
        await asyncio.sleep(0)
    with subscriptions.subscribe(UUID(int=1)):
        await asyncio.sleep(0.2)
    assert requests == [str(UUID(int=1))]


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


async def test_a_claim_after_a_recovery_begins_the_same_attempt_anew(
    subscriptions: RunSubscriptions,
) -> None:
    with subscriptions.subscribe(RUN) as reader:
        send(subscriptions, attempt=2, offset=0, text="half of the")
        assert drain(reader) == [(2, 0, "half of the")]
        send(subscriptions, attempt=2, epoch=2, offset=0, text="other")
        send(subscriptions, attempt=2, offset=11, text=" old text")
        assert drain(reader) == [(2, 0, "other")]
        send(subscriptions, attempt=1, epoch=3, offset=0, text="again")
        assert drain(reader) == [(1, 0, "again")]


async def test_a_node_that_has_ended_shows_nothing_any_more(
    subscriptions: RunSubscriptions, requests: list[str]
) -> None:
    with subscriptions.subscribe(RUN) as early:
        send(subscriptions, offset=0, text="a fine ")
        send(subscriptions, "preview", value={"number": 1})
        early.end_node("n")
        send(subscriptions, offset=7, text="cup")
        assert early.drain() == []
        with subscriptions.subscribe(RUN) as late:
            assert late.drain() == []
    assert requests == [str(RUN)]


async def test_where_memory_ends_nothing_is_asked_for_again_until_there_is_room(
    requests: list[str],
) -> None:
    subscriptions = RunSubscriptions(
        requests.append, request_seconds=0.0, first_request_seconds=0.0, max_characters=10
    )
    with subscriptions.subscribe(RUN) as reader:
        send(subscriptions, offset=0, text="a fine ")
        for offset in range(7, 100, 7):
            send(subscriptions, offset=offset, text="and so ")
        assert drain(reader) == [(1, 0, "a fine ")]
        assert requests == [str(RUN)]
        send(subscriptions, attempt=2, offset=0, text="whole")
        assert drain(reader) == [(2, 0, "whole")]
    with subscriptions.subscribe(RUN) as reader:  # all of it was given back
        send(subscriptions, offset=0, text="0123456789")
        assert drain(reader) == [(1, 0, "0123456789")]
