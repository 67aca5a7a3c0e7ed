"""When the ticks of a schedule are: the same times that Prefect's scheduler makes. Pure.

Cron follows the clocks of its time zone. A time that is left out when clocks go forward is
due as much later. When they go back a time of day that comes twice is due the first time only,
and a rhythm, such as every hour, goes on. Intervals count seconds and know no clocks.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from itertools import islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from flows.graph.wording import quoted
from flows.schedules.cron import check_cron, is_repeating, wall_clock_times
from schemas.errors import InvalidInputError
from schemas.wire.schedule import NEXT_TIMES, CronTiming, IntervalTiming, OnceTiming, Timing

MAX_MISSED: Final = 100
"""Of the ticks that nobody took so many of the latest are told of, one by one."""
_MAX_CLOCK_GAP: Final = timedelta(hours=3)
"""By which clocks are put forward at most; what was left out then is due after it."""
_WINDOWS: Final = (timedelta(hours=2), timedelta(days=5), timedelta(days=400))
_DAYS_AHEAD: Final = 400
"""So far a change of the clocks is looked for."""
_NO_PLACES: Final = {"Factory", "localtime"}
"""Names in the database of time zones that mean another zone, or none, on each machine."""
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


def repeated_times(timing: CronTiming, now: datetime) -> list[datetime]:
    """Give the ticks of the hour that comes twice next, when it comes for the second time.

    That is within some 400 days; none if the zone has no such hour, or if they are due once only.
    """
    return _repeated_times(timing.cron, timing.time_zone, (now - timedelta(days=1)).date())


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
    last, begin = start, start.astimezone(ZoneInfo(timing.time_zone)).replace(tzinfo=None)
    for at in _in_order(timing, begin - _MAX_CLOCK_GAP):
        if at > last:
            last = at
            yield at


def _in_order(timing: CronTiming, begin: datetime) -> Iterator[datetime]:
    """Give when clocks show the times after one; what they show twice, or not at all, in between."""
    zone, repeating = ZoneInfo(timing.time_zone), is_repeating(timing.cron)
    pending: list[datetime] = []
    for wall in wall_clock_times(timing.cron, begin):
        first, second = (wall.replace(tzinfo=zone, fold=f).astimezone(UTC) for f in (0, 1))
        if second < first:  # left out; those that the clocks show come before some of these
            heappush(pending, first)
            continue
        if repeating and second > first:
            heappush(pending, second)
        while pending and pending[0] < first:
            yield heappop(pending)
        yield first
    yield from sorted(pending)


@lru_cache(maxsize=1024)
def _repeated_times(cron: str, time_zone: str, day: date) -> list[datetime]:
    fold = _next_fold(ZoneInfo(time_zone), datetime.combine(day, time(), UTC))
    if fold is None or not is_repeating(cron):
        return []
    begin, end = fold
    timing = CronTiming(kind="cron", cron=cron, time_zone=time_zone)
    found = times_after(timing, begin - timedelta(microseconds=1))
    return list(takewhile(lambda at: at < end, found))


def _next_fold(zone: ZoneInfo, start: datetime) -> tuple[datetime, datetime] | None:
    """Give from when to when clocks show for the second time what they showed before."""
    for begin in (start + timedelta(days=days) for days in range(_DAYS_AHEAD)):
        offset = _offset(zone, begin)
        back = offset - _offset(zone, begin + timedelta(days=1))
        if back > timedelta():
            moments = [begin + timedelta(minutes=minute) for minute in range(1, 24 * 60 + 1)]
            at = moments[bisect_left(moments, True, key=lambda each: _offset(zone, each) != offset)]
            return at, at + back
    return None


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACES)


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
