"""Which provider a model is of, and what the settings say of it."""

import pytest
from pydantic import SecretStr

from schemas.errors import BadInputError, NotConfiguredError
from schemas.settings import ProviderAccess, Settings
from tasks.providers.registry import (
    ModelName,
    Providers,
    configured_providers,
    has_provider,
    offered_models,
    parse_model,
)

GEMINI = ProviderAccess(api_key=SecretStr("k"))


def settings(**changes: object) -> Settings:
    return Settings().model_copy(update={"gemini": ProviderAccess(), "llm_models": None, **changes})


@pytest.mark.parametrize(
    ("name", "model", "id"),
    [
        ("gemini-x", ModelName("google", "gemini-x"), "gemini-x"),
        ("google/gemini-x", ModelName("google", "gemini-x"), "gemini-x"),
        ("google/tunedModels/x", ModelName("google", "tunedModels/x"), "tunedModels/x"),
    ],
)
def test_a_bare_name_is_googles(name: str, model: ModelName, id: str) -> None:
    assert parse_model(name) == model
    assert model.id == id


def test_a_provider_that_is_not_here_is_named() -> None:
    with pytest.raises(BadInputError, match=r"“openai”.*google") as caught:
        parse_model("openai/x")
    assert caught.value.code == "unknown_provider"


def test_a_provider_is_used_once_it_has_a_key() -> None:
    assert not configured_providers(settings())
    assert [each.id for each in configured_providers(settings(gemini=GEMINI))] == ["google"]
    assert [each.id for each in configured_providers(settings(demo_model=True))] == ["google"]


def test_an_address_alone_says_that_a_provider_is_meant() -> None:
    """So `up` starts no demo model behind the back of somebody who forgot the key."""
    assert not has_provider(settings())
    assert has_provider(settings(gemini=ProviderAccess(base_url="http://127.0.0.1:1")))
    assert has_provider(settings(gemini=GEMINI))


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
