"""The table of Google's models: their prices are those of genai-prices, which people keep up to date."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from genai_prices.data_snapshot import get_snapshot

from tasks.providers.base import Model
from tasks.providers.gemini.models import MODELS


def price_elsewhere(model: Model, day: date) -> tuple[object, object]:
    """Give what genai-prices has for a million tokens into and out of a model on a day."""
    _, found = get_snapshot().find_provider_model(model.name, None, "google", None)
    prices = found.get_prices(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    return prices.input_mtok, prices.output_mtok


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model.prices], ids=lambda model: model.name
)
def test_prices_are_those_of_genai_prices_on_the_day_before_and_from_each_change(model: Model):
    assert model.prices_as_of is not None
    first, *later = model.prices
    assert price_elsewhere(model, model.prices_as_of) == (first.input, first.output)
    before = first
    for price in later:
        assert price.since is not None
        eve = price.since - timedelta(days=1)
        assert price_elsewhere(model, eve) == (before.input, before.output)
        assert price_elsewhere(model, price.since) == (price.input, price.output)
        before = price
    in_ten_years = model.prices_as_of + timedelta(days=3650)
    assert price_elsewhere(model, in_ten_years) == (before.input, before.output)


def test_every_model_that_is_offered_has_a_price():
    current = [model for model in MODELS if model.current]
    assert current
    assert all(price.input > Decimal(0) for model in current for price in model.prices[:1])
    assert [model.name for model in current if not model.prices] == []
