"""What PostgreSQL says, translated once into the errors that the rest of Nodeloom knows."""

import re
from typing import Final

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from schemas.errors import (
    AppError,
    ConflictError,
    InvalidInputError,
    SignInError,
    UnavailableError,
)


class StaleEpochError(AppError):
    """The run is no longer this claim's: another executor has it, or it has ended.

    The expected answer to an executor that was paused for too long; it stops working on the
    run and writes nothing more about it.
    """

    def __init__(self, code: str = "stale_epoch", message: str | None = None) -> None:
        """Say so."""
        super().__init__(
            code, message or "The run was taken over by another executor, or it has ended."
        )


_UNAVAILABLE = UnavailableError(
    "database_unavailable",
    "PostgreSQL does not answer: check that the server in DATABASE_URL runs and can be reached,"
    " then try again.",
)
_BUSY = UnavailableError(
    "database_busy",
    "PostgreSQL did not finish the request in time, because it is busy: try again in a moment.",
)
_USER_CONSTRAINTS = ("workflows_user_id_fkey", "assets_owner_id_fkey", "api_keys_owner_id_fkey")
"""What is broken when a user was deleted in the very moment in which they wrote something."""
_NOT_MIGRATED = UnavailableError(
    "database_not_migrated",
    "The database has not been prepared for this version: run `nodeloom migrate`.",
)
_UNSTORABLE = InvalidInputError(
    "text_not_storable",
    "A text has a NUL character or half of a character in it, which cannot be stored: remove it.",
)
_BY_STATE: Final[dict[str, AppError]] = {
    "WF003": StaleEpochError(),
    "WF006": StaleEpochError(),
    "WF007": StaleEpochError(),
    "WF013": SignInError(),  # the user was deleted
    "WF014": ConflictError("node_ended", "A node of the run has ended already, in another way."),
    "40001": _BUSY,  # serialization failure
    "40P01": _BUSY,  # deadlock
    "55P03": _BUSY,  # lock timeout
    "57014": _BUSY,  # statement timeout
    "53300": _BUSY,  # too many connections
    "53100": UnavailableError(
        "database_full", "PostgreSQL has no disk space left: free some space, then try again."
    ),
    "28P01": UnavailableError(
        "database_login_failed",
        "PostgreSQL refused the user or password in DATABASE_URL: correct them.",
    ),
    "3D000": UnavailableError(
        "database_missing",
        "The database in DATABASE_URL does not exist: run `nodeloom migrate`, which creates it.",
    ),
    "42P01": _NOT_MIGRATED,  # undefined table
    "42883": _NOT_MIGRATED,  # undefined function
    "22P05": _UNSTORABLE,
    "22021": _UNSTORABLE,
}
# Refused connections and values that the driver refuses come without a code, only in words.
_BY_MESSAGE: Final = (
    (r'database ".*" does not exist', "3D000"),
    (r'role "nodeloom_(app|engine|identity)" does not exist', "42P01"),
    (r'permission denied to set role "nodeloom_', "42P01"),
    (r'role ".*" does not exist|password authentication failed|no password supplied', "28P01"),
    (r"too many clients|remaining connection slots", "53300"),
    (r"cannot contain NUL", "22021"),
)
_BY_CONSTRAINT: Final[dict[str, AppError]] = {
    **dict.fromkeys(_USER_CONSTRAINTS, SignInError()),
    "workflows_graph_size": InvalidInputError(
        "graph_too_large", "The graph is too large to be stored: split the workflow in two."
    ),
    "workflow_versions_graph_size": InvalidInputError(
        "graph_too_large", "The graph is too large to be stored: split the workflow in two."
    ),
    "workflows_positions_size": InvalidInputError(
        "too_many_positions", "These are more positions than a workflow has nodes: save the graph."
    ),
    "node_executions_output_size": InvalidInputError(
        "value_too_large", "The output of a node is too large to be stored: make it shorter."
    ),
    "node_executions_input_size": InvalidInputError(
        "value_too_large", "The input of a node is too large to be stored: connect less to it."
    ),
}


def translate(error: BaseException | None) -> AppError | None:
    """Give our error for one of PostgreSQL's, or None where it would be a bug of ours."""
    found = _find(error)
    return type(found)(found.code, found.message) if found else None


def busy_error() -> AppError:
    """Give the error of a database that has no time for a request, `database_busy`."""
    return type(_BUSY)(_BUSY.code, _BUSY.message)


def unavailable_error() -> AppError:
    """Give the error of a database that does not answer, `database_unavailable`."""
    return type(_UNAVAILABLE)(_UNAVAILABLE.code, _UNAVAILABLE.message)


def translate_errors(engine: Engine) -> None:
    """Let an engine raise our errors where there is one."""
    event.listen(engine, "handle_error", _raise_translated)


def _find(error: BaseException | None) -> AppError | None:
    if isinstance(error, UnicodeEncodeError):
        return _UNSTORABLE
    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate or _state_from_message(str(error))
    if state == "22P02" and "json" in str(error):  # half of a character in JSON
        return _UNSTORABLE
    found = _BY_STATE.get(state) or _BY_CONSTRAINT.get(error.diag.constraint_name or "")
    if found is None and _is_unavailable(error, state):
        found = _UNAVAILABLE
    return found


def _raise_translated(context: ExceptionContext) -> None:
    error = translate(context.original_exception)
    if error is not None:
        raise error from context.original_exception


def _state_from_message(message: str) -> str:
    return next((state for words, state in _BY_MESSAGE if re.search(words, message)), "")


def _is_unavailable(error: psycopg.Error, state: str) -> bool:
    lost = isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    # 25P03 and 25P04 end the connection of a process that was stopped inside a transaction.
    return state.startswith(("08", "57P", "25P03", "25P04")) or (not state and lost)
