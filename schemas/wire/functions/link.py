"""Share links: what their owner says of them, and what whoever has one sees."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base import FrozenModel, StrictModel
from schemas.wire.run import RunError, RunStatus
from schemas.wire.value import Value


class FunctionLinkCreate(StrictModel):
    """A share link to be made."""

    title: str = Field(min_length=1, max_length=100, pattern=r"\S")
    """For whom it is: runs say that they were started with it."""
    expires_at: AwareDatetime | None = Field(None, strict=False)
    """A year from now at most; absent: in 30 days."""
    max_runs: int = Field(100, ge=1, le=10_000)


class FunctionLinkRead(FrozenModel):
    """A share link, without its token."""

    id: UUID
    title: str
    status: Literal["active", "expired", "used_up", "revoked"]
    max_runs: int
    run_count: int
    """Runs that were started with it, however they ended."""
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    """When a run was started with it last."""
    revoked_at: datetime | None


class FunctionLinkMade(FunctionLinkRead):
    """A new share link, and the only time that its address is told."""

    url: str
    """The address of its page, on this server; what follows `#` is the token."""


class FunctionLinkPage(FrozenModel):
    """The share links of a function, the newest first; one page."""

    items: list[FunctionLinkRead]
    next_cursor: str | None = None


class SharedFunction(FrozenModel):
    """What whoever has a share link sees of the function."""

    title: str
    inputs: dict[str, Any]
    """JSON Schema of what a run is given."""
    outputs: dict[str, Any]
    """JSON Schema of a run's `outputs`."""
    step_count: int
    runs_left: int
    expires_at: datetime


class SharedRun(FrozenModel):
    """What whoever has a share link sees of a run that was started with it."""

    run_id: UUID
    status: RunStatus
    step_count: int
    ended_step_count: int
    outputs: dict[str, Value | None]
    """Results by name; null: not there yet, or not at all."""
    demo: bool
    """Whether the built-in demo model wrote one of them: it is no model for real work."""
    error: RunError | None


class SharedUpload(FrozenModel):
    """A file that was uploaded through a share link: give `{"assetId"}` as the value of an input."""

    asset_id: UUID
    media_type: str
    url: str
