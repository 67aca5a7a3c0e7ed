"""Serves the OpenAPI document and its reader; nothing of it comes from another address."""

from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Final

import litestar_offline_docs
from litestar import Request, Response, Router, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import License, Tag
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.serialization import encode_json

from api.openapi.complete import collect_docs, complete_document

DESCRIPTION: Final = (
    "Visual AI workflows: stored as graphs, run node by node. Errors are problem details"
    " (RFC 9457); lists are pages of `items` with a `nextCursor`."
)
TAGS: Final = {
    "Workflows": "Stored graphs: saved, checked, planned, exported and imported.",
    "Versions": "What workflows were before.",
    "Runs": "What workflows did and do.",
    "Functions": "Workflows that programs call by name.",
    "Share links": "Functions for people without an account, who have a link.",
    "Batches": "Workflows that are run for each row of a table.",
    "Schedules": "When workflows run by themselves.",
    "Assets": "Pictures and videos.",
    "Templates": "Examples that become workflows.",
    "Catalogue": "The node types.",
    "Me": "Who is asking, and what they may do.",
    "API keys": "What programs come with in place of a person.",
    "Webhooks": "Messages about runs that have ended, and those of the identity provider.",
    "Health": "Which parts work.",
}
PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Nodeloom API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/schema/reader/swagger-ui.css"></head>
<body><div id="reader"></div>
<script src="/schema/reader/swagger-ui-bundle.js"></script>
<script src="/schema/reader/start.js"></script></body></html>
"""
START: Final = """SwaggerUIBundle({
  url: "/schema/openapi.json", dom_id: "#reader", deepLinking: true, validatorUrl: null,
});
"""
PAGE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:;"
    " style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
}
ASSETS: Final[Mapping[str, str]] = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}


class OpenApiJsonPlugin(OpenAPIRenderPlugin):
    """The completed document, made once."""

    def __init__(self) -> None:
        """Serve at `/schema/openapi.json`."""
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)
        self._body: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Give the document as JSON."""
        if self._body is None:
            self._body = encode_json(complete_document(openapi_schema, collect_docs(request.app)))
        return self._body


@get("/reader", media_type=MediaType.HTML, sync_to_thread=False)
def reader_page() -> Response[str]:
    """Serve the page that shows the document."""
    return Response(PAGE, media_type=MediaType.HTML, headers=PAGE_HEADERS)


@get("/reader/{name:str}", sync_to_thread=True)
def reader_file(name: FromPath[str]) -> Response[bytes]:
    """Serve a file that the page needs."""
    if name == "start.js":
        return Response(START.encode(), media_type="text/javascript; charset=utf-8")
    if name not in ASSETS:
        raise NotFoundException
    body = files(litestar_offline_docs).joinpath("static", name).read_bytes()
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(body, media_type=ASSETS[name], headers=headers)


def _redirect_browsers(request: Request[Any, Any, Any]) -> Redirect | None:
    """Send people who open `/schema` to the reader; programs get the document there."""
    home = request.scope["path"].rstrip("/") == "/schema"
    if home and "text/html" in request.headers.get("accept", ""):
        return Redirect("/schema/reader", headers={"Vary": "Accept"})
    return None


def _hide_builtin_pages(response: Response[Any]) -> Response[Any]:
    if response.status_code == 404:
        raise NotFoundException
    return response


def openapi_config() -> OpenAPIConfig:
    """Configure what Litestar generates and where it is served."""
    return OpenAPIConfig(
        title="Nodeloom",
        version=version("nodeloom"),
        description=DESCRIPTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        tags=[Tag(name=name, description=text) for name, text in TAGS.items()],
        use_handler_docstrings=True,
        render_plugins=[OpenApiJsonPlugin()],
        openapi_router=Router(
            "/schema",
            route_handlers=[reader_page, reader_file],
            include_in_schema=False,
            before_request=_redirect_browsers,
            after_request=_hide_builtin_pages,
        ),
    )
