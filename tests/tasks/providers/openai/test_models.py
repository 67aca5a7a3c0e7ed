"""The table of OpenAI's models: their prices are those of genai-prices, which people keep up to date."""

from datetime import UTC, datetime

import pytest
from genai_prices.data_snapshot import get_snapshot

from tasks.providers.base import Model
from tasks.providers.openai.models import MODELS

TOO_NEW = {"gpt-6.2-sol", "gpt-6.2-astra"}
"""Of 17 November 2026, which the release of genai-prices that is installed does not have."""


def first_tier(price: object) -> object:
    """Give the price of questions up to 272,000 tokens."""
    return getattr(price, "base", price)


@pytest.mark.parametrize(
    "model",
    [model for model in MODELS if model.prices and model.name not in TOO_NEW],
    ids=lambda model: model.name,
)
def test_prices_are_those_of_genai_prices(model: Model):
    assert model.prices_as_of is not None
    day = model.prices_as_of
    _, found = get_snapshot().find_provider_model(model.name, None, "openai", None)
    prices = found.get_prices(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    (price,) = model.prices
    assert (first_tier(prices.input_mtok), first_tier(prices.output_mtok)) == (
        price.input,
        price.output,
    )
    assert found.context_window == model.context_tokens
    tiers = getattr(prices.input_mtok, "tiers", [])
    assert [tier.start for tier in tiers] == [model.prices_up_to_tokens or 0][: len(tiers)]
    assert bool(tiers) == (model.prices_up_to_tokens is not None)


def test_what_is_too_new_for_the_oracle_is_still_so():
    for name in TOO_NEW:
        with pytest.raises(LookupError):
            get_snapshot().find_provider_model(name, None, "openai", None)


def test_replacements_are_in_the_table_and_stay():
    by_name = {model.name: model for model in MODELS}
    replaced = [model for model in MODELS if model.replacement]
    assert replaced
    assert [each.name for each in replaced if by_name[str(each.replacement)].retires_on] == []


def test_every_model_that_is_offered_has_a_price_and_sees():
    current = [model for model in MODELS if model.current]
    assert [model.name for model in current] == [
        "gpt-6.2-sol",
        "gpt-6-luna",
        "gpt-6.1-terra",
        "gpt-6.2-astra",
    ]
    assert all(model.prices and "image" in model.sees for model in current)
