"""What belongs to one owner: taken away, or said not to be there.

Someone else's thing is not there either: nothing says whether another has it.
"""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db.tables import ApiKey, Schedule
from schemas.errors import NotFoundError


def delete_for_owner(
    session: Session, table: type[ApiKey | Schedule], owner_id: str, id: UUID
) -> bool:
    """Delete a thing of the user's; whether there was one."""
    gone = session.execute(
        delete(table)
        .where(table.id == id, table.owner_id == owner_id)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return gone.one_or_none() is not None


def workflow_not_found(id: int) -> NotFoundError:
    """Say that the user has no such workflow."""
    return NotFoundError("workflow_not_found", f"There is no workflow {id}.")


def run_not_found(id: UUID) -> NotFoundError:
    """Say that the user has no such run."""
    return NotFoundError("run_not_found", f"There is no run {id}.")


def function_not_found(name: str) -> NotFoundError:
    """Say that the user has no such function."""
    return NotFoundError("function_not_found", f"There is no function “{name[:64]}”.")


def schedule_not_found(id: UUID) -> NotFoundError:
    """Say that the user has no such schedule."""
    return NotFoundError("schedule_not_found", f"There is no schedule {id}.")


def batch_not_found(id: UUID) -> NotFoundError:
    """Say that the user has no such batch."""
    return NotFoundError("batch_not_found", f"There is no batch {id}.")
