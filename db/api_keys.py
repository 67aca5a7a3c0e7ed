"""API keys: made, listed and deleted by their owners, and looked up by their secret.

The secret has 256 random bits, so nobody can guess it from its SHA-256, and a slow or salted
hash, which protects what people think up, would only cost time with every request.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from db.ownership import delete_for_owner, run_not_found
from db.postgres.pagination import Page, paginate_desc, to_page
from db.tables import ApiKey, User, WorkflowRun
from db.tables.base import NOW
from db.users import UserProfile
from schemas.errors import ConflictError, NotFoundError

KEY_PREFIX: Final = "nlk_"
"""By which people, and scanners for leaked secrets, recognise a key."""
MAX_KEYS: Final = 100
"""Of one user."""
_SECRET_BYTES: Final = 32
_SECRET_LENGTH: Final = len(KEY_PREFIX) + 43
_HINT_LENGTH: Final = 4
_LAST_USED_RESOLUTION: Final = timedelta(minutes=1)
"""`last_used_at` is written at most this often."""


@dataclass(frozen=True)
class AuthenticatedKey:
    """The key that a request came with: its owner, and what it is for."""

    id: UUID
    name: str
    owner: UserProfile
    scopes: Sequence[str]
    functions: Sequence[str] | None
    """Those that it is for; None: it is for everything."""


def create_key(
    session: Session,
    owner_id: str,
    name: str,
    *,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    functions: Sequence[str] | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and give it with its secret, which cannot be had again.

    Raises:
        ConflictError: `too_many_keys`.
    """
    if (session.scalar(select(func.count()).where(ApiKey.owner_id == owner_id)) or 0) >= MAX_KEYS:
        raise ConflictError(
            "too_many_keys", f"A user may have {MAX_KEYS} API keys: delete one that is not used."
        )
    secret = KEY_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    key = ApiKey(
        owner_id=owner_id,
        name=name,
        secret_sha256=_sha256(secret),
        hint=secret[-_HINT_LENGTH:],
        scopes=list(scopes),
        functions=functions and list(functions),
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    session.refresh(key)
    return key, secret


def list_keys(
    session: Session, owner_id: str, limit: int = 50, cursor: str | None = None
) -> Page[ApiKey]:
    """Give keys, the newest first. Raises InvalidInputError `bad_cursor`."""
    query = paginate_desc(
        select(ApiKey).where(ApiKey.owner_id == owner_id),
        ApiKey.created_at,
        ApiKey.id,
        limit=limit,
        cursor=cursor,
        read_id=UUID,
    )
    return to_page(session.scalars(query).all(), limit, lambda key: (key.created_at, key.id))


def delete_key(session: Session, owner_id: str, id: UUID) -> None:
    """Delete a key; who comes with it is refused from now on. Raises NotFoundError."""
    if not delete_for_owner(session, ApiKey, owner_id, id):
        raise NotFoundError("key_not_found", f"There is no API key {id}.")


def authenticate_key(session: Session, secret: str) -> AuthenticatedKey | None:
    """Give the key of this secret, if there is one and its time is not over.

    For `Role.IDENTITY`. That it was used is written down at most once a minute.
    """
    if len(secret) != _SECRET_LENGTH:
        return None
    is_stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < NOW - _LAST_USED_RESOLUTION)
    row = session.execute(
        select(
            *(ApiKey.id, ApiKey.name, ApiKey.scopes, ApiKey.functions, is_stale.label("stale")),
            *(User.id, User.email, User.name),
        )
        .join(User, User.id == ApiKey.owner_id)
        .where(
            ApiKey.secret_sha256 == _sha256(secret),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > NOW),
        )
    ).one_or_none()
    if row is None:
        return None
    id, key_name, scopes, functions, stale, owner_id, email, name = row
    if stale:
        session.execute(
            update(ApiKey)
            .where(ApiKey.id == id, is_stale)
            .values(last_used_at=NOW)
            .execution_options(synchronize_session=False)
        )
    return AuthenticatedKey(id, key_name, UserProfile(owner_id, email, name), scopes, functions)


def check_started_by_key(session: Session, owner_id: str, run_id: UUID, key_id: UUID) -> None:
    """Raise NotFoundError unless the run was started with this API key."""
    started_with = select(WorkflowRun.started_by["keyId"].astext).where(
        WorkflowRun.id == run_id, WorkflowRun.owner_id == owner_id
    )
    if session.scalar(started_with) != str(key_id):
        raise run_not_found(run_id)


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
