"""Who comes with a share link: nobody who is known, on behalf of the link's owner, for one function.

The link's page sends its token once, as `Authorization: Bearer`, and gets it as a cookie for the
addresses of this link alone: so images, videos and downloads need no token in their addresses, where
logs, histories and `Referer` would have it.
"""

from typing import Any, Final
from uuid import UUID

from litestar import Request
from litestar.datastructures import Cookie, Headers
from litestar.params import FromPath

from api.auth.identity import Identity
from api.http.origins import check_cookie_origin
from api.http.rate_limit import consume_link_budgets
from api.state.app_state import AppState
from db.lists.links import LinkAccess, find_link, link_ended_error, link_not_found
from schemas.errors import SignInError

LINK_PATH: Final = "/api/shared/"
LINK_COOKIE: Final = "nodeloom_link"
MAX_TOKEN_LENGTH: Final = 100
_RUN_PATH: Final = LINK_PATH + "{link_id}/runs/{run_id}"


async def authenticate_link(app_state: AppState, scope: Any, origins: frozenset[str]) -> Identity:
    """Give who a share link's request is made for, and put the link into the scope's `auth`.

    Runs that were begun in time are shown also when the time of the link is over.

    Raises:
        NotFoundError: `link_not_found`: also where no token came along.
        EndedError: the link was revoked, or its time is over.
        InvalidInputError: a page of another site asks with the cookie.
        TooManyRequestsError: too much is asked for through this link, or from this address.
    """
    client = scope["client"][0] if scope["client"] else "unknown"
    consume_link_budgets(app_state.rate_limiter, "address", client, scope)
    token, is_cookie = _read_token(scope)
    if is_cookie:
        check_cookie_origin(scope["method"], Headers.from_scope(scope), origins)
    link = await app_state.database.identity_query(
        find_link, scope["path_params"]["link_id"], token
    )
    consume_link_budgets(app_state.rate_limiter, "link", str(link.id), scope)
    shows_run = scope["path_template"].startswith(_RUN_PATH)
    if link.status == "revoked" or (link.status == "expired" and not shows_run):
        raise link_ended_error(link.status)
    scope["auth"] = link
    return Identity(id=link.owner_id, email=None, signed_in_with="link", scopes=())


def provide_link(request: Request[Any, Any, Any], link_id: FromPath[UUID]) -> LinkAccess:
    """Give the link that was let in: the one of the address."""
    link: LinkAccess = request.scope["auth"]
    assert link.id == link_id
    return link


def link_cookie(scope: Any, link: LinkAccess) -> Cookie:
    """Give the cookie with which the page of a link asks from now on, until the browser is closed."""
    token, _ = _read_token(scope)
    return Cookie(
        key=LINK_COOKIE,
        value=token,
        path=f"{LINK_PATH}{link.id}",
        httponly=True,
        samesite="strict",
        secure=scope["scheme"] == "https",
    )


def _read_token(scope: Any) -> tuple[str, bool]:
    """Give the token, and whether it came as a cookie. Raises NotFoundError."""
    headers = Headers.from_scope(scope)
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    is_cookie = not token
    if is_cookie:
        pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
        token = next((value for name, _, value in pairs if name == LINK_COOKIE), "")
    elif scheme.lower() != "bearer":
        raise SignInError
    if not token or len(token) > MAX_TOKEN_LENGTH:
        raise link_not_found()
    return token.strip(), is_cookie
