"""The catalogue: node types, and the models that an llm node can ask."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from api.http.responses import ETAG, empty_responses, etag_matches
from api.state.app_state import AppState
from schemas.settings import Settings
from schemas.wire.catalogue import ModelPage, ModelPrice, ModelRead, NodeTypePage
from tasks.providers.base import Model, ModelService, ProviderType
from tasks.providers.registry import (
    DEFAULT_PROVIDER,
    ModelName,
    find_services,
    is_configured,
    known_model,
    listed_models,
    provider_types,
    replacement_of,
    retired_message,
    service_offer,
)
from tasks.registry import catalogue


@cache
def _catalogue() -> tuple[NodeTypePage, str]:
    page = NodeTypePage(items=catalogue())
    digest = hashlib.sha256(page.model_dump_json().encode()).hexdigest()
    return page, f'"{digest[:32]}"'


class NodeTypeController(Controller):
    """What nodes can do."""

    path = "/api"
    tags = ("Catalogue",)

    @get(
        "/node-types",
        operation_id="listNodeTypes",
        summary="Every node type",
        sync_to_thread=False,
        response_headers=[ETAG],
        responses=empty_responses(304),
    )
    def list_node_types(self, request: Request[Any, Any, Any]) -> Response[NodeTypePage]:
        """List every node type: its params as JSON Schema, its ports with kinds, an example.

        Params stand in the order of the form; their `x-` keys say how each is edited.
        """
        page, etag = _catalogue()
        if etag_matches(request.headers.get("if-none-match"), etag):
            return Response(None, status_code=304, headers={"ETag": etag})  # pyright: ignore[reportReturnType]
        return Response(page, headers={"ETag": etag})

    @get("/models", operation_id="listModels", summary="Models to choose from")
    async def list_models(self, app_state: NamedDependency[AppState]) -> ModelPage:
        """List the models that are offered, the first one first to try, then the others that are known.

        Among them are those that a service at an address of one's own has now, and those of Ollama or
        LM Studio where one answers on the server's machine and nothing is set for it.
        """
        settings, today = app_state.settings, datetime.now(UTC).date()
        services = await app_state.model_services.get(lambda: find_services(settings))
        listed = listed_models(settings)
        names = {model for model, _ in listed}
        items = [_model(model, settings, today, offered=offered) for model, offered in listed]
        offered = settings.llm_models is None
        served = [
            _served_model(ModelName(each.id, name), each, service, settings, offered=offered)
            for each, service in services
            for name in service.models
            if ModelName(each.id, name) not in names
        ]
        place = sum(item.offered for item in items)
        return ModelPage(items=[*items[:place], *served, *items[place:]])


def _served_model(
    model: ModelName,
    provider_type: ProviderType,
    service: ModelService,
    settings: Settings,
    *,
    offered: bool,
) -> ModelRead:
    """Describe a model of a service of one's own, of which nothing is known but its name."""
    available = is_configured(provider_type, settings)
    return ModelRead(
        offered=offered,
        sees=(),
        makes=("text",),
        context_tokens=None,
        price=None,
        next_price=None,
        retires_at=None,
        replacement=None,
        id=model.id,
        title=model.name,
        description="Of the service that this installation asks. What it sees and costs is not known here."
        if available
        else service_offer(provider_type, service),
        demo=False,
        available=available,
    )


def _model(model: ModelName, settings: Settings, today: date, *, offered: bool) -> ModelRead:
    provider_type = provider_types().get(model.provider)
    available = provider_type is not None and is_configured(provider_type, settings)
    demo = settings.demo_model and model.provider == DEFAULT_PROVIDER
    known = known_model(model)
    price, next_price, *_ = [*model_prices(known, today), None, None]
    return ModelRead(
        offered=offered,
        sees=("text",) if demo else known.sees,
        makes=("text",),
        context_tokens=known.context_tokens,
        price=price,
        next_price=next_price,
        retires_at=known.retires_on,
        replacement=replacement_of(model),
        id=model.id,
        title=_title(model),
        description=_description(model, provider_type, available=available, demo=demo)
        or _retired(model, today)
        or _long_questions(known),
        demo=demo,
        available=available,
    )


def model_prices(model: Model, today: date) -> list[ModelPrice]:
    """Give the price of today and those that follow it."""
    if model.prices_as_of is None:
        return []
    starts = [price.since for price in model.prices[1:]]
    ends = [start - timedelta(days=1) if start else None for start in starts]
    return [
        ModelPrice(
            input=float(price.input),
            output=float(price.output),
            until=until,
            as_of=model.prices_as_of,
        )
        for price, until in zip(model.prices, [*ends, None], strict=False)
        if until is None or until >= today
    ]


def _title(model: ModelName) -> str:
    """Write the last part of a name as people do: GPT 6.2 Sol."""
    words = model.name.rsplit("/", 1)[-1].split("-")
    return " ".join(word.upper() if word == "gpt" else word.title() for word in words)


def _retired(model: ModelName, today: date) -> str:
    fate = retired_message(model, today)
    return fate[0].upper() + fate[1:] if fate else ""


def _long_questions(model: Model) -> str:
    limit = model.prices_up_to_tokens
    return f"Questions of more than {limit:,} tokens cost more." if limit else ""


def _description(
    model: ModelName, provider_type: ProviderType | None, *, available: bool, demo: bool
) -> str:
    """Say what keeps a model from being asked as it is meant to be, if anything does."""
    if provider_type is None:
        return f"There is no model provider “{model.provider}” here."
    variable = provider_type.errors.key_variable
    if demo:
        return f"Answered by the small demo model on this machine: set {variable} for real answers."
    return "" if available else f"{variable} is not set: a worker without it cannot ask this model."
