"""Moments and durations as the outside sees them."""

from datetime import UTC, datetime


def utc(moment: datetime) -> datetime:
    """Give the same moment in UTC, which JSON shows with a Z."""
    return moment.astimezone(UTC)


def optional_utc(moment: datetime | None) -> datetime | None:
    """Give the same moment in UTC, if there is one."""
    return None if moment is None else utc(moment)


def duration_ms(started: datetime | None, finished: datetime | None) -> int | None:
    """Give whole milliseconds from one moment to the other; None while one is missing."""
    if started is None or finished is None:
        return None
    return max(0, round((finished - started).total_seconds() * 1000))
