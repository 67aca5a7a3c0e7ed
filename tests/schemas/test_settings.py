"""Settings that hold a number for each model."""

import pytest
from pydantic import ValidationError

from schemas.model_limits import model_limit
from schemas.settings import Settings


@pytest.mark.parametrize(
    ("text", "model", "limit"),
    [
        (None, "a", None),
        ("60", "a", 60),
        ("a=5", "a", 5),
        ("a=5", "b", None),
        ("a=5, b=7, 20", "b", 7),
        ("a=5,20", "c", 20),
    ],
)
def test_a_model_has_its_own_number_or_that_of_all_others(
    text: str | None, model: str, limit: int | None
) -> None:
    assert model_limit(text, model) == limit


@pytest.mark.parametrize("text", ["0", "-1", "x", "a=", "a=1,a=2", "1,2", "1.5", "a=1;b=2"])
def test_a_number_that_is_none_is_refused_at_the_start(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODELOOM_LLM_RPM", text)
    with pytest.raises(ValidationError, match="NODELOOM_LLM_RPM"):
        Settings()
