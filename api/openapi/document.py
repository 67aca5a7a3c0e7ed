"""The OpenAPI document, for tools that want it without a server."""

from typing import Any

from api.app import create_app
from api.openapi.complete import complete_document
from schemas.settings import Settings


def openapi_document(settings: Settings) -> dict[str, Any]:
    """Give the OpenAPI 3.1 document of the API; needs no database."""
    return complete_document(create_app(settings).openapi_schema.to_schema())
