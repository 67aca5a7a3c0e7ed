"""What every model provider is: what it is asked, what it streams, and what it says of itself.

A provider is written as one folder of this package with a `ProviderType` named `PROVIDER`, and a
client that is a `Provider`. It turns its service's answers into `Chunk`s and its failures into
errors of `tasks.providers.errors`; all else is done once for all of them.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from pydantic import JsonValue

from schemas.settings import ProviderAccess, Settings
from schemas.values import Kind
from schemas.wire.run import Usage
from tasks.providers.errors import ProviderErrors

CHARACTERS_PER_TOKEN: Final = 4
MODEL_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9:@_-]*([./][A-Za-z0-9:@_-]+)*"
"""How names of models look, with or without their provider's; LM Studio puts the variant behind an `@`."""
MAX_RESPONSE_BYTES: Final = 32_000_000
"""Of one answer as it comes over the network: its text, and what is told about it."""


record_held_bytes: ContextVar[Callable[[int], object]] = ContextVar(
    "nodeloom_held_bytes", default=lambda _: None
)
"""Takes how much of an answer is held for the node that works in this context; what is let go of, with
a minus. An answer arrives while nobody works, so nobody else can tell whose it is."""


@dataclass(frozen=True)
class TextRequest:
    """What a model is asked for a text; `images` are (media type, bytes), in order."""

    model: str
    """As its provider calls it."""
    user_message: str
    system_prompt: str | None = None
    images: tuple[tuple[str, bytes], ...] = ()
    temperature: float | None = None
    max_output_tokens: int | None = None
    response_schema: Mapping[str, JsonValue] | None = None
    accepts_cut_answer: bool = False
    """Whether an answer that ended at the longest answer is one."""


@dataclass(frozen=True)
class Finish:
    """Why a model ended its answer; `reason` is the provider's own word for it."""

    reason: str
    complete: bool = False
    """It said all that it wanted to say."""
    max_tokens: bool = False
    """It was cut off at the longest answer."""
    blocked: bool = False
    """The provider does not let it say more."""


@dataclass(frozen=True)
class Chunk:
    """The next piece of an answer: some text, what was counted so far, why it ended."""

    text: str = ""
    usage: Usage | None = None
    finish: Finish | None = None


@dataclass(frozen=True)
class TextResponse:
    """A whole answer, and what the provider counted for it."""

    text: str
    usage: Usage


class Provider(Protocol):
    """Makes calls to one provider with one key."""

    @property
    def rate_limit_key(self) -> str:
        """Names the key and the service, without telling the key: limits are counted by it."""
        ...

    def stream_text(
        self, request: TextRequest, *, idempotency_key: str
    ) -> AsyncGenerator[Chunk, None]:
        """Ask a model; calls with the same `idempotency_key` are one call, tried again.

        Raises:
            NotConfiguredError: `not_configured` or `wrong_key`.
            BadInputError: `model_not_found`, `bad_request` or `answer_too_long`.
            ProviderError: `rate_limited`, `provider_unavailable`, `provider_timeout` or `blocked`.
        """
        ...

    async def prepare(self) -> None:
        """Load and open what calls need, so that the first one is made when it is granted."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True)
class Price:
    """What a provider asks for a million tokens, in US dollars, without discounts and taxes."""

    input: Decimal
    output: Decimal
    since: date | None = None
    """The first day on which it is asked; None: it is the first price there was."""


@dataclass(frozen=True)
class Model:
    """What a provider says of one of its models."""

    name: str
    supports_temperature: bool = True
    """False: it is sent none; those that reason by themselves refuse it, or will."""
    context_tokens: int | None = None
    """Of a question and its answer together."""
    offered: bool = True
    """Whether it is offered to choose, as long as it is neither deprecated nor about to retire."""
    deprecated: bool = False
    """Its provider has replaced it, without a date from which it is not there."""
    retires_on: date | None = None
    """The day from which it is not there, or may not be."""
    replacement: str | None = None
    """What its provider names to take its place."""

    sees: tuple[Kind, ...] = ()
    """Kinds of what can be sent to it; empty: not known."""
    prices: tuple[Price, ...] = ()
    """What is asked for it, in the order of their days; empty: not known, or not one number."""
    prices_up_to_tokens: int | None = None
    """Questions of more tokens cost more than `prices` say; None: all cost the same."""
    prices_as_of: date | None = None
    """The day on which the prices were last compared with what the provider says."""

    @property
    def current(self) -> bool:
        """Whether it may be recommended to somebody new."""
        return self.offered and not self.deprecated and self.retires_on is None


@dataclass(frozen=True)
class RequestLimits:
    """What a provider takes in one request."""

    max_images: int
    max_image_bytes: int
    """Of all images together."""


@dataclass(frozen=True)
class ModelService:
    """A service that answers now, and the models it has."""

    title: str
    base_url: str
    models: tuple[str, ...]
    """As it calls them."""


@dataclass(frozen=True, eq=False)
class ProviderType:
    """What a provider says of itself, to whoever makes no calls."""

    id: str
    """What stands before the slash in the name of a model."""
    title: str
    access: Callable[[Settings], ProviderAccess]
    """Its field of the settings."""
    errors: ProviderErrors
    """Its errors, which name its variables."""
    models: tuple[Model, ...]
    """What is known of its models. The current ones are offered where no setting names any; the
    first is its default."""
    tokens_per_image: int
    """Counted for an image of ordinary resolution."""
    limits: RequestLimits
    open: Callable[[Settings], Provider]
    """Makes the client; nothing is loaded or asked yet."""
    needs_key: bool = True
    """Whether an address alone is not enough."""
    find_services: Callable[[Settings], Awaitable[tuple[ModelService, ...]]] | None = None
    """Asks services at addresses of one's own for their models, within seconds: the one that is set, or
    those that may be on this machine where none is. None: the models are those of `models` always."""

    def is_configured(self, settings: Settings) -> bool:
        """Whether these settings are enough for calls."""
        access = self.access(settings)
        return access.api_key is not None or (not self.needs_key and access.base_url is not None)

    def own_models(self, settings: Settings) -> tuple[Model, ...]:
        """Give `models`, where it is not another service that is asked in the provider's place."""
        is_other = self.find_services is not None and self.access(settings).base_url is not None
        return () if is_other else self.models

    def model(self, name: str) -> Model:
        """Give what is known of a model; of one without an entry, that it is one like others."""
        return next((each for each in self.models if each.name == name), Model(name))

    def estimate_tokens(self, characters: int, images: int) -> int:
        """Estimate what a question will be counted as."""
        return max(1, characters // CHARACTERS_PER_TOKEN) + images * self.tokens_per_image
