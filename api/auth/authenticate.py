"""Finds out who is asking, in front of every address that is not open to all.

A session token or an API key in `Authorization: Bearer`, or a session token in Clerk's cookie; what
share links open, and nothing else, is for those who have the link (`api.auth.links`).
Users and keys are looked up with every request, in one short statement: who was deleted, and
what was taken back, is refused from the next request on, by every process.
"""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from api.auth.api_key_scopes import PUBLIC_PATHS, check_scope
from api.auth.clerk import ClerkConfig
from api.auth.clerk_keys import KeySet
from api.auth.clerk_tokens import Claims, verify_token
from api.auth.credentials import Credentials, parse_credentials
from api.auth.identity import LOCAL_USER, Identity
from api.auth.links import LINK_PATH, authenticate_link
from api.http.allowed_methods import check_idempotency_key
from api.http.errors import handle_app_error
from api.http.origins import check_cookie_origin
from api.http.rate_limit import consume_budgets, refund_refused
from api.state.app_state import AppState
from api.state.turns import TURN_KEY, Turn
from db.api_keys import (
    KEY_PREFIX,
    AuthenticatedKey,
    authenticate_key,
    check_started_by_key,
)
from db.ownership import function_not_found
from db.users import UserProfile, ensure_user, find_user
from schemas.errors import AppError, SignInError
from schemas.wire.api_key import API_KEY_SCOPES
from telemetry.context import set_user

_UNAUTHENTICATED_METHODS: Final = frozenset({"OPTIONS"})
"""Asked by browsers before they send what shows who is asking."""


