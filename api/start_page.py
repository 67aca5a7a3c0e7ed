"""The page at `/`: what is stored and how it runs. Static files, no address but our own."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' blob:; media-src 'self'; connect-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
}
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "index.html": "text/html; charset=utf-8",
    "start.css": "text/css; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@cache
def _body(name: str) -> bytes:
    return files("api").joinpath("static", name).read_bytes()


@get("/", include_in_schema=False, sync_to_thread=False)
def start_page() -> Response[bytes]:
    """Serve the page."""
    return Response(_body("index.html"), media_type=MEDIA_TYPES["index.html"], headers=HEADERS)


@get("/static/{name:str}", include_in_schema=False, sync_to_thread=False)
def static_file(name: FromPath[str]) -> Response[bytes]:
    """Serve what the page is made of."""
    if name not in MEDIA_TYPES:
        raise NotFoundException
    return Response(_body(name), media_type=MEDIA_TYPES[name], headers=HEADERS)
