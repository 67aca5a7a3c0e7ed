"""Share links: made, listed and revoked by the owner of a function, and used by whoever has one.

A token has 256 random bits, so its SHA-256 is enough, as for API keys (`db.api_keys`).
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.lists.functions import get_function
from db.tables import FunctionLink, LinkRun, LinkUpload, NodeExecution, WorkflowRun
from db.tables.base import NOW, database_time
from schemas.errors import ConflictError, EndedError, NotFoundError, TooManyRequestsError
from schemas.wire.run import NodeStatus

TOKEN_PREFIX: Final = "nls_"  # noqa: S105 - no token
"""By which people, and scanners for leaked secrets, recognise a token."""
MAX_ACTIVE_LINKS: Final = 50
"""Of one function."""
MAX_LISTED: Final = 200
MAX_UPLOADS: Final = 200
"""Through one link in a day; what no run was given is gone after a day."""
MAX_UPLOAD_BYTES: Final = 2_000_000_000
"""The same, in bytes."""
_TOKEN_BYTES: Final = 32
_DELETE_OLD: Final = text("""
    delete from function_links where id in (
      select id from function_links
      where least(expires_at, revoked_at) < clock_timestamp() - make_interval(days => :days)
      limit :limit)
    returning id
""")
LinkStatus = Literal["active", "expired", "used_up", "revoked"]


@dataclass(frozen=True)
class LinkAccess:
    """The link that a request came with."""

    id: UUID
    owner_id: str
    function_name: str
    title: str
    status: LinkStatus


def link_status(link: FunctionLink, now: datetime) -> LinkStatus:
    """Say whether a link can be used; what the owner did counts before what the time did."""
    if link.revoked_at is not None:
        return "revoked"
    if link.expires_at <= now:
        return "expired"
    return "used_up" if link.run_count >= link.max_runs else "active"


def create_link(
    session: Session,
    owner_id: str,
    name: str,
    *,
    title: str,
    expires_at: datetime,
    max_runs: int,
) -> tuple[FunctionLink, str]:
    """Make a link to a function and give it with its token, which cannot be had again.

    Raises:
        NotFoundError: `function_not_found`.
        ConflictError: `too_many_links`.
    """
    get_function(session, owner_id, name)
    active = select(func.count()).where(
        FunctionLink.owner_id == owner_id,
        FunctionLink.function_name == name,
        FunctionLink.revoked_at.is_(None),
        FunctionLink.expires_at > NOW,
    )
    if (session.scalar(active) or 0) >= MAX_ACTIVE_LINKS:
        raise ConflictError(
            "too_many_links",
            f"A function may have {MAX_ACTIVE_LINKS} share links that are not over: revoke one that"
            " is not used.",
        )
    token = TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    link = FunctionLink(
        owner_id=owner_id,
        function_name=name,
        title=title,
        token_sha256=_sha256(token),
        expires_at=expires_at,
        max_runs=max_runs,
    )
    session.add(link)
    session.flush()
    session.refresh(link)
    return link, token


def list_links(session: Session, owner_id: str, name: str) -> Sequence[FunctionLink]:
    """Give the links of a function, the newest first. Raises NotFoundError."""
    get_function(session, owner_id, name)
    return session.scalars(
        select(FunctionLink)
        .where(FunctionLink.owner_id == owner_id, FunctionLink.function_name == name)
        .order_by(FunctionLink.created_at.desc(), FunctionLink.id)
        .limit(MAX_LISTED)
    ).all()


def revoke_link(session: Session, owner_id: str, name: str, id: UUID) -> None:
    """Have a link open nothing any more, from the next request on. Raises NotFoundError."""
    revoked = session.scalar(
        update(FunctionLink)
        .where(
            FunctionLink.id == id,
            FunctionLink.owner_id == owner_id,
            FunctionLink.function_name == name,
        )
        .values(revoked_at=func.coalesce(FunctionLink.revoked_at, NOW))
        .returning(FunctionLink.id)
    )
    if revoked is None:
        raise link_not_found()


def find_link(session: Session, id: UUID, token: str) -> LinkAccess:
    """Give the link that a token opens, whatever became of it. For `Role.IDENTITY`.

    Raises:
        NotFoundError: `link_not_found`: there is none, or the token is another one's.
    """
    link = session.scalar(
        select(FunctionLink).where(
            FunctionLink.id == id, FunctionLink.token_sha256 == _sha256(token)
        )
    )
    if link is None:
        raise link_not_found()
    status = link_status(link, database_time(session))
    return LinkAccess(link.id, link.owner_id, link.function_name, link.title, status)


def get_link(session: Session, owner_id: str, id: UUID) -> FunctionLink:
    """Give a link as it is now. Raises NotFoundError."""
    link = session.scalar(
        select(FunctionLink).where(FunctionLink.id == id, FunctionLink.owner_id == owner_id)
    )
    if link is None:
        raise link_not_found()
    return link


def count_run(session: Session, owner_id: str, id: UUID) -> None:
    """Take one of a link's runs; the row is locked until the run is made, or the transaction fails.

    Raises:
        EndedError: `link_used_up`, `link_expired` or `link_revoked`.
    """
    counted = session.scalar(
        update(FunctionLink)
        .where(
            FunctionLink.id == id,
            FunctionLink.owner_id == owner_id,
            FunctionLink.revoked_at.is_(None),
            FunctionLink.expires_at > NOW,
            FunctionLink.run_count < FunctionLink.max_runs,
        )
        .values(run_count=FunctionLink.run_count + 1, last_used_at=NOW)
        .returning(FunctionLink.id)
    )
    if counted is None:
        raise link_ended_error(
            link_status(get_link(session, owner_id, id), database_time(session)) or "used_up"
        )


def add_link_run(session: Session, owner_id: str, id: UUID, run_id: UUID) -> None:
    """Show a run to whoever has the link."""
    session.add(LinkRun(run_id=run_id, link_id=id, owner_id=owner_id))
    session.flush()


def get_link_run(session: Session, owner_id: str, id: UUID, run_id: UUID) -> WorkflowRun:
    """Give a run that was started with a link. Raises NotFoundError for every other one."""
    run = session.scalar(
        select(WorkflowRun)
        .join(LinkRun, LinkRun.run_id == WorkflowRun.id)
        .where(
            WorkflowRun.id == run_id,
            WorkflowRun.owner_id == owner_id,
            LinkRun.owner_id == owner_id,
            LinkRun.link_id == id,
        )
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFoundError("run_not_found", f"There is no run {run_id}.")
    return run


def count_ended_steps(session: Session, owner_id: str, run_id: UUID) -> int:
    """Count the nodes of a run that have ended."""
    ended = [status for status in NodeStatus if status.terminal]
    counted = select(func.count()).where(
        NodeExecution.run_id == run_id,
        NodeExecution.owner_id == owner_id,
        NodeExecution.status.in_(ended),
    )
    return session.scalar(counted) or 0


def check_upload_limits(session: Session, owner_id: str, id: UUID, size: int) -> None:
    """Refuse a file that would be too much for the day.

    Raises:
        TooManyRequestsError: `link_uploads_exceeded`.
    """
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(LinkUpload.bytes), 0)).where(
            LinkUpload.link_id == id,
            LinkUpload.owner_id == owner_id,
            LinkUpload.created_at > NOW - timedelta(days=1),
        )
    ).one()
    if count >= MAX_UPLOADS or total + size > MAX_UPLOAD_BYTES:
        raise TooManyRequestsError(
            "link_uploads_exceeded",
            f"{MAX_UPLOADS} files, or {MAX_UPLOAD_BYTES // 1_000_000_000} GB, may be uploaded here"
            " in a day, and that is reached: try again in some hours.",
            retry_after=3600,
        )


def add_upload(session: Session, owner_id: str, id: UUID, asset_id: UUID, size: int) -> None:
    """Let the runs of a link be given a stored file. Raises as `check_upload_limits` does."""
    session.execute(
        select(FunctionLink.id)
        .where(FunctionLink.id == id, FunctionLink.owner_id == owner_id)
        .with_for_update()
    )
    check_upload_limits(session, owner_id, id, size)
    row = {"link_id": id, "asset_id": asset_id, "owner_id": owner_id, "bytes": size}
    session.execute(insert(LinkUpload).values(row).on_conflict_do_nothing())


def find_uploads(
    session: Session, owner_id: str, id: UUID, asset_ids: Collection[UUID]
) -> set[UUID]:
    """Give those of the files that were uploaded through the link."""
    if not asset_ids:
        return set()
    return set(
        session.scalars(
            select(LinkUpload.asset_id).where(
                LinkUpload.link_id == id,
                LinkUpload.owner_id == owner_id,
                LinkUpload.asset_id.in_(asset_ids),
            )
        )
    )


def delete_old_links(session: Session, days: int, limit: int) -> int:
    """Forget links that were over or revoked so many days ago; their runs stay."""
    return len(session.execute(_DELETE_OLD, {"days": days, "limit": limit}).all())


def link_ended_error(status: LinkStatus) -> EndedError:
    """Give the error of a link that opens nothing any more."""
    code, what = _ENDED.get(status, _ENDED["used_up"])
    return EndedError(code, f"{what} Ask whoever gave it to you for another one.")


_ENDED: Final = {
    "revoked": ("link_revoked", "This link was taken back."),
    "expired": ("link_expired", "The time of this link is over."),
    "used_up": ("link_used_up", "This link has been used as often as it may be."),
}


def link_not_found() -> NotFoundError:
    """Give the error of a link that is not there, for this owner or with this token."""
    return NotFoundError(
        "link_not_found", "There is no such link: perhaps a part of the address was lost."
    )


def _sha256(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
