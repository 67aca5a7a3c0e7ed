"""When the ticks of a schedule are: the same times that Prefect's scheduler makes. Pure.

Cron follows the clocks of its time zone. A time that is left out when clocks go forward is
due as much later; one that comes twice when they go back is due the first time only. Intervals
count seconds and know no clocks.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from itertools import islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from flows.graph.wording import quoted
from flows.schedules.cron import check_cron, wall_clock_times
from schemas.errors import InvalidInputError
from schemas.wire.schedule import NEXT_TIMES, CronTiming, IntervalTiming, OnceTiming, Timing

MAX_MISSED: Final = 100
"""Of the ticks that nobody took so many of the latest are told of, one by one."""
_MAX_CLOCK_GAP: Final = timedelta(hours=3)
"""By which clocks are put forward at most; what was left out then is due after it."""
_WINDOWS: Final = (timedelta(hours=2), timedelta(days=5), timedelta(days=400))
_MAX_YEAR: Final = 2100
"""Later than this is never."""


def check_timing(timing: Timing, now: datetime) -> None:
    """Judge when a schedule is to be due.

    Raises:
        InvalidInputError: `bad_cron`, `unknown_time_zone`, `over_already` or `bad_anchor`.
    """
    match timing:
        case CronTiming():
            check_cron(timing.cron)
            _check_time_zone(timing.time_zone)
        case OnceTiming():
            if timing.at <= now:
                raise InvalidInputError(
                    "over_already", f"{timing.at.isoformat()} is in the past: give a later time."
                )
            _check_year(timing.at)
        case IntervalTiming():
            if timing.anchor_at is not None:
                _check_year(timing.anchor_at)


def normalize_timing(timing: Timing, now: datetime) -> Timing:
    """Give a timing as it is kept: to the second, in UTC, an interval with its anchor."""
    match timing:
        case IntervalTiming():
            return timing.model_copy(update={"anchor_at": _whole_second(timing.anchor_at or now)})
        case OnceTiming():
            return timing.model_copy(update={"at": _whole_second(timing.at)})
        case CronTiming():
            return timing


def times_after(timing: Timing, start: datetime) -> Iterator[datetime]:
    """Give the ticks after a moment, in UTC and in order; an interval has its anchor."""
    match timing:
        case CronTiming():
            found = _cron_times(timing, start)
        case IntervalTiming():
            found = _interval_times(timing, start)
        case OnceTiming():
            at = timing.at.astimezone(UTC)
            found = iter([at] if at > start else [])
    return takewhile(lambda at: at.year < _MAX_YEAR, found)


def next_time(timing: Timing, now: datetime) -> datetime | None:
    """Give the first tick after a moment, if there is one."""
    return next(times_after(timing, now), None)


def next_times(timing: Timing, now: datetime, many: int = NEXT_TIMES) -> list[datetime]:
    """Give the ticks that come next."""
    return list(islice(times_after(timing, now), many))


def due_times(timing: Timing, first: datetime, now: datetime) -> list[datetime]:
    """Give the ticks from `first` until now, the latest `MAX_MISSED` of them, in order."""
    for window in _WINDOWS:
        start = max(first, now - window)
        # A moment before, so that a tick at `start` is one of them.
        found = _times_until(timing, start - timedelta(microseconds=1), now)
        if start == first or len(found) >= MAX_MISSED:
            return found[-MAX_MISSED:]
    return _times_until(timing, first - timedelta(microseconds=1), now)[-MAX_MISSED:]


def _times_until(timing: Timing, start: datetime, now: datetime) -> list[datetime]:
    return list(takewhile(lambda at: at <= now, times_after(timing, start)))


def _interval_times(timing: IntervalTiming, start: datetime) -> Iterator[datetime]:
    assert timing.anchor_at is not None
    anchor, every = timing.anchor_at.astimezone(UTC), timedelta(seconds=timing.every_seconds)
    at = anchor + every * ((start - anchor) // every + 1)  # before the anchor, too, as Prefect does
    while at.year < _MAX_YEAR:
        yield at
        at += every


def _cron_times(timing: CronTiming, start: datetime) -> Iterator[datetime]:
    zone, last = ZoneInfo(timing.time_zone), start
    shifted: list[datetime] = []
    begin = start.astimezone(zone).replace(tzinfo=None) - _MAX_CLOCK_GAP
    for wall in wall_clock_times(timing.cron, begin):
        at = wall.replace(tzinfo=zone).astimezone(UTC)  # fold=0: the first of two, after a gap
        if at.astimezone(zone).replace(tzinfo=None) != wall:
            heappush(shifted, at)  # those that the clocks show come before some of these
            continue
        while shifted and shifted[0] < at:
            moved = heappop(shifted)
            if moved > last:
                last = moved
                yield moved
        if at > last:
            last = at
            yield at


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _whole_second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _check_time_zone(name: str) -> None:
    if name not in _time_zones():
        raise InvalidInputError(
            "unknown_time_zone",
            f"{quoted(name)} is no time zone: give an IANA name such as Europe/Berlin or UTC.",
        )


def _check_year(at: datetime) -> None:
    if not 2000 <= at.year < _MAX_YEAR:
        raise InvalidInputError(
            "over_already", f"{at.isoformat()} is out of range: give a time before {_MAX_YEAR}."
        )
