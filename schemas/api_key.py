"""What an API key may be used for."""

from typing import Final, Literal

Scope = Literal["read", "write", "run"]
SCOPES: Final[tuple[Scope, ...]] = ("read", "write", "run")
"""What somebody may do; a person may do everything with what is theirs."""
