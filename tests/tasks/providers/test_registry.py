"""Which provider a model is of, and what the settings say of it."""

import pytest
from pydantic import SecretStr

from schemas.errors import BadInputError, NotConfiguredError
from schemas.settings import ProviderAccess, Settings
from tasks.providers.registry import (
    ModelName,
    Providers,
    configured_providers,
    needs_demo_model,
    offered_models,
    parse_model,
)

GEMINI = ProviderAccess(api_key=SecretStr("k"))


def settings(**changes: object) -> Settings:
    nothing = {"gemini": ProviderAccess(), "openai": ProviderAccess(), "llm_models": None}
    return Settings().model_copy(update={**nothing, **changes})


@pytest.mark.parametrize(
    ("name", "model", "id"),
    [
        ("gemini-x", ModelName("google", "gemini-x"), "gemini-x"),
        ("google/gemini-x", ModelName("google", "gemini-x"), "gemini-x"),
        ("google/tunedModels/x", ModelName("google", "tunedModels/x"), "tunedModels/x"),
        ("openai/gpt-x", ModelName("openai", "gpt-x"), "openai/gpt-x"),
        ("openai/qwen/q@q4", ModelName("openai", "qwen/q@q4"), "openai/qwen/q@q4"),
    ],
)
def test_a_bare_name_is_googles(name: str, model: ModelName, id: str) -> None:
    assert parse_model(name) == model
    assert model.id == id


def test_a_provider_that_is_not_here_is_named() -> None:
    with pytest.raises(BadInputError, match=r"“acme”.*google and openai") as caught:
        parse_model("acme/x")
    assert caught.value.code == "unknown_provider"


def test_a_provider_is_used_once_it_has_a_key() -> None:
    assert not configured_providers(settings())
    assert [each.id for each in configured_providers(settings(gemini=GEMINI))] == ["google"]
    assert [each.id for each in configured_providers(settings(demo_model=True))] == ["google"]


def test_the_demo_model_answers_only_where_nothing_is_said_of_gemini() -> None:
    """An address without a key is of somebody who forgot the key."""
    assert needs_demo_model(settings())
    assert needs_demo_model(settings(openai=GEMINI))  # new nodes and examples ask Gemini
    assert not needs_demo_model(settings(gemini=ProviderAccess(base_url="http://127.0.0.1:1")))
    assert not needs_demo_model(settings(gemini=GEMINI))


def test_models_are_offered_before_there_is_a_key() -> None:
    ids = [model.id for model in offered_models(settings())]
    assert ids == [model.id for model in offered_models(settings(gemini=GEMINI))]
    assert ids


async def test_a_provider_without_a_key_cannot_be_called() -> None:
    with pytest.raises(NotConfiguredError, match="GEMINI_API_KEY"):
        Providers(settings()).get("google")


async def test_a_provider_whose_client_cannot_be_made_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")  # needs a package that is not here
    providers = Providers(settings(gemini=GEMINI))
    await providers.prepare()
    assert "the model provider google cannot be called" in caplog.text
    await providers.close()


async def test_a_provider_is_opened_once() -> None:
    providers = Providers(settings(gemini=GEMINI))
    assert providers.get("google") is providers.get("google")
    await providers.close()
