"""The editor: the bundle that `make install` builds out of `web/`, and the addresses it has.

Every address of a page gives the same document; which page it is, the editor reads off the
address itself. Files whose names carry the hash of their content may be kept for ever.
"""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.pages.content_policy import content_security_policy
from api.state.app_state import AppState

BUNDLE: Final = Path(__file__).parents[2] / "web" / "dist"
HASHED_FOLDER: Final = "editor"
"""The folder of the bundle whose file names carry a hash."""
IMMUTABLE: Final = "public, max-age=31536000, immutable"
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
NOT_BUILT_TEXT: Final = "The editor is not built: run `make install` in Nodeloom's folder.\n"
NOT_BUILT_PAGE: Final = (
    "<!doctype html><html lang=en><title>Nodeloom</title><h1>The editor is not built</h1>"
    "<p>Nodeloom runs, but its editor is not there: run <code>make install</code> in its folder"
    " and load this page again. The HTTP interface works: see <a href=/schema/reader>its"
    " reference</a>.</p></html>"
)


@get(["/", "/workflows", "/keys", "/webhooks"], include_in_schema=False)
async def editor_page(
    request: Request[Any, Any, Any], app_state: NamedDependency[AppState]
) -> Response[bytes]:
    """Give the document of the editor, or a sentence on how to get one."""
    return await _page(request, app_state)


@get(["/workflows/{page:path}", "/f/{page:path}", "/s/{page:path}"], include_in_schema=False)
async def editor_subpage(
    request: Request[Any, Any, Any], app_state: NamedDependency[AppState], page: FromPath[str]
) -> Response[bytes]:
    """Give the same document at the address of a workflow, of a run, of the form of a function, or of a share link."""
    return await _page(request, app_state)


@get("/editor/{name:str}", include_in_schema=False, sync_to_thread=True)
def editor_file(name: FromPath[str]) -> Response[bytes]:
    """Give a part of the editor; the name changes with the content."""
    return _file(BUNDLE / HASHED_FOLDER, name, {"Cache-Control": IMMUTABLE})


@get("/icon.svg", include_in_schema=False, sync_to_thread=True)
def icon() -> Response[bytes]:
    """Give the icon of the pages."""
    return _file(BUNDLE, "icon.svg", {})


async def _page(request: Request[Any, Any, Any], app_state: AppState) -> Response[bytes]:
    policy = content_security_policy(app_state.settings)
    is_browser = "text/html" in request.headers.get("accept", "")
    return await asyncio.to_thread(_editor_document, policy, is_browser)


def _editor_document(policy: str, is_browser: bool) -> Response[bytes]:
    headers = {"Content-Security-Policy": policy}
    try:
        body, status = (BUNDLE / "index.html").read_bytes(), 200
    except OSError:
        if not is_browser:
            return Response(NOT_BUILT_TEXT.encode(), status_code=503, media_type="text/plain")
        body, status = NOT_BUILT_PAGE.encode(), 503
    return Response(body, status_code=status, media_type=MEDIA_TYPES[".html"], headers=headers)


def _file(folder: Path, name: str, headers: dict[str, str]) -> Response[bytes]:
    path = folder / name
    if path.suffix not in MEDIA_TYPES or path.parent != folder:
        raise NotFoundException
    try:
        body = _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise NotFoundException from error
    return Response(body, media_type=MEDIA_TYPES[path.suffix], headers=headers)


@lru_cache(maxsize=64)
def _read(path: Path, changed_ns: int) -> bytes:
    return path.read_bytes()
