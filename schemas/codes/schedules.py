"""Codes of schedules."""

from typing import Final

from schemas.codes.code import Code

SCHEDULE_CODES: Final = (
    Code(
        "bad_cron",
        "A cron expression cannot be read, or names times that never come.",
        "It needs five fields: minute, hour, day of month, month and day of week. Each takes `*`,"
        " numbers, ranges, steps such as `*/5`, and lists of them with commas; months and days of the"
        " week take English names such as `JAN` and `MON`, too. Seconds, `@daily`, `L`, `W` and `#`"
        " are not taken.",
        "Correct the part that the message names.",
        422,
    ),
    Code(
        "bad_schedule",
        "A schedule does not fit its workflow.",
        "Its scope or its values name a node that the workflow does not have, or a value is not"
        " allowed, or could have no effect since the parameter is connected.",
        "`problems` names each place; correct them, or save the workflow first.",
        422,
    ),
    Code(
        "over_already",
        "A schedule is to begin in the past, or too far in the future.",
        "The time is over, or is not between the years 2000 and 2100.",
        "Give a time in the future.",
        422,
    ),
    Code(
        "schedule_not_found",
        "There is no such schedule.",
        "It or its workflow was deleted, or it is somebody else's.",
        "List your schedules with `GET /api/schedules`.",
        404,
    ),
    Code(
        "too_many_schedules",
        "A workflow may have 50 schedules, a user 500.",
        "There are so many already.",
        "Delete one that is not used.",
        409,
    ),
    Code(
        "unknown_time_zone",
        "There is no such time zone.",
        "Time zones have IANA names, such as `Europe/Berlin`, `America/New_York` or `UTC`.",
        "Correct the name; capital letters matter.",
        422,
    ),
)
