"""API keys: made by people for their programs, and what each may be used for."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base import FrozenModel, StrictModel

ApiKeyScope = Literal["read", "write", "run"]
API_KEY_SCOPES: Final[tuple[ApiKeyScope, ...]] = ("read", "write", "run")
"""What somebody may do; a person may do everything with what is theirs."""


class ApiKeyCreate(StrictModel):
    """An API key to be made."""

    name: str = Field(min_length=1, max_length=100, pattern=r"\S")
    scopes: list[ApiKeyScope] = Field(min_length=1, max_length=3)
    expires_at: AwareDatetime | None = Field(default=None, strict=False)
    """Absent: never."""


class ApiKeyRead(FrozenModel):
    """An API key, without its secret; `hint` is how the secret ends."""

    id: UUID
    name: str
    hint: str
    scopes: list[ApiKeyScope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""


class ApiKeyMade(ApiKeyRead):
    """A new API key, and the only time that its secret is told."""

    secret: str


class ApiKeyPage(FrozenModel):
    """A page of API keys, newest first."""

    items: list[ApiKeyRead]
    next_cursor: str | None
