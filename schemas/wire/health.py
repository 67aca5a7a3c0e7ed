"""Whether the process and the parts that it works with answer."""

from typing import Literal

from pydantic import Field

from schemas.base import FrozenModel


class PartHealth(FrozenModel):
    """One part that Nodeloom works with."""

    name: Literal["process", "database", "migrations", "worker", "assets", "compute", "prefect"]
    ok: bool
    needed: bool
    """Without a needed part no request can be served."""
    detail: str | None = None


class Health(FrozenModel):
    """`ok`, `degraded` (works, but a part that is not needed is away) or `unavailable`."""

    status: Literal["ok", "degraded", "unavailable"]
    parts: list[PartHealth] = Field(default_factory=list[PartHealth])
