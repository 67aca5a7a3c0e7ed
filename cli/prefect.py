"""`nodeloom prefect`: Prefect's server as `nodeloom up` starts it, as a process of its own."""

import os
import sys

from db.migrate import create_if_missing
from local.home import prepare_home
from local.prefect_server import server_command, server_environment
from local.stack import beside
from schemas.settings import Settings


def run_prefect(settings: Settings, port: int) -> None:
    """Become Prefect's server, on a database beside `DATABASE_URL` that is made if it is missing.

    Raises:
        UnavailableError: `DATABASE_URL` is not set, or its server cannot be reached.
    """
    home = prepare_home(settings.home_folder)
    url = beside(settings.required_database_url)
    create_if_missing(url)
    environment = server_environment(home, port, url, os.environ)
    # Its pages are unpacked there: where we are installed may not be ours to write.
    environment.setdefault("PREFECT_SERVER_UI_STATIC_DIRECTORY", str(home / "prefect" / "ui"))
    os.chdir(
        home / "prefect"
    )  # Prefect reads prefect.toml, .env and pyproject.toml where it stands
    os.execve(sys.executable, server_command(home, port), environment)  # noqa: S606 - our own program
