"""Who owns things."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import User


def ensure_user(session: Session, id: str, email: str) -> None:
    """Make a user known, or give a known one this email address.

    Raises:
        ConflictError: `email_taken`: it is another user's address.
    """
    new = insert(User).values(id=id, email=email)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[User.id],
            set_={"email": new.excluded.email},
            where=User.email != new.excluded.email,
        )
    )
