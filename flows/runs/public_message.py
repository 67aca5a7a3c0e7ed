"""Why there is no run, in words for Prefect and for the record of ticks."""

from typing import Final

from schemas.errors import AppError, InvalidGraphError

MAX_SENTENCES: Final = 5
"""Of a graph's problems that are told."""


def public_message(error: AppError) -> str:
    """Say in a sentence or some why something was not started."""
    if isinstance(error, InvalidGraphError):
        problems = (problem.message for problem in error.problems[:MAX_SENTENCES])
        return " ".join([error.message, *problems])
    return error.message
