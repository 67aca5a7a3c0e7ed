"""Google's models for text: which a new key may ask, and what became of the others.

From Google's pages on models and deprecations, https://ai.google.dev/gemini-api/docs/deprecations, as of
November 2026. Names that are not here are asked as they are.
"""

from datetime import date
from typing import Final

from tasks.providers.base import Model

_CONTEXT: Final = 1_048_576
_RETIRED_2_0: Final = date(2026, 6, 1)
_RETIRED_1_5: Final = date(2025, 9, 29)

MODELS: Final = (
    Model("gemini-3.8-flash", supports_temperature=False, context_tokens=_CONTEXT),
    Model("gemini-4-argon", supports_temperature=False, context_tokens=_CONTEXT),
    Model("gemini-3.5-flash-lite", supports_temperature=False, context_tokens=_CONTEXT),
    Model("gemini-3.6-flash", supports_temperature=False, context_tokens=_CONTEXT, offered=False),
    Model(
        "gemini-3.1-flash-lite",
        offered=False,
        retires_on=date(2027, 5, 7),
        replacement="gemini-3.5-flash-lite",
    ),
    Model("gemini-flash-latest", supports_temperature=False, offered=False),
    Model(
        "gemini-3.7-flash",
        supports_temperature=False,
        deprecated=True,
        replacement="gemini-3.8-flash",
    ),
    Model("gemini-3.5-flash", deprecated=True, replacement="gemini-3.6-flash"),
    Model("gemini-3-flash-preview", offered=False),
    Model("gemini-3.1-pro-preview", deprecated=True, replacement="gemini-4-argon"),
    Model("gemini-3-pro-preview", retires_on=date(2026, 3, 9), replacement="gemini-4-argon"),
    Model(
        "gemini-3.1-flash-lite-preview",
        retires_on=date(2026, 5, 25),
        replacement="gemini-3.5-flash-lite",
    ),
    Model("gemini-2.5-pro", retires_on=date(2026, 12, 1), replacement="gemini-3.8-flash"),
    Model("gemini-2.5-flash", retires_on=date(2026, 12, 1), replacement="gemini-3.5-flash-lite"),
    Model("gemini-2.5-flash-lite", offered=False),
    *(
        Model(name, retires_on=_RETIRED_2_0, replacement="gemini-3.5-flash-lite")
        for name in (
            "gemini-2.0-flash",
            "gemini-2.0-flash-001",
            "gemini-2.0-flash-lite",
            "gemini-2.0-flash-lite-001",
        )
    ),
    *(
        Model(name, retires_on=_RETIRED_1_5, replacement="gemini-3.8-flash")
        for name in ("gemini-1.5-pro", "gemini-1.5-flash", "gemini-1.5-flash-8b")
    ),
)
