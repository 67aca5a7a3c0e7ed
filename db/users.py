"""Who owns things: made when they first come, kept as their identity provider tells, deleted.

For `Role.IDENTITY`, except where it says otherwise: nobody is known yet when these are asked.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import DeletedUser, User, WebhookMessage


@dataclass(frozen=True)
class UserProfile:
    """A user, as others may read of them."""

    id: str
    email: str | None
    name: str | None


def find_user(session: Session, id: str) -> UserProfile | None:
    """Give a user who is known."""
    row = session.execute(select(User.id, User.email, User.name).where(User.id == id)).one_or_none()
    return UserProfile(row.id, row.email, row.name) if row else None


def ensure_user(session: Session, id: str, email: str | None = None) -> UserProfile:
    """Make a user known, and give what is known of them.

    Raises:
        SignInError: `not_signed_in`: the user was deleted.
    """
    known = find_user(session, id)
    if known is None:
        email = _claim_email(session, id, email)
        new = insert(User).values(id=id, email=email)
        session.execute(new.on_conflict_do_nothing(index_elements=[User.id]))
        known = find_user(session, id)
    return known or UserProfile(id, email, None)


def record_webhook_message(session: Session, id: str, type: str, keep_days: int = 30) -> bool:
    """Remember a message; False if it was taken before, and then nothing must come of it.

    Messages of more than `keep_days` ago are forgotten.
    """
    session.execute(
        delete(WebhookMessage).where(
            WebhookMessage.received_at
            < func.clock_timestamp() - func.make_interval(0, 0, 0, keep_days)
        )
    )
    new = insert(WebhookMessage).values(id=id, type=type).on_conflict_do_nothing()
    return session.scalar(new.returning(WebhookMessage.id)) is not None


def sync_user(session: Session, person: UserProfile, at: datetime) -> None:
    """Take over what the identity provider says, unless something newer is known.

    Args:
        session: The caller's session.
        person: Who, and what they are called now.
        at: The provider's time of it.

    Raises:
        SignInError: `not_signed_in`: the user was deleted.
    """
    known = session.get(User, person.id, with_for_update=True)
    if known is not None and known.synced_at is not None and known.synced_at >= at:
        return
    email = _claim_email(session, person.id, person.email, at)
    new = insert(User).values(id=person.id, email=email, name=person.name, synced_at=at)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[User.id],
            set_={name: new.excluded[name] for name in ("email", "name", "synced_at")},
            where=or_(User.synced_at.is_(None), User.synced_at < new.excluded.synced_at),
        )
    )


def _claim_email(
    session: Session, id: str, email: str | None, at: datetime | None = None
) -> str | None:
    """Give an address as this user's; None where another has it who was told of later than `at`.

    An address moves to the user whom the provider named last: whoever signs up again after their
    account was closed has a new id, and the message about the old one may come later.
    """
    if email is None:
        return None
    email = email.lower()
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"email {email}", 0))))
    others = (User.email == email, User.id != id)
    if at and session.scalar(select(User.id).where(*others, User.synced_at > at)):
        return None
    session.execute(update(User).where(*others).values(email=None))
    return email


def was_deleted(session: Session, id: str) -> bool:
    """Whether this user was deleted; nobody can be made of this id again."""
    return session.get(DeletedUser, id) is not None


def delete_user(session: Session, id: str) -> None:
    """Delete a user for ever, with everything that is theirs; one who never came, too.

    Runs that are being executed lose their rows, and with them their executors. Bytes of
    pictures and videos go with the next round of retention.
    """
    session.execute(text("set local statement_timeout = '5min'"))
    # As the trigger on users does: nobody comes into being while they are deleted.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(id, 0))))
    session.execute(insert(DeletedUser).values(id=id).on_conflict_do_nothing())
    session.execute(delete(User).where(User.id == id))
