"""Share links of a function: made, listed and revoked by its owner."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.responses import error_responses
from api.openapi.operations import operation_docs
from api.state.app_state import AppState
from api.views.times import optional_utc, utc
from db.lists.links import create_link, link_status, list_links, revoke_link
from db.tables import FunctionLink
from db.tables.base import database_time
from schemas.errors import InvalidInputError
from schemas.wire.functions.link import (
    FunctionLinkCreate,
    FunctionLinkMade,
    FunctionLinkPage,
    FunctionLinkRead,
)

DEFAULT_DURATION: Final = timedelta(days=30)
MAX_DURATION: Final = timedelta(days=366)


class FunctionLinkController(Controller):
    """Addresses at which people without an account use a function."""

    path = "/api/functions/{function_name:str}/links"
    tags = ("Functions",)

    @post(
        operation_id="createFunctionLink",
        summary="Make a share link",
        responses=error_responses(404, 409),
        opt=operation_docs(
            {"shop": ("A link for a shop", {"title": "The shop in Kyoto", "maxRuns": 20})}
        ),
    )
    async def create_function_link(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        function_name: FromPath[str],
        data: JSONBody[FunctionLinkCreate],
    ) -> Response[FunctionLinkMade]:
        """Make an address at which people without an account use the function as a form.

        Its `url` is in this answer and can never be had again. It opens the version that is published, also
        when you publish another one. Each start of a run counts, however it ends.
        """

        def create(session: Session, owner_id: str) -> FunctionLinkMade:
            now = database_time(session)
            expires_at = data.expires_at or now + DEFAULT_DURATION
            _check_duration(expires_at - now)
            link, token = create_link(
                session,
                owner_id,
                function_name,
                title=data.title,
                expires_at=expires_at,
                max_runs=data.max_runs,
            )
            return FunctionLinkMade(**dict(_present(link, now)), url=f"/s/{link.id}#{token}")

        made = await app_state.database.run(create, user.id)
        headers = {"Cache-Control": "no-store", "Location": f"/api/functions/{function_name}/links"}
        return Response(made, status_code=201, headers=headers)

    @get(
        operation_id="listFunctionLinks",
        summary="Share links of a function, the newest first",
        responses=error_responses(404),
    )
    async def list_function_links(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        function_name: FromPath[str],
    ) -> FunctionLinkPage:
        """List links without their tokens; those that are over stay for 30 days."""

        def read(session: Session, owner_id: str) -> FunctionLinkPage:
            now = database_time(session)
            links = list_links(session, owner_id, function_name)
            return FunctionLinkPage(items=[_present(link, now) for link in links])

        return await app_state.database.run(read, user.id)

    @delete(
        "/{link_id:uuid}",
        operation_id="revokeFunctionLink",
        summary="Revoke a share link",
        responses=error_responses(404),
    )
    async def revoke_function_link(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        function_name: FromPath[str],
        link_id: FromPath[UUID],
    ) -> None:
        """Have the link open nothing any more, from the next request on; its runs go on and stay."""
        await app_state.database.run(revoke_link, user.id, function_name, link_id)


def _check_duration(duration: timedelta) -> None:
    if duration <= timedelta(0):
        raise InvalidInputError("expired_already", "expiresAt is in the past: give a later time.")
    if duration > MAX_DURATION:
        raise InvalidInputError(
            "link_too_long",
            f"A share link lasts {MAX_DURATION.days} days at most: give an earlier time.",
        )


def _present(link: FunctionLink, now: datetime) -> FunctionLinkRead:
    return FunctionLinkRead(
        id=link.id,
        title=link.title,
        status=link_status(link, now),
        max_runs=link.max_runs,
        run_count=link.run_count,
        created_at=utc(link.created_at),
        expires_at=link.expires_at.astimezone(UTC),
        last_used_at=optional_utc(link.last_used_at),
        revoked_at=optional_utc(link.revoked_at),
    )
