"""A number for each model, as a setting says it: `60`, or `gemini-3.8-flash=60,other=5,20`."""

import re
from typing import Final

_PART: Final = re.compile(r"(?:([A-Za-z0-9:@_./-]+)=)?([1-9][0-9]{0,11})", re.ASCII)


def parse_model_limits(text: str) -> dict[str | None, int]:
    """Give the numbers by model; None is every other model.

    Raises:
        ValueError: it is written in another way.
    """
    numbers: dict[str | None, int] = {}
    for part in text.split(","):
        found = _PART.fullmatch(part.strip())
        if found is None or found[1] in numbers:
            raise ValueError(
                "write a whole number above 0, or one for each model:"
                " gemini-3.8-flash=60,gemini-3.8-pro=5,20 (the last for all other models)"
            )
        numbers[found[1]] = int(found[2])
    return numbers


def model_limit(text: str | None, *names: str) -> int | None:
    """Give the number of a model that may be named in several ways; None where there is none."""
    if text is None:
        return None
    numbers = parse_model_limits(text)
    named = (numbers[name] for name in names if name in numbers)
    return next(named, numbers.get(None))
