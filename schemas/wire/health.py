"""Whether the process and the parts that it works with answer."""

from typing import Literal

from pydantic import Field

from schemas.base import FrozenModel


class PartHealth(FrozenModel):
    """One part that Nodeloom works with."""

    name: Literal["process", "database", "migrations", "worker", "assets", "compute", "prefect"]
    status: Literal["ok", "degraded", "down"]
    ok: bool
    needed: bool
    """Without a needed part nothing can be read and no run started."""
    detail: str
    """What that means, and what to do about it."""


class Health(FrozenModel):
    """`ok`, `degraded` (reading and starting runs work, something else does not) or `unavailable`."""

    status: Literal["ok", "degraded", "unavailable"]
    parts: list[PartHealth] = Field(default_factory=list[PartHealth])
