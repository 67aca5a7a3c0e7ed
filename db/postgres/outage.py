"""What a database that is away, restarting or unreachable looks like, and when to try again."""

from typing import Final

from sqlalchemy.exc import InterfaceError, OperationalError

from schemas.errors import UnavailableError

OUTAGE_ERRORS: Final = (OperationalError, InterfaceError, UnavailableError, OSError)
RETRY_SECONDS: Final = 0.5
