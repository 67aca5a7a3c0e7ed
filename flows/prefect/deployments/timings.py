"""Timings of our schedules as schedules of Prefect's."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from prefect.client.schemas.schedules import (
    SCHEDULE_TYPES,
    CronSchedule,
    IntervalSchedule,
    RRuleSchedule,
)

from flows.schedules.cron import for_croniter
from flows.schedules.times import repeated_times
from schemas.wire.schedule import CronTiming, IntervalTiming, OnceTiming, Timing

WHOLE: Final = ""
"""The part with all ticks, but for those of an hour that comes twice."""


def to_prefect_schedules(timing: Timing, now: datetime) -> dict[str, SCHEDULE_TYPES]:
    """Give a timing as schedules of Prefect's, each with a name of its part, that have the same times together.

    Prefect's cron leaves out an hour that comes again: its ticks are schedules of their own.
    """
    match timing:
        case CronTiming():
            cron, either = for_croniter(timing.cron)
            every = CronSchedule(cron=cron, timezone=timing.time_zone, day_or=either)
            return {WHOLE: every} | _repeated(timing, now)
        case IntervalTiming():
            assert timing.anchor_at is not None
            schedule = IntervalSchedule(
                interval=timedelta(seconds=timing.every_seconds),
                anchor_date=timing.anchor_at,  # pyright: ignore[reportArgumentType] - its own type
                timezone="UTC",
            )
            return {WHOLE: schedule}
        case OnceTiming():
            return {WHOLE: _recurrence(timing.at, "FREQ=DAILY;COUNT=1")}


def _repeated(timing: CronTiming, now: datetime) -> dict[str, SCHEDULE_TYPES]:
    """Give a schedule for each hour of UTC in which clocks show what they showed before.

    Those are rules and no lists of dates, which Prefect's pages cannot show.
    """
    found: dict[str, SCHEDULE_TYPES] = {}
    for hour, ticks in groupby(repeated_times(timing, now), lambda at: at.hour):
        first, *later = ticks
        minutes = ",".join(str(at.minute) for at in (first, *later))
        rule = f"FREQ=HOURLY;BYMINUTE={minutes};COUNT={1 + len(later)}"
        found[f"repeated-{hour}"] = _recurrence(first, rule)
    return found


def _recurrence(start: datetime, rule: str) -> RRuleSchedule:
    first = start.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    return RRuleSchedule(rrule=f"DTSTART:{first}\nRRULE:{rule}", timezone="UTC")
