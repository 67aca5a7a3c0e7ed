"""Which model providers there are, which of them the settings configure, and whose a model is.

A model is named `provider/name`; a bare name is one of the default provider.
"""

import importlib
import logging
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final

from schemas.errors import BadInputError
from schemas.settings import Settings
from tasks import providers
from tasks.providers.base import Model, ModelService, Provider, ProviderType

logger = logging.getLogger(__name__)

DEFAULT_PROVIDER: Final = "google"
"""Whose models need no prefix, and whose protocol the built-in demo model speaks."""


@dataclass(frozen=True)
class ModelName:
    """A model by its provider and by its name there."""

    provider: str
    name: str

    @property
    def id(self) -> str:
        """How Nodeloom names it: without a prefix where that is enough."""
        return self.name if self.provider == DEFAULT_PROVIDER else self.full_id

    @property
    def full_id(self) -> str:
        """Its name with its provider's, always."""
        return f"{self.provider}/{self.name}"


@cache
def provider_types() -> Mapping[str, ProviderType]:
    """Give every provider by its id, the default one first.

    Raises:
        RuntimeError: two folders have the same id.
    """
    names = [each.name for each in pkgutil.iter_modules(providers.__path__) if each.ispkg]
    found: list[ProviderType] = [
        importlib.import_module(f"{providers.__name__}.{name}").PROVIDER for name in names
    ]
    found.sort(key=lambda each: (each.id != DEFAULT_PROVIDER, each.id))
    by_id = {each.id: each for each in found}
    if len(by_id) < len(found):
        raise RuntimeError(f"Two of the model providers in {', '.join(names)} have the same id.")
    return MappingProxyType(by_id)


def default_model() -> str:
    """Give the model that a new node asks."""
    return provider_types()[DEFAULT_PROVIDER].models[0].name


def split_model(name: str) -> ModelName:
    """Read the name of a model, whether its provider is here or not."""
    prefix, slash, rest = name.partition("/")
    return ModelName(prefix, rest) if slash else ModelName(DEFAULT_PROVIDER, name)


def parse_model(name: str) -> ModelName:
    """Read the name of a model.

    Raises:
        BadInputError: `unknown_provider`.
    """
    model = split_model(name)
    if model.provider not in provider_types():
        raise BadInputError(
            "unknown_provider",
            f"There is no model provider “{model.provider}” here, as the model “{name}” wants; there"
            f" is {' and '.join(provider_types())}. Write provider/model, or the model alone for"
            f" {DEFAULT_PROVIDER}.",
        )
    return model


def configured_providers(settings: Settings) -> list[ProviderType]:
    """Give those that can be called with these settings, the default one first."""
    return [each for each in provider_types().values() if is_configured(each, settings)]


def is_configured(provider_type: ProviderType, settings: Settings) -> bool:
    """Whether a provider can be called; the demo model stands in for the default one."""
    is_demo = settings.demo_model and provider_type.id == DEFAULT_PROVIDER
    return is_demo or provider_type.is_configured(settings)


def needs_demo_model(settings: Settings) -> bool:
    """Whether the settings say nothing of the default provider, whose models new nodes and examples ask.

    Where they say too little to call it, somebody means it, and no demo model answers in its place.
    """
    access = provider_types()[DEFAULT_PROVIDER].access(settings)
    return access.api_key is None and access.base_url is None


def key_variables() -> str:
    """Name the variables of which one is to be set, for a sentence."""
    return " or ".join(each.errors.key_variable for each in provider_types().values())


def offered_models(settings: Settings) -> list[ModelName]:
    """Give the models to choose from: those the settings name, else each configured provider's."""
    if settings.llm_models is not None:
        return [split_model(name) for name in settings.llm_model_names]
    offering = configured_providers(settings) or [provider_types()[DEFAULT_PROVIDER]]
    return [
        ModelName(each.id, model.name)
        for each in offering
        for model in each.own_models(settings)
        if model.current
    ]


def listed_models(settings: Settings) -> list[tuple[ModelName, bool]]:
    """Give those to choose from, then the others that their providers list; and which of them they are."""
    offered = offered_models(settings)
    providers = {model.provider for model in offered}
    known = [
        ModelName(each.id, model.name)
        for each in provider_types().values()
        if each.id in providers
        for model in each.own_models(settings)
    ]
    others = [model for model in known if model not in offered]
    return [(model, True) for model in offered] + [(model, False) for model in others]


async def find_services(settings: Settings) -> list[tuple[ProviderType, ModelService]]:
    """Ask services at addresses of one's own, each of its provider, for the models that they have now."""
    return [
        (each, service)
        for each in provider_types().values()
        if each.find_services is not None
        for service in await each.find_services(settings)
    ]


def service_offer(provider_type: ProviderType, service: ModelService) -> str:
    """Say how a service that answers on this machine is used."""
    return (
        f"{service.title} answers on this machine: set {provider_type.errors.base_url_variable} to"
        f" {service.base_url} and start Nodeloom again to use its models."
    )


def has_own_services(model: ModelName) -> bool:
    """Whether a model may be one of a service at an address of one's own."""
    provider_type = provider_types().get(model.provider)
    return provider_type is not None and provider_type.find_services is not None


def known_model(model: ModelName) -> Model:
    """Give what is known of a model, whether its provider is here or not."""
    provider_type = provider_types().get(model.provider)
    return provider_type.model(model.name) if provider_type else Model(model.name)


def replacement_of(model: ModelName) -> str | None:
    """Name the model that the provider names in a model's place, as a node asks it."""
    name = known_model(model).replacement
    return ModelName(model.provider, name).id if name else None


def retired_message(model: ModelName, today: date) -> str | None:
    """Say what became of a model, or will, and what to choose; None: it stays, as far as is known."""
    known, replacement = known_model(model), replacement_of(model)
    choose = f"; choose “{replacement}”" if replacement else "; choose another one"
    if known.retires_on is not None:
        day = f"{known.retires_on.day} {known.retires_on:%B %Y}"
        if known.retires_on <= today:
            return (
                f"the model “{model.id}” was taken away by its provider on {day}: requests fail, or"
                f" another model answers them{choose}."
            )
        return f"the model “{model.id}” is taken away by its provider on {day}{choose}."
    if known.deprecated:
        return f"the model “{model.id}” was replaced by its provider{choose}."
    return None


class Providers:
    """The providers of one process; each is opened when first used."""

    def __init__(self, settings: Settings) -> None:
        """Know the settings."""
        self._settings = settings
        self._opened: dict[str, Provider] = {}

    def get(self, id: str) -> Provider:
        """Give a provider of the registry, ready to be called.

        Raises:
            NotConfiguredError: `not_configured`: it has no key.
        """
        if id not in self._opened:
            provider_type = provider_types()[id]
            if not is_configured(provider_type, self._settings):
                raise provider_type.errors.not_configured()
            self._opened[id] = provider_type.open(self._settings)
        return self._opened[id]

    async def prepare(self) -> None:
        """Open those that are configured, so that the first call is made when it is granted.

        One that cannot be opened is logged and keeps no other one from it; its calls fail.
        """
        for provider_type in configured_providers(self._settings):
            try:
                await self.get(provider_type.id).prepare()
            except Exception:
                logger.exception("the model provider %s cannot be called", provider_type.id)

    async def close(self) -> None:
        """Close all that were opened."""
        for provider in self._opened.values():
            await provider.close()
