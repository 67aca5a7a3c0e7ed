"""`nodeloom prefect`: Prefect's server as `nodeloom up` starts it, as a process of its own."""

import os
import sys
from typing import Final

from db.postgres.migrate import create_if_missing
from local.machine.home import prepare_home
from local.prefect.server import server_command, server_environment
from local.stack import prefect_database_url
from schemas.errors import AppError
from schemas.settings import Settings

NO_REDIS: Final = (
    "A Prefect server without services hands everything on through Redis:"
    " set PREFECT_REDIS_MESSAGING_URL, such as redis://127.0.0.1:6379/0."
)


def run_prefect(settings: Settings, port: int, *, services: bool = True) -> None:
    """Become Prefect's server, on a database beside `DATABASE_URL` that is made if it is missing.

    Without `services` it needs another server with them, and a Redis that both share.

    Raises:
        AppError: without services, and `PREFECT_REDIS_MESSAGING_URL` names no Redis.
        UnavailableError: `DATABASE_URL` is not set, or its server cannot be reached.
    """
    if not services and not os.environ.get("PREFECT_REDIS_MESSAGING_URL"):
        raise AppError("not_configured", NO_REDIS)
    home = prepare_home(settings.home_folder)
    url = prefect_database_url(settings.required_database_url)
    create_if_missing(url)
    environment = server_environment(home, port, url, os.environ, services=services)
    # Its pages are unpacked there: where we are installed may not be ours to write.
    environment.setdefault("PREFECT_SERVER_UI_STATIC_DIRECTORY", str(home / "prefect" / "ui"))
    os.chdir(
        home / "prefect"
    )  # Prefect reads prefect.toml, .env and pyproject.toml where it stands
    os.execve(sys.executable, server_command(home, port), environment)  # noqa: S606 - our own program
