"""OpenAI's models for text: which a new key may ask, what they cost, and what became of the others.

From OpenAI's pages on models, prices and deprecations, https://developers.openai.com/api/docs/models,
https://developers.openai.com/api/docs/pricing and https://developers.openai.com/api/docs/deprecations, as of
November 2026. Names that are not here are asked as they are; a service at another address has its own.
Prices are of the standard tier, for questions of at most 272,000 tokens where longer ones cost more: twice as
much, and their answers half as much again.
"""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final

from tasks.providers.base import Model, Price

_CONTEXT: Final = 1_050_000
_GONE: Final = date(2026, 10, 23)
_GOES_IN_DECEMBER: Final = date(2026, 12, 11)
_GOES_IN_JANUARY: Final = date(2027, 1, 14)
_Model = partial(Model, sees=("text", "image"), prices_as_of=date(2026, 11, 30))
# "When reasoning effort is not none, remove temperature": none of these begins with none.
_Reasoning = partial(_Model, supports_temperature=False)
_Long = partial(_Reasoning, context_tokens=_CONTEXT, prices_up_to_tokens=272_000)


def _price(input: str, output: str) -> tuple[Price]:
    return (Price(Decimal(input), Decimal(output)),)


MODELS: Final = (
    _Long("gpt-6.2-sol", prices=_price("2", "10")),
    _Long("gpt-6-luna", prices=_price("0.1", "0.5")),
    _Long("gpt-6.1-terra", prices=_price("1", "5")),
    _Long("gpt-6.2-astra", prices=_price("8", "40")),
    _Long("gpt-6.1-sol", offered=False, prices=_price("2", "10")),
    _Long("gpt-6-astra", offered=False, prices=_price("10", "50")),
    _Long("gpt-6-sol", offered=False, prices=_price("2", "10")),
    _Long("gpt-5.6-sol", offered=False, prices=_price("4", "20")),
    _Long("gpt-5.6-terra", offered=False, prices=_price("2", "12")),
    _Long("gpt-5.6-luna", offered=False, prices=_price("0.2", "1.2")),
    *(
        _Reasoning(
            name,
            context_tokens=400_000,
            retires_on=_GOES_IN_DECEMBER,
            replacement=replacement,
            prices=_price(*price),
        )
        for name, replacement, price in (
            ("gpt-5", "gpt-6.1-sol", ("1.25", "10")),
            ("gpt-5-mini", "gpt-6.1-terra", ("0.25", "2")),
            ("gpt-5-nano", "gpt-6-luna", ("0.05", "0.4")),
        )
    ),
    _Reasoning(
        "o3", context_tokens=200_000, retires_on=_GOES_IN_DECEMBER, replacement="gpt-6.1-sol"
    ),
    *(
        _Model(
            name,
            context_tokens=context,
            retires_on=_GOES_IN_JANUARY,
            replacement="gpt-6-luna",
            prices=_price(*price),
        )
        for name, context, price in (
            ("gpt-4o", 128_000, ("2.5", "10")),
            ("gpt-4o-mini", 128_000, ("0.15", "0.6")),
            ("gpt-4.1", 1_000_000, ("2", "8")),
            ("gpt-4.1-mini", 1_000_000, ("0.4", "1.6")),
        )
    ),
    *(
        Model(name, retires_on=_GONE, replacement=replacement)
        for name, replacement in (
            ("gpt-4.1-nano", "gpt-5.6-luna"),
            ("gpt-4", "gpt-5.6-sol"),
            ("gpt-4-turbo", "gpt-5.6-sol"),
            ("gpt-3.5-turbo", "gpt-5.6-terra"),
            ("o1", "gpt-5.6-sol"),
            ("o3-mini", "gpt-5.6-sol"),
            ("o4-mini", "gpt-5.6-terra"),
        )
    ),
)
