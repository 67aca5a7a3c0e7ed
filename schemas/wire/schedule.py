"""Schedules as the outside sees them: when a workflow runs by itself, and by which rules."""

from datetime import datetime
from typing import Annotated, Final, Literal, get_args
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, JsonValue, TypeAdapter
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import TypeAliasType

from schemas.base import FrozenModel, StrictModel
from schemas.graph import MAX_DECLARATIONS, MAX_ID_LENGTH
from schemas.wire.run import Reuse, RunError, ScopeAll, ScopeFrom, ScopeNodes, ScopeUntil

MIN_SECONDS: Final = 60
"""Between two ticks of an interval; cron cannot ask for less."""
MAX_SECONDS: Final = 366 * 24 * 3600
NEXT_TIMES: Final = 5
"""How many of the coming times are shown."""

CatchUp = TypeAliasType("CatchUp", Literal["once", "skip"])
"""What becomes of ticks that nobody could take in time: one run for all of them, or none."""
Overlap = TypeAliasType("Overlap", Literal["skip", "queue", "allow"])
"""What becomes of a tick while an earlier run of the same schedule goes on."""
TickOutcome = TypeAliasType(
    "TickOutcome",
    Literal["run", "queued", "coalesced", "skipped_overlap", "skipped_late", "refused"],
)
"""What became of a tick.

`run`: a run was made of it; `queued`: it waits for an earlier run to end; `coalesced`: the run of a
later tick stands for it, too; `skipped_overlap`, `skipped_late`: by the rules; `refused`: the
workflow could not be run then, `error` says why.
"""
OUTCOMES: Final[tuple[TickOutcome, ...]] = get_args(TickOutcome.__value__)

MAX_NAME: Final = 100
"""In characters."""
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME, pattern=r"\S")]
Inputs = Annotated[
    dict[Annotated[str, Field(max_length=MAX_ID_LENGTH)], JsonValue],
    Field(
        max_length=MAX_DECLARATIONS,
        description="Values that the runs are given: for declared inputs by their names, as in `inputs` of a"
        " run; and for other params by node id, as `{nodeId: {param: value}}`.",
    ),
]
"""Values that runs are given, put over the stored ones: by the names of declared inputs, else by node id and param."""


class _Timing(FrozenModel):
    # The same in requests and in answers, so that there is one component for both.
    model_config = ConfigDict(strict=True, json_schema_serialization_defaults_required=False)


class CronTiming(_Timing):
    """At times that a cron expression names, by the clocks of a time zone.

    Five fields: minute, hour, day of month, month, day of week; each takes `*`, numbers, lists,
    ranges and steps, months and days of the week also English names; or `@daily` and its like.
    Where both days are given, one that fits is enough. When clocks go back a time of day that comes
    twice is due once, and every hour, or every quarter of one, goes on.
    """

    kind: Literal["cron"]
    cron: str = Field(min_length=1, max_length=200)
    time_zone: str = Field(default="UTC", max_length=64)
    """An IANA name, such as `Europe/Berlin`."""


class IntervalTiming(_Timing):
    """Every so many seconds, whatever clocks do; counted from `anchorAt`, or from now."""

    kind: Literal["interval"]
    every_seconds: int = Field(ge=MIN_SECONDS, le=MAX_SECONDS)
    anchor_at: AwareDatetime | None = Field(default=None, strict=False)


class OnceTiming(_Timing):
    """At one moment."""

    kind: Literal["once"]
    at: AwareDatetime = Field(strict=False)


Timing = TypeAliasType(
    "Timing", Annotated[CronTiming | IntervalTiming | OnceTiming, Field(discriminator="kind")]
)
"""When a schedule's ticks are."""
timing_adapter: TypeAdapter[Timing] = TypeAdapter(Timing)

ScheduleScope = TypeAliasType(
    "ScheduleScope",
    Annotated[ScopeAll | ScopeNodes | ScopeFrom | ScopeUntil, Field(discriminator="kind")],
)
"""Which nodes the runs are about."""
schedule_scope_adapter: TypeAdapter[ScheduleScope] = TypeAdapter(ScheduleScope)


class ScheduleCreate(StrictModel):
    """A schedule to be made."""

    name: Name
    timing: Timing
    scope: ScheduleScope = ScopeAll(kind="all")
    reuse: Reuse = "auto"
    inputs: Inputs = Field(default_factory=dict)
    catch_up: CatchUp = "once"
    overlap: Overlap = "skip"
    paused: bool = False


class ScheduleUpdate(StrictModel):
    """What is to change in a schedule; what is left out, or null, stays as it is."""

    name: Name | SkipJsonSchema[None] = None
    timing: Timing | SkipJsonSchema[None] = None
    scope: ScheduleScope | SkipJsonSchema[None] = None
    reuse: Reuse | SkipJsonSchema[None] = None
    inputs: Inputs | SkipJsonSchema[None] = None
    catch_up: CatchUp | SkipJsonSchema[None] = None
    overlap: Overlap | SkipJsonSchema[None] = None
    paused: bool | SkipJsonSchema[None] = None


class TimingPreview(StrictModel):
    """Times to be looked at before a schedule is made of them."""

    timing: Timing


class NextTimes(FrozenModel):
    """The next ticks that there would be."""

    next_times: list[datetime]


class TickRead(FrozenModel):
    """One tick of a schedule, and what became of it."""

    due_at: datetime
    outcome: TickOutcome
    run_id: UUID | None
    """The run that was made of it, or that stands for it; it may have been deleted since."""
    late: bool
    """Nobody could take it in time."""
    error: RunError | None
    decided_at: datetime


class ScheduleRead(FrozenModel):
    """A schedule of a workflow."""

    id: UUID
    workflow_id: int
    name: str
    timing: Timing
    scope: ScheduleScope
    reuse: Reuse
    inputs: Inputs
    catch_up: CatchUp
    overlap: Overlap
    paused: bool
    next_at: datetime | None
    """The next tick; null while it is paused, or when there is none any more."""
    next_times: list[datetime]
    """The next five; those that there would be while it is paused."""
    last_tick: TickRead | None
    revision: int
    synced: bool
    """Whether Prefect's deployment shows this revision already."""
    prefect_url: str | None
    created_at: datetime
    updated_at: datetime


class SchedulePage(FrozenModel):
    """A page of schedules, newest first."""

    items: list[ScheduleRead]
    next_cursor: str | None


class TickPage(FrozenModel):
    """A page of a schedule's ticks, latest first."""

    items: list[TickRead]
    next_cursor: str | None
