"""The catalogue: node types, and the models that an llm node can ask."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from api.http.responses import ETAG, empty_responses, etag_matches
from api.state.app_state import AppState
from schemas.settings import Settings
from schemas.wire.catalogue import ModelPage, ModelRead, NodeTypePage
from tasks.providers.base import Model, ProviderType
from tasks.providers.registry import (
    DEFAULT_PROVIDER,
    ModelName,
    is_configured,
    known_model,
    offered_models,
    provider_types,
    retired_message,
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

    @get(
        "/models", operation_id="listModels", summary="Models to choose from", sync_to_thread=False
    )
    def list_models(self, app_state: NamedDependency[AppState]) -> ModelPage:
        """List the models that are offered, the first one first to try."""
        settings = app_state.settings
        return ModelPage(items=[_model(model, settings) for model in offered_models(settings)])


def _model(model: ModelName, settings: Settings) -> ModelRead:
    provider_type = provider_types().get(model.provider)
    available = provider_type is not None and is_configured(provider_type, settings)
    demo = settings.demo_model and model.provider == DEFAULT_PROVIDER
    known = known_model(model)
    return ModelRead(
        sees=("text", "image"),
        makes=("text",),
        context_tokens=known.context_tokens,
        retires_at=known.retires_on,
        replacement=known.replacement,
        id=model.id,
        title=model.name.rsplit("/", 1)[-1].replace("-", " ").title(),
        description=_description(model, provider_type, available=available, demo=demo)
        or _retired(known),
        demo=demo,
        available=available,
    )


def _retired(model: Model) -> str:
    fate = retired_message(model, datetime.now(UTC).date())
    return fate[0].upper() + fate[1:] if fate else ""


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