class AuthenticationMiddleware(ASGIMiddleware):
    """Puts an `Identity` into the scope's `user`, or refuses."""

    scopes = (ScopeType.HTTP,)

    def __init__(
        self, app_state: AppState, clerk: ClerkConfig | None, origins: frozenset[str]
    ) -> None:
        """Ask nobody in local mode, where `clerk` is None."""
        self._app_state = app_state
        self._clerk = clerk
        self._keys = KeySet(clerk.jwks_url) if clerk else None
        self._origins = origins

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Find out who is asking and whether they may, then go on."""
        if (
            scope["type"] == "http"
            and scope["method"] not in _UNAUTHENTICATED_METHODS
            and scope["path_template"] not in PUBLIC_PATHS
        ):
            scope["state"][TURN_KEY] = turn = Turn(self._app_state.turns)
            try:
                await self._handle_for_user(scope, receive, send, next_app, turn)
            finally:
                turn.end()
        else:
            await next_app(scope, receive, send)

    async def _handle_for_user(
        self, scope: HTTPScope, receive: Receive, send: Send, next_app: ASGIApp, turn: Turn
    ) -> None:
        try:
            scope["user"] = user = await self._authorize(scope, turn)
            set_user(user.id)
            check_idempotency_key(scope)
        except AppError as error:
            # Answered here, so that the guard's headers come along: a page that may call
            # from elsewhere could not read the answer without them.
            request = Request[Any, Any, Any](scope, receive, send)
            answer = handle_app_error(request, error)
            await answer.to_asgi_response(None, request)(scope, receive, send)
            return
        await next_app(scope, receive, self._sending(user.id, scope, send, turn))

    async def _authorize(self, scope: HTTPScope, turn: Turn) -> Identity:
        """Give who is asking, if they may, when it is their turn.

        To find out who asks costs most of what a refusal costs, so that has its turn, too.

        Raises:
            SignInError, ApiKeyScopeError, NotFoundError, TooManyRequestsError, UnavailableError.
        """
        if scope["path_template"].startswith(LINK_PATH):
            return await authenticate_link(self._app_state, scope, self._origins)
        credentials = parse_credentials(scope["headers"])
        if self._clerk is not None:
            await turn.begin(f"credential {credentials.bearer or credentials.cookie}")
        user = await self._authenticate(scope, credentials)
        if scope["path_template"].startswith("/api/assets"):
            turn.end()  # they wait for clients, stores and child processes
        elif self._clerk is not None:
            await turn.begin(user.id)  # whatever else the user signs in with
        operation = getattr(scope["route_handler"], "operation_id", None)
        check_scope(user, str(operation), scope["method"])
        await self._check_functions(user, scope["path_params"])
        consume_budgets(self._app_state.rate_limiter, user.id, scope)
        return user

    async def _check_functions(self, user: Identity, ids: Mapping[str, Any]) -> None:
        """Hide from an API key for functions what it is not for. Raises NotFoundError, UnavailableError."""
        if user.functions is None or user.key_id is None:
            return
        name, run_id = ids.get("function_name"), ids.get("run_id")
        if name is not None and name not in user.functions:
            raise function_not_found(name)
        if run_id is not None:
            await self._app_state.database.run(check_started_by_key, user.id, run_id, user.key_id)

    def _sending(self, user_id: str, scope: Scope, send: Send, turn: Turn) -> Send:
        """Give a `send` that ends the turn with the beginning of the answer, which streams go on after.

        It puts back what a refused request has spent.
        """

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                turn.end()
                refund_refused(self._app_state.rate_limiter, user_id, scope, message["status"])
            await send(message)

        return sending

    async def close(self) -> None:
        """Leave nothing under way."""
        if self._keys is not None:
            await self._keys.close()

    async def _authenticate(self, scope: HTTPScope, credentials: Credentials) -> Identity:
        """Give who is asking. Raises SignInError, UnavailableError."""
        if credentials.bearer is not None and credentials.bearer.startswith(KEY_PREFIX):
            return await self._authenticate_key(credentials)
        if self._clerk is None:
            return await self._authenticate_local(credentials)
        return await self._authenticate_session(scope, credentials)

    async def _authenticate_local(self, credentials: Credentials) -> Identity:
        if credentials.bearer is not None:
            raise SignInError
        if LOCAL_USER.id not in self._app_state.known_user_ids:
            await self._app_state.database.identity_transaction(
                ensure_user, LOCAL_USER.id, LOCAL_USER.email
            )
            self._app_state.known_user_ids.add(LOCAL_USER.id)
        return LOCAL_USER

    async def _authenticate_key(self, credentials: Credentials) -> Identity:
        key_use = await self._app_state.database.identity_query(
            authenticate_key, credentials.bearer or ""
        )
        if key_use is None or await self._is_other_user(credentials.cookie, key_use.owner.id):
            raise SignInError
        return _identity(key_use.owner, key_use)

    async def _authenticate_session(self, scope: HTTPScope, credentials: Credentials) -> Identity:
        token = credentials.bearer or credentials.cookie
        if token is None:
            raise SignInError
        claims = await self._verify(token)
        if credentials.bearer is None:
            check_cookie_origin(scope["method"], Headers.from_scope(scope), self._origins)
        elif await self._is_other_user(credentials.cookie, claims.sub):
            raise SignInError
        known = await self._app_state.database.identity_query(find_user, claims.sub)
        profile = known or await self._app_state.database.identity_transaction(
            ensure_user, claims.sub, claims.email_address
        )
        return _identity(profile)

    async def _is_other_user(self, cookie: str | None, user_id: str) -> bool:
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


def _identity(profile: UserProfile, key: AuthenticatedKey | None = None) -> Identity:
    identity = Identity(
        id=profile.id, email=profile.email, name=profile.name, signed_in_with="session"
    )
    if key is None:
        return identity
    scopes = tuple(scope for scope in API_KEY_SCOPES if scope in key.scopes)
    return identity.model_copy(
        update={
            "signed_in_with": "key",
            "scopes": scopes,
            "key_name": key.name,
            "key_id": key.id,
            "functions": None if key.functions is None else tuple(key.functions),
        }
    )
