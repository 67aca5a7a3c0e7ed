"""The OpenAPI document, for tools that want it without a server."""

from typing import Any

from api.app import create_app
from api.openapi.complete import collect_docs, complete_document
from schemas.settings import Settings


def openapi_document(settings: Settings) -> dict[str, Any]:
    """Give the OpenAPI 3.1 document of the API; needs no database."""
    app = create_app(settings)
    return complete_document(app.openapi_schema.to_schema(), collect_docs(app))
