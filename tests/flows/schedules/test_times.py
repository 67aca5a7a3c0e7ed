"""When ticks are: exactly when Prefect's scheduler has them, through every change of the clocks."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

from flows.prefect.deployments.timings import to_prefect_schedules
from flows.schedules.times import check_timing, due_times, next_times, normalize_timing
from schemas.errors import InvalidInputError
from schemas.wire.schedule import CronTiming, IntervalTiming, OnceTiming, Timing

SERVERS = {kind.__name__: kind for kind in (CronSchedule, IntervalSchedule, RRuleSchedule)}
ZONES = ("Europe/Berlin", "America/New_York")
CHANGES = {
    "Europe/Berlin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "America/New_York": (
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2026, 11, 1, 6, tzinfo=UTC),
    ),
}
CRONS = (
    "* * * * *",
    "*/15 * * * *",
    "0 * * * *",
    "30 2 * * *",
    "0 2 * * *",
    "59 1 * * *",
    "0,30 1-3 * * *",
    "0 3 * * SUN",
    "@hourly",
    "@Daily",
    "0 */2 * * *",
    "*/20 1-2 * * *",
    "0 0-23 * * 0",
    "7,59 * * OCT,NOV SUN",
    "15 2 29 3 *",
    "0 0 1,15 * MON",
    "30 2 */2 * 1-5",
    "45 1 8-31/7 MAR,OCT,NOV *",
    "5-5 2 10-10 * 0-6",
)


async def prefect_times(timing: Timing, start: datetime, many: int) -> list[datetime]:
    """What the server makes of the schedules that the client sends; it includes its start."""
    found: list[datetime] = []
    for sent in to_prefect_schedules(timing, start).values():
        kept = SERVERS[type(sent).__name__].model_validate(sent.model_dump(mode="json"))
        dates = await kept.get_dates(n=many, start=start + timedelta(microseconds=1))
        found += [date.astimezone(UTC) for date in dates]
    return sorted(found)[:many]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cron", CRONS)
async def test_cron_is_due_when_prefect_says_through_both_changes(zone: str, cron: str):
    timing = CronTiming(kind="cron", cron=cron, time_zone=zone)
    for change in CHANGES[zone]:
        for hours in (-30, -3, -1, 0, 1, 2):
            start = change + timedelta(hours=hours, seconds=-1)
            ours = next_times(timing, start, 60)
            assert ours == await prefect_times(timing, start, 60), (change, hours)
            assert ours == sorted(set(ours))


@pytest.mark.parametrize(
    ("cron", "zone", "minutes"),
    [
        ("0 * * * *", "Europe/Berlin", 60),
        ("*/15 * * * *", "America/New_York", 15),
        ("* * * * *", "Australia/Lord_Howe", 1),
        ("*/10 * * * *", "Australia/Lord_Howe", 10),
        ("30 * * * *", "America/St_Johns", 60),
        ("*/30 * * * *", "Antarctica/Troll", 30),
        ("5-59/6 * * * *", "America/Havana", 6),
        ("0,20,40 * * * *", "Atlantic/Azores", 20),
        ("0 0-23 * * *", "Europe/Berlin", 60),
        ("@hourly", "America/Santiago", 60),
    ],
)
async def test_a_rhythm_goes_on_while_clocks_go_back(cron: str, zone: str, minutes: int):
    timing = CronTiming(kind="cron", cron=cron, time_zone=zone)
    change = clocks_go_back(zone, datetime(2027, 1, 1, tzinfo=UTC))
    start = change - timedelta(hours=4)
    many = 8 * 60 // minutes
    found = next_times(timing, start, many)
    assert found == await prefect_times(timing, start, many)
    steps = {later - earlier for earlier, later in pairwise(found)}
    assert steps == {timedelta(minutes=minutes)}


def clocks_go_back(zone: str, at: datetime) -> datetime:
    def offset(at: datetime) -> timedelta:
        return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()

    step = timedelta(minutes=30)
    while offset(at + step) >= offset(at):
        at += step
    return at + step


@pytest.mark.parametrize("cron", ["30 2 * * *", "0,30 1-3 * * *", "0-59/30 2 * * *", "@daily"])
async def test_times_of_day_are_due_once_while_clocks_go_back(cron: str):
    timing = CronTiming(kind="cron", cron=cron, time_zone="Europe/Berlin")
    start = datetime(2027, 10, 30, 21, tzinfo=UTC)
    found = next_times(timing, start, 8)
    assert found == await prefect_times(timing, start, 8)
    walls = [at.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None) for at in found]
    assert walls == sorted(set(walls))


@pytest.mark.parametrize(
    ("cron", "zone", "code", "words"),
    [
        ("0 9 * * *", "Factory", "unknown_time_zone", "Europe/Berlin"),
        ("0 9 * * *", "localtime", "unknown_time_zone", "Europe/Berlin"),
        ("0 9 * * *", "posix/Europe/Berlin", "unknown_time_zone", "Europe/Berlin"),
        ("@reboot", "UTC", "bad_cron", "@hourly"),
        ("@every 5m", "UTC", "bad_cron", "@hourly"),
        ("@daily *", "UTC", "bad_cron", "@hourly"),
    ],
)
def test_what_names_no_time_is_refused(cron: str, zone: str, code: str, words: str):
    timing = CronTiming(kind="cron", cron=cron, time_zone=zone)
    with pytest.raises(InvalidInputError, match=words) as error:
        check_timing(timing, datetime(2027, 1, 1, tzinfo=UTC))
    assert error.value.code == code


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_that_is_left_out_comes_later_and_one_that_comes_twice_once(zone: str):
    forward, back = CHANGES[zone]
    left_out = CronTiming(kind="cron", cron="30 2 * * *", time_zone=zone)
    assert next_times(left_out, forward - timedelta(hours=1), 1) == [
        forward + timedelta(minutes=30)
    ]
    wall = "30 2 * * *" if zone == "Europe/Berlin" else "30 1 * * *"
    twice = CronTiming(kind="cron", cron=wall, time_zone=zone)
    first, second = next_times(twice, back - timedelta(hours=1), 2)
    assert first == back - timedelta(minutes=30)
    assert second == first + timedelta(hours=25)


fields = st.tuples(
    *(
        st.one_of(
            st.just("*"),
            st.integers(low, high).map(str),
            st.integers(2, 9).map(lambda step: f"*/{step}"),
            st.tuples(st.integers(low, high), st.integers(low, high)).map(
                lambda ends: f"{min(ends)}-{max(ends)}"
            ),
            st.lists(st.integers(low, high), min_size=2, max_size=4).map(
                lambda found: ",".join(map(str, found))
            ),
        )
        for low, high in ((0, 59), (0, 23), (1, 28), (1, 12), (0, 6))
    )
).map(" ".join)


@given(
    fields,
    st.sampled_from((*ZONES, "Australia/Lord_Howe", "Asia/Kolkata", "UTC")),
    st.integers(0, 5 * 525_600),
)
async def test_any_cron_is_due_when_prefect_says(cron: str, zone: str, minutes: int):
    timing = CronTiming(kind="cron", cron=cron, time_zone=zone)
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    assert next_times(timing, at, 8) == await prefect_times(timing, at, 8)


async def test_prefect_misses_the_first_of_march_and_we_do_not():
    """A defect of its croniter; the sweep takes such ticks (docs/adr/0027)."""
    timing = CronTiming(kind="cron", cron="0 9 1,31 * *")
    start = datetime(2026, 2, 2, tzinfo=UTC)
    assert next_times(timing, start, 1) == [datetime(2026, 3, 1, 9, tzinfo=UTC)]
    assert await prefect_times(timing, start, 1) == [datetime(2026, 3, 31, 9, tzinfo=UTC)]


@pytest.mark.parametrize("seconds", [60, 90, 3600, 86_400, 90_061])
@pytest.mark.parametrize("days", [-3, 0, 400])
async def test_intervals_know_no_clocks(seconds: int, days: int):
    anchor = datetime(2026, 3, 1, 12, 0, 7, tzinfo=UTC)
    timing = IntervalTiming(kind="interval", every_seconds=seconds, anchor_at=anchor)
    start = anchor + timedelta(days=days, seconds=1)
    ours = next_times(timing, start, 20)
    assert ours == await prefect_times(timing, start, 20)
    assert (ours[1] - ours[0]).total_seconds() == seconds
    assert (ours[0] - anchor) % timedelta(seconds=seconds) == timedelta()


async def test_once_is_once():
    at = datetime.fromisoformat("2027-05-01T09:00:00.7+02:00")
    timing = normalize_timing(OnceTiming(kind="once", at=at), at)
    tick = datetime(2027, 5, 1, 7, tzinfo=UTC)
    assert next_times(timing, tick - timedelta(days=9)) == [tick]
    assert await prefect_times(timing, tick - timedelta(days=9), 5) == [tick]
    assert next_times(timing, tick) == await prefect_times(timing, tick, 5) == []


def test_what_was_missed_is_found_however_long_ago_it_was():
    now = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
    minutes = CronTiming(kind="cron", cron="* * * * *")
    found = due_times(minutes, now - timedelta(days=3000), now)
    assert len(found) == 100
    assert found[-1] == now.replace(second=0)
    leap = CronTiming(kind="cron", cron="0 0 29 2 *")
    found = due_times(leap, datetime(2016, 2, 29, tzinfo=UTC), now)
    assert [at.year for at in found] == [2016, 2020, 2024]
    three = now.replace(second=0) - timedelta(minutes=2)
    assert len(due_times(minutes, three, now)) == 3
