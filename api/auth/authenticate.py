"""Finds out who is asking, in front of every address that is not open to all.

A session token or an API key in `Authorization: Bearer`, or a session token in Clerk's cookie.
Users and keys are looked up with every request, in one short statement: who was deleted, and
what was taken back, is refused from the next request on, by every process.
"""

from typing import Any, Final

from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from api.auth.api_key_scopes import OPEN, check_scope
from api.auth.clerk import Clerk
from api.auth.clerk_keys import KeySet
from api.auth.clerk_tokens import Claims, verify_token
from api.auth.credentials import Credentials, read_credentials
from api.auth.identity import LOCAL_USER, Identity
from api.http.errors import answer_expected
from api.http.origins import check_cookie_origin
from api.http.rate_limit import charge
from api.state import Parts
from db.api_keys import PREFIX, KeyUse, use_key
from db.users import Person, ensure_user, find_user
from schemas.errors import AppError, SignInError
from schemas.wire.api_key import SCOPES
from telemetry.context import note_user

_UNCHECKED: Final = frozenset({"OPTIONS"})
"""Asked by browsers before they send what shows who is asking."""


class SignIn(ASGIMiddleware):
    """Puts an `Identity` into the scope's `user`, or refuses."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, parts: Parts, clerk: Clerk | None, origins: frozenset[str]) -> None:
        """Ask nobody in local mode, where `clerk` is None."""
        self._parts = parts
        self._clerk = clerk
        self._keys = KeySet(clerk.jwks_url) if clerk else None
        self._origins = origins

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Find out who is asking and whether they may, then go on."""
        if (
            scope["type"] == "http"
            and scope["method"] not in _UNCHECKED
            and scope["path_template"] not in OPEN
        ):
            try:
                scope["user"] = user = await self._allowed(scope)
                note_user(user.id)
            except AppError as error:
                # Answered here, so that the guard's headers come along: a page that may call
                # from elsewhere could not read the answer without them.
                request = Request[Any, Any, Any](scope, receive, send)
                answer = answer_expected(request, error)
                await answer.to_asgi_response(None, request)(scope, receive, send)
                return
        await next_app(scope, receive, send)

    async def _allowed(self, scope: HTTPScope) -> Identity:
        """Give who is asking, if they may.

        Raises:
            SignInError, ScopeError, TooManyRequestsError, UnavailableError.
        """
        user = await self._identify(scope)
        operation = getattr(scope["route_handler"], "operation_id", None)
        check_scope(user, str(operation), scope["method"])
        charge(self._parts.rates, user.id, scope)
        return user

    async def close(self) -> None:
        """Leave nothing under way."""
        if self._keys is not None:
            await self._keys.close()

    async def _identify(self, scope: HTTPScope) -> Identity:
        """Give who is asking. Raises SignInError, UnavailableError."""
        shown = read_credentials(scope["headers"])
        if shown.bearer is not None and shown.bearer.startswith(PREFIX):
            return await self._with_key(shown)
        if self._clerk is None:
            return await self._on_this_machine(shown)
        return await self._with_session(scope, shown)

    async def _on_this_machine(self, shown: Credentials) -> Identity:
        if shown.bearer is not None:
            raise SignInError
        if LOCAL_USER.id not in self._parts.users_known:
            await self._parts.database.change_people(ensure_user, LOCAL_USER.id, LOCAL_USER.email)
            self._parts.users_known.add(LOCAL_USER.id)
        return LOCAL_USER

    async def _with_key(self, shown: Credentials) -> Identity:
        used = await self._parts.database.look_up(use_key, shown.bearer or "")
        if used is None or await self._is_somebody_else(shown.cookie, used.owner.id):
            raise SignInError
        return _identity(used.owner, used)

    async def _with_session(self, scope: HTTPScope, shown: Credentials) -> Identity:
        token = shown.bearer or shown.cookie
        if token is None:
            raise SignInError
        claims = await self._verify(token)
        if shown.bearer is None:
            check_cookie_origin(scope["method"], Headers.from_scope(scope), self._origins)
        elif await self._is_somebody_else(shown.cookie, claims.sub):
            raise SignInError
        known = await self._parts.database.look_up(find_user, claims.sub)
        person = known or await self._parts.database.change_people(
            ensure_user, claims.sub, claims.address
        )
        return _identity(person)

    async def _is_somebody_else(self, cookie: str | None, user_id: str) -> bool:
        """Whether the cookie, too, is good, and says another user; an old one says nothing."""
        if cookie is None or self._clerk is None:
            return False
        try:
            return (await self._verify(cookie)).sub != user_id
        except SignInError:
            return False

    async def _verify(self, token: str) -> Claims:
        assert self._clerk is not None
        assert self._keys is not None
        return await verify_token(token, self._clerk, self._keys)


def _identity(person: Person, key: KeyUse | None = None) -> Identity:
    identity = Identity(
        id=person.id, email=person.email, name=person.name, signed_in_with="session"
    )
    if key is None:
        return identity
    scopes = tuple(scope for scope in SCOPES if scope in key.scopes)
    return identity.model_copy(update={"signed_in_with": "key", "scopes": scopes})
