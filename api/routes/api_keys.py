"""API keys: people make them for their programs and take them back."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import error_responses
from api.openapi.operations import operation_docs
from api.state.app_state import AppState
from api.views.api_key import present_api_key
from db.api_keys import create_key, delete_key, list_keys
from db.lists.functions import get_function
from schemas.errors import InvalidInputError
from schemas.wire.api_key import ApiKeyCreate, ApiKeyMade, ApiKeyPage

KEY_EXAMPLES: Final = {
    "reader": ("A key that only reads", {"name": "Dashboard", "scopes": ["read"]}),
    "program": (
        "A key for a program, until next year",
        {
            "name": "Nightly",
            "scopes": ["read", "write", "run"],
            "expiresAt": "2099-01-01T00:00:00Z",
        },
    ),
}


class ApiKeyController(Controller):
    """Keys with which programs act for a user."""

    path = "/api/keys"
    tags = ("API keys",)

    @get(operation_id="listApiKeys", summary="API keys, the newest first")
    async def list_api_keys(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
    ) -> ApiKeyPage:
        """List keys without their secrets, with when each was last used (to the minute)."""
        page = await app_state.database.run(list_keys, user.id, limit, cursor)
        return ApiKeyPage(
            items=[present_api_key(key) for key in page.items], next_cursor=page.next_cursor
        )

    @post(
        operation_id="createApiKey",
        summary="Make an API key",
        responses=error_responses(404, 409),
        opt=operation_docs(KEY_EXAMPLES),
    )
    async def create_api_key(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        data: JSONBody[ApiKeyCreate],
    ) -> Response[ApiKeyMade]:
        """Make a key. Its secret is in this answer and can never be had again.

        `read` is for everything that only looks, `run` to start and cancel runs, `write` for all
        other changes. With `functions` it can read and call these alone, and read, follow and cancel the runs
        that it started.
        """
        made = await app_state.database.run(_create, user.id, data)
        return Response(
            made, status_code=201, headers={"Cache-Control": "no-store", "Location": "/api/keys"}
        )

    @delete(
        "/{key_id:uuid}",
        operation_id="deleteApiKey",
        summary="Delete an API key",
        responses=error_responses(404),
    )
    async def delete_api_key(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        key_id: FromPath[UUID],
    ) -> None:
        """Delete a key: requests that come with it are refused from now on."""
        await app_state.database.run(delete_key, user.id, key_id)


def _create(session: Session, owner_id: str, create: ApiKeyCreate) -> ApiKeyMade:
    if create.expires_at is not None and create.expires_at <= datetime.now(UTC):
        raise InvalidInputError("expired_already", "expiresAt is in the past: give a later time.")
    for name in create.functions or ():
        get_function(session, owner_id, name)  # said now, rather than by the first call
    key, secret = create_key(
        session,
        owner_id,
        create.name,
        scopes=sorted(set(create.scopes)),
        expires_at=create.expires_at,
        functions=None if create.functions is None else sorted(set(create.functions)),
    )
    return ApiKeyMade(**dict(present_api_key(key)), secret=secret)
