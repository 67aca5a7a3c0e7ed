"""The catalogue: node types, and the models that an llm node can ask."""

import hashlib
from functools import cache
from typing import Any, Final

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from api.http.responses import ETAG, empty_responses, etag_matches
from api.state.app_state import AppState
from schemas.settings import Settings
from schemas.wire.catalogue import ModelPage, ModelRead, NodeTypePage
from tasks.registry import catalogue

DEMO_DESCRIPTION: Final = (
    "Answered by the small demo model on this machine: set GEMINI_API_KEY for real answers."
)
NO_KEY_DESCRIPTION: Final = "GEMINI_API_KEY is not set: a worker without it cannot ask this model."


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
        return ModelPage(items=[_model(name, settings) for name in settings.offered_models])


def _model(name: str, settings: Settings) -> ModelRead:
    available = settings.demo_model or settings.gemini_api_key is not None
    return ModelRead(
        id=name,
        title=name.rsplit("/", 1)[-1].replace("-", " ").title(),
        description=DEMO_DESCRIPTION
        if settings.demo_model
        else ""
        if available
        else NO_KEY_DESCRIPTION,
        demo=settings.demo_model,
        available=available,
    )
