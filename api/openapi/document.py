"""The OpenAPI document, for tools that want it without a server."""

from typing import Any

from api.app import create_app
from api.openapi.complete import complete
from schemas.settings import Settings


def document(settings: Settings) -> dict[str, Any]:
    """Give the OpenAPI 3.1 document of the API; needs no database."""
    return complete(create_app(settings).openapi_schema.to_schema())
