"""A moment in a video, as people write it."""

import math
import re
from dataclasses import dataclass
from typing import Final

from schemas.errors import BadInputError

ACCEPTED_FORMS: Final = (
    "seconds (12.5), a share of the length (“50%”) or a clock time (“0:01:02.5”)"
)

_CLOCK: Final = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):([0-5]?\d(?:\.\d{1,9})?)", re.ASCII)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)\s*%", re.ASCII)
_SECONDS: Final = re.compile(r"\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Timestamp:
    """Either `seconds` from the start, or a `share` of the length (0 to 1)."""

    seconds: float = 0.0
    fraction: float | None = None

    def to_seconds(self, duration: float) -> float:
        """Give the seconds from the start in a video of `duration` seconds."""
        return self.seconds if self.fraction is None else self.fraction * duration


def parse_timestamp(raw: float | str) -> Timestamp:
    """Read a moment: 12.5, "12.5", "50%", "1:02" or "0:01:02.5".

    Raises:
        BadInputError: `bad_timestamp`, saying the accepted forms.
    """
    timestamp = _from_text(raw) if isinstance(raw, str) else _from_number(raw)
    if timestamp is None or (timestamp.fraction is not None and timestamp.fraction > 1):
        shown = raw if isinstance(raw, str) else f"{raw:g}"
        raise BadInputError(
            "bad_timestamp", f"A timestamp is {ACCEPTED_FORMS}; “{shown[:60]}” is none of them."
        )
    return timestamp


def _from_number(seconds: float) -> Timestamp | None:
    return Timestamp(float(seconds)) if math.isfinite(seconds) and seconds >= 0 else None


def _from_text(text: str) -> Timestamp | None:
    text = text.strip()
    if match := _PERCENT.fullmatch(text):
        return Timestamp(fraction=float(match[1]) / 100)
    if match := _CLOCK.fullmatch(text):
        return Timestamp(int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3]))
    return Timestamp(float(text)) if _SECONDS.fullmatch(text) else None
