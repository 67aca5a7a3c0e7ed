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
class Moment:
    """Either `seconds` from the start, or a `share` of the length (0 to 1)."""

    seconds: float = 0.0
    share: float | None = None

    def at(self, duration: float) -> float:
        """Give the seconds from the start in a video of `duration` seconds."""
        return self.seconds if self.share is None else self.share * duration


def parse_timestamp(written: float | str) -> Moment:
    """Read a moment: 12.5, "12.5", "50%", "1:02" or "0:01:02.5".

    Raises:
        BadInputError: `bad_timestamp`, saying the accepted forms.
    """
    moment = _from_text(written) if isinstance(written, str) else _from_number(written)
    if moment is None or (moment.share is not None and moment.share > 1):
        shown = written if isinstance(written, str) else f"{written:g}"
        raise BadInputError(
            "bad_timestamp", f"A timestamp is {FORMS}; “{shown[:60]}” is none of them."
        )
    return moment


def _from_number(seconds: float) -> Moment | None:
    return Moment(float(seconds)) if math.isfinite(seconds) and seconds >= 0 else None


def _from_text(text: str) -> Moment | None:
    text = text.strip()
    if match := _PERCENT.fullmatch(text):
        return Moment(share=float(match[1]) / 100)
    if match := _CLOCK.fullmatch(text):
        return Moment(int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3]))
    return Moment(float(text)) if _SECONDS.fullmatch(text) else None
