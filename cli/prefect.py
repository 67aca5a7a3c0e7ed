"""`nodeloom prefect`: Prefect's server as `nodeloom up` starts it, as a process of its own."""

import os
import sys
from typing import Final

from db.postgres.migrate import create_if_missing
from local.machine.home import prepare_home
from local.machine.ports import LOCAL_HOSTS
from local.prefect.server import server_command, server_environment
from local.stack import prefect_database_url
from schemas.errors import AppError, NotConfiguredError
from schemas.settings import Settings

NO_REDIS: Final = (
    "A Prefect server without services hands everything on through Redis:"
    " set PREFECT_REDIS_MESSAGING_URL, such as redis://127.0.0.1:6379/0."
)

SIGN_IN_REQUIRED: Final = (
    "Whoever may use Prefect may run programs as its workers: with --host it needs its password. Unset"
    " NODELOOM_PREFECT_AUTH=off, or set PREFECT_SERVER_API_AUTH_STRING=user:password."
)


def run_prefect(settings: Settings, host: str, port: int, *, services: bool = True) -> None:
    """Become Prefect's server, on a database beside `DATABASE_URL` that is made if it is missing.

    Without `services` it needs another server with them, and a Redis that both share.

    Raises:
        AppError: without services, and `PREFECT_REDIS_MESSAGING_URL` names no Redis; or others
            can reach the address, and no password is asked for.
        UnavailableError: `DATABASE_URL` is not set, or its server cannot be reached.
    """
    if not services and not os.environ.get("PREFECT_REDIS_MESSAGING_URL"):
        raise AppError("not_configured", NO_REDIS)
    home = prepare_home(settings.home_folder)
    url = prefect_database_url(settings.required_database_url)
    create_if_missing(url)
    environment = server_environment(home, port, url, os.environ, host=host, services=services)
    if host not in LOCAL_HOSTS and "PREFECT_SERVER_API_AUTH_STRING" not in environment:
        raise NotConfiguredError("bind_not_local", SIGN_IN_REQUIRED)
    # Its pages are unpacked there: where we are installed may not be ours to write.
    environment.setdefault("PREFECT_SERVER_UI_STATIC_DIRECTORY", str(home / "prefect" / "ui"))
    os.chdir(
        home / "prefect"
    )  # Prefect reads prefect.toml, .env and pyproject.toml where it stands
    os.execve(sys.executable, server_command(home, port, host), environment)  # noqa: S606 - our own program
