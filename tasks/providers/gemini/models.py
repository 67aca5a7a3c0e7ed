"""Google's models for text: which a new key may ask, what they cost, and what became of the others.

From Google's pages on models, prices and deprecations, https://ai.google.dev/gemini-api/docs/deprecations and
https://ai.google.dev/gemini-api/docs/pricing, as of November 2026. Names that are not here are asked as they are.
Prices are of the standard tier; those that depend on the length of the question are left out.
"""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final

from tasks.providers.base import Model, Price

_CONTEXT: Final = 1_048_576
_RETIRED_2_0: Final = date(2026, 6, 1)
_RETIRED_1_5: Final = date(2025, 9, 29)
_Model = partial(Model, sees=("text", "image"), prices_as_of=date(2026, 11, 30))


def _price(input: str, output: str, since: date | None = None) -> Price:
    return Price(Decimal(input), Decimal(output), since)


_FLASH_PRICES: Final = (_price("0.75", "3.75"), _price("1.5", "7.5", date(2027, 1, 1)))

MODELS: Final = (
    _Model(
        "gemini-3.8-flash",
        supports_temperature=False,
        context_tokens=_CONTEXT,
        prices=_FLASH_PRICES,
    ),
    _Model(
        "gemini-4-argon",
        supports_temperature=False,
        context_tokens=_CONTEXT,
        prices=(_price("2", "10"), _price("4", "20", date(2026, 12, 1))),
    ),
    _Model(
        "gemini-3.5-flash-lite",
        supports_temperature=False,
        context_tokens=_CONTEXT,
        prices=(_price("0.3", "2.5"),),
    ),
    _Model(
        "gemini-3.6-flash",
        supports_temperature=False,
        context_tokens=_CONTEXT,
        offered=False,
        prices=_FLASH_PRICES,
    ),
    _Model(
        "gemini-3.1-flash-lite",
        offered=False,
        retires_on=date(2027, 5, 7),
        replacement="gemini-3.5-flash-lite",
        prices=(_price("0.25", "1.5"),),
    ),
    _Model("gemini-flash-latest", supports_temperature=False, offered=False),
    _Model(
        "gemini-3.7-flash",
        supports_temperature=False,
        deprecated=True,
        replacement="gemini-3.8-flash",
        prices=_FLASH_PRICES,
    ),
    _Model(
        "gemini-3.5-flash",
        deprecated=True,
        replacement="gemini-3.6-flash",
        prices=(_price("1.5", "9"),),
    ),
    _Model("gemini-3-flash-preview", offered=False, prices=(_price("0.5", "3"),)),
    _Model("gemini-3.1-pro-preview", deprecated=True, replacement="gemini-4-argon"),
    _Model("gemini-3-pro-preview", retires_on=date(2026, 3, 9), replacement="gemini-4-argon"),
    _Model(
        "gemini-3.1-flash-lite-preview",
        retires_on=date(2026, 5, 25),
        replacement="gemini-3.5-flash-lite",
    ),
    _Model("gemini-2.5-pro", retires_on=date(2026, 12, 1), replacement="gemini-3.8-flash"),
    _Model(
        "gemini-2.5-flash",
        retires_on=date(2026, 12, 1),
        replacement="gemini-3.5-flash-lite",
        prices=(_price("0.3", "2.5"),),
    ),
    _Model("gemini-2.5-flash-lite", offered=False, prices=(_price("0.1", "0.4"),)),
    *(
        _Model(name, retires_on=_RETIRED_2_0, replacement="gemini-3.5-flash-lite")
        for name in (
            "gemini-2.0-flash",
            "gemini-2.0-flash-001",
            "gemini-2.0-flash-lite",
            "gemini-2.0-flash-lite-001",
        )
    ),
    *(
        _Model(name, retires_on=_RETIRED_1_5, replacement="gemini-3.8-flash")
        for name in ("gemini-1.5-pro", "gemini-1.5-flash", "gemini-1.5-flash-8b")
    ),
)
