"""`Prefer: wait=SECONDS` (RFC 7240): how long a caller waits for the end of what a request starts."""

import re
from typing import Annotated, Final

from litestar.params import HeaderParameter

from api.http.responses import documented_header
from schemas.errors import InvalidInputError

MAX_WAIT_SECONDS: Final = 120
"""More is asked for in vain: `Preference-Applied` says what holds."""
MAX_HEADER_LENGTH: Final = 1_000
_WAIT: Final = re.compile(r'wait\s*=\s*"?([^"]*)"?', re.IGNORECASE)
_DIGITS: Final = re.compile(r"[0-9]{1,9}")

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        max_length=MAX_HEADER_LENGTH,
        description="`wait=SECONDS`: answer when the run has ended, with 200, or after so many"
        f" seconds, {MAX_WAIT_SECONDS} at most, with 202. Other preferences are ignored.",
    ),
]
PREFERENCE_APPLIED: Final = documented_header(
    "Preference-Applied", "How long this request waited at most, as `wait=SECONDS`."
)


def parse_wait(prefer: str | None) -> int | None:
    """Give the seconds of `wait`, within the limit; None where it is not among the preferences.

    Raises:
        InvalidInputError: `prefer_invalid`: no whole number of seconds.
    """
    for preference in (prefer or "").split(","):
        found = _WAIT.fullmatch(preference.partition(";")[0].strip())
        if found is None:
            continue
        if not _DIGITS.fullmatch(found[1].strip()):
            raise InvalidInputError(
                "prefer_invalid",
                f"Prefer: wait=… takes a whole number of seconds, up to {MAX_WAIT_SECONDS}, such as"
                " Prefer: wait=60.",
            )
        return min(int(found[1]), MAX_WAIT_SECONDS)
    return None


def applied_headers(wait: int | None) -> dict[str, str]:
    """Give the header that says that a caller's preference was heeded."""
    return {} if wait is None else {"Preference-Applied": f"wait={wait}"}
