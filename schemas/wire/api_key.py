"""API keys: made by people for their programs, and what each may be used for."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from schemas.base import FrozenModel, StrictModel
from schemas.graph import DECLARED_NAME

ApiKeyScope = Literal["read", "write", "run"]
API_KEY_SCOPES: Final[tuple[ApiKeyScope, ...]] = ("read", "write", "run")
"""What somebody may do; a person may do everything with what is theirs."""
MAX_KEY_FUNCTIONS: Final = 20


class ApiKeyCreate(StrictModel):
    """An API key to be made."""

    name: str = Field(min_length=1, max_length=100, pattern=r"\S")
    scopes: list[ApiKeyScope] = Field(min_length=1, max_length=3)
    expires_at: AwareDatetime | None = Field(default=None, strict=False)
    """Absent: never."""
    functions: list[Annotated[str, StringConstraints(pattern=DECLARED_NAME)]] | None = Field(
        default=None, min_length=1, max_length=MAX_KEY_FUNCTIONS
    )
    """Names of the functions that it may read and call, and nothing else; absent: it is for everything."""

    @model_validator(mode="after")
    def _writes_no_functions(self) -> "ApiKeyCreate":
        if self.functions is not None and "write" in self.scopes:
            raise ValueError("a key for functions has the scopes read, run, or both, and not write")
        return self


class ApiKeyRead(FrozenModel):
    """An API key, without its secret; `hint` is how the secret ends."""

    id: UUID
    name: str
    hint: str
    scopes: list[ApiKeyScope]
    functions: list[str] | None
    """The functions that it is for; null: it is for everything."""
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
