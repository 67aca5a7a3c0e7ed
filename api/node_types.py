"""The catalogue of node types."""

import hashlib
from functools import cache
from typing import Any

from litestar import Controller, Request, Response, get

from api.models import NodeTypePage
from api.responses import matches
from tasks.registry import catalogue


@cache
def _catalogue() -> tuple[NodeTypePage, str]:
    page = NodeTypePage(items=catalogue())
    digest = hashlib.sha256(page.model_dump_json().encode()).hexdigest()
    return page, f'"{digest[:32]}"'


class NodeTypeController(Controller):
    """What nodes can do."""

    path = "/api/node-types"
    tags = ("Catalogue",)

    @get(operation_id="listNodeTypes", summary="Every node type", sync_to_thread=False)
    def list_node_types(self, request: Request[Any, Any, Any]) -> Response[NodeTypePage]:
        """List every node type: its params as JSON Schema, its ports with kinds, an example."""
        page, etag = _catalogue()
        if matches(request.headers.get("if-none-match"), etag):
            return Response(None, status_code=304, headers={"ETag": etag})  # pyright: ignore[reportReturnType]
        return Response(page, headers={"ETag": etag})
