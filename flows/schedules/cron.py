"""Reads cron expressions and says what is wrong with one, and where. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, cast

from cronsim import CronSim, CronSimError

from flows.graph.wording import quoted
from schemas.errors import InvalidInputError

_MONTHS: Final = [
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
]
_WEEKDAYS: Final = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS: Final = (
    ("minute", "0 to 59", ()),
    ("hour", "0 to 23", ()),
    ("day of month", "1 to 31", ()),
    ("month", "1 to 12 or JAN to DEC", _MONTHS),
    ("day of week", "0 to 7, both of which are Sunday, or SUN to SAT", _WEEKDAYS),
)
_MACROS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY: Final = ["*"] * len(_FIELDS)
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth")
_EXAMPLE: Final = "such as 30 9 * * 1-5 for half past nine from Monday to Friday"
_MINUTES: Final = 60
_HOURS: Final = 24
_DAYS_OF_MONTH: Final = 31
_SIMPLE_FIELD: Final = re.compile(r"\*(/\d+)?|\d+", re.ASCII)
_REFERENCE_DAY: Final = datetime(2024, 1, 1, tzinfo=UTC)


def check_cron(text: str) -> None:
    """Judge an expression.

    Raises:
        InvalidInputError: `bad_cron`: it cannot be read, or names times that never come.
    """
    fields = _expand(text).split()
    if text.strip().startswith("@") and fields == text.split():
        raise _bad_cron(f"{quoted(text)} is none of {', '.join(_MACROS)}.")
    if len(fields) != len(_FIELDS):
        raise _bad_cron(
            f"A cron expression has five fields, minute, hour, day of month, month and day of week,"
            f" {_EXAMPLE}; {quoted(text)} has {len(fields)}."
        )
    for place, field in enumerate(fields):
        for term in field.split(","):
            _check_term(place, field, term)
    if next(wall_clock_times(text, _REFERENCE_DAY.replace(tzinfo=None)), None) is None:
        raise _never_due(text)


def wall_clock_times(text: str, after: datetime) -> Iterator[datetime]:
    """Give the times, as a clock on the wall shows them, that an expression names after one.

    Raises:
        InvalidInputError: `bad_cron`.
    """
    try:
        return CronSim(_expand(text), after)
    except CronSimError as error:
        raise _never_due(text) from error


def is_repeating(text: str) -> bool:
    """Whether an expression names a rhythm rather than times of day, as Debian's cron has it.

    That is: its minute or its hour begins with a star, or names all there are. When clocks go back
    such a rhythm goes on, whereas a time of day that comes twice is due once.
    """
    sim, (minute, hour, *_) = CronSim(_expand(text), _REFERENCE_DAY), _expand(text).split()
    every = len(sim.minutes) == _MINUTES or len(sim.hours) == _HOURS
    return every or minute.startswith("*") or hour.startswith("*")


def for_croniter(text: str) -> tuple[str, bool]:
    """Give an expression with the same meaning that Prefect's croniter cannot get wrong.

    It takes `5-5` for `*`, and a field that names everything for one that says nothing, which
    matters where one of the two days is enough. The second value says whether one is.
    """
    text = _expand(text)
    sim = CronSim(text, _REFERENCE_DAY)
    days, weekdays = set(sim.days), {cast("int", day) % 7 for day in sim.weekdays}
    fields = text.upper().split()
    either = not (fields[2].startswith("*") or fields[4].startswith("*"))
    if either and (len(days) == _DAYS_OF_MONTH or len(weekdays) == len(_WEEKDAYS)):
        fields[2], fields[4], either = "*", "*", False
    sets = (sim.minutes, sim.hours, days, sim.months, weekdays)
    pairs = zip(fields, sets, strict=True)
    plain = [
        field if _SIMPLE_FIELD.fullmatch(field) else ",".join(str(each) for each in sorted(found))
        for field, found in pairs
    ]
    return " ".join(plain), either


def _expand(text: str) -> str:
    """Give the five fields of `@daily` and its like; anything else stays as it is."""
    return _MACROS.get(text.strip().lower(), text)


def _check_term(place: int, field: str, term: str) -> None:
    name, allowed, words = _FIELDS[place]
    span, slash, step = term.partition("/")
    readable = _is_range(span, words) and (not slash or (step.isdigit() and step.isascii()))
    if slash and readable and not ("-" in span or span == "*"):
        readable = False  # 5/10 means different things to different programs
    if readable:
        try:
            CronSim(" ".join([*_EVERY[:place], term, *_EVERY[place + 1 :]]), _REFERENCE_DAY)
        except CronSimError:
            readable = False
    if not readable:
        within = f" in {quoted(field)}" if term != field else ""
        raise _bad_cron(
            f"{quoted(term) if term else 'An empty part'}{within}, the {_ORDINALS[place]} field, is"
            f" no {name}: write {allowed}, a range such as 1-5, * for all of them, or a step such as"
            " */2 or 1-5/2; several with commas between."
        )


def _is_range(span: str, words: tuple[str, ...] | list[str]) -> bool:
    if span == "*":
        return True
    ends = span.upper().split("-")
    return len(ends) <= 2 and all(
        end in words or (end.isascii() and end.isdigit() and len(end) <= 2) for end in ends
    )


def _never_due(text: str) -> InvalidInputError:
    return _bad_cron(
        f"{quoted(text)} names a day that its months do not have: it would never be due."
    )


def _bad_cron(message: str) -> InvalidInputError:
    return InvalidInputError("bad_cron", message)
