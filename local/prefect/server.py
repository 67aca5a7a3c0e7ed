"""Prefect's server, started beside us on a database of its own.

Its defaults record task runs one at a time and lose some in a burst, keep everything for ever,
report to a third party, let every web page call them and ask nobody who they are; all of that is
set differently here.
A `PREFECT_SERVER_…` variable of the user's own wins.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import certifi

from local.machine.home import write_private
from local.machine.ports import LOCAL_HOSTS
from local.machine.process import ChildProcess, start_process
from local.prefect.auth import get_auth_string
from schemas.settings import environment_variables

_CERTIFICATE_END: Final = "-----END CERTIFICATE-----"
_OWN_VARIABLES: Final = frozenset(environment_variables())
_SERVER_DEFAULTS: Final = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P2D",
    # A schedule of each minute would have 60 flow runs wait in advance, anew after each change.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT10M",
    # Services that look for what is seldom there, in seconds.
    "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "10",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "10",
    "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "PT10S",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "true",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "true",
    "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
}
_REDIS_SETTINGS: Final = {
    "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
    "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
    "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
    "PREFECT_REDIS_MESSAGING_PUBLISHER_PUBLISH_EVERY": "1",  # seconds; its own 10 show nodes late
}
"""What servers on one database share, where `PREFECT_REDIS_MESSAGING_URL` names a Redis."""
_CLIENT_SETTINGS: Final = {
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}


def start_prefect(
    home: Path,
    port: int,
    database_url: str,
    log: Path,
    environment: Mapping[str, str] = os.environ,
    *,
    services: bool = True,
) -> ChildProcess:
    """Start the server on 127.0.0.1; `database_url` is a `postgresql://` address.

    It is ready when `<address>/api/health` answers. Settings of the server's are taken from `environment`.
    Without `services` it only takes and shows; another server on the same Redis records.
    """
    folder = _prefect_folder(home)
    return start_process(
        "prefect",
        server_command(home, port),
        log=log,
        env=server_environment(home, port, database_url, environment, services=services),
        cwd=folder,  # Prefect reads prefect.toml, .env and pyproject.toml where it stands
    )


def server_command(home: Path, port: int, host: str = "127.0.0.1") -> list[str]:
    """Give the program and its arguments."""
    return [sys.executable, "-m", "local.prefect.main", host, str(port), str(home)]


def server_environment(
    home: Path,
    port: int,
    database_url: str,
    environment: Mapping[str, str],
    *,
    host: str = "127.0.0.1",
    services: bool = True,
) -> dict[str, str]:
    """Give the environment of the server, made from ours."""
    inherited = {name: text for name, text in environment.items() if _is_passed_on(name)}
    address = f"http://127.0.0.1:{port}"
    auth = get_auth_string(home, environment)
    return (
        _SERVER_DEFAULTS
        | _redis_environment(environment.get("PREFECT_REDIS_MESSAGING_URL", ""))
        | inherited
        | {
            "PREFECT_HOME": str(_prefect_folder(home)),
            **_address_environment(home, f"{address}/api"),
            "PREFECT_SERVER_API_HOST": host,
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{address},http://localhost:{port}",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": asyncpg_url(database_url),
            "NODELOOM_LOG_FORMAT": environment.get("NODELOOM_LOG_FORMAT", "auto"),
        }
        | ({"PREFECT_SERVER_API_AUTH_STRING": auth} if auth else {})
        # Its pages ask the server that they came from, under whatever name.
        | ({} if host in LOCAL_HOSTS else {"PREFECT_SERVER_UI_API_URL": "/api"})
        | ({} if services else {"PREFECT__SERVER_WEBSERVER_ONLY": "1"})
    )


def client_environment(home: Path, api_url: str) -> dict[str, str]:
    """Give what processes need in their environment to use the server at `api_url`.

    `~/.prefect`, which may hold a user's own profiles and keys, is never touched.
    """
    auth = get_auth_string(home)
    return (
        _CLIENT_SETTINGS
        | {"PREFECT_HOME": str(_prefect_folder(home)), **_address_environment(home, api_url)}
        | ({"PREFECT_API_AUTH_STRING": auth} if auth else {})
    )


def _address_environment(home: Path, api_url: str) -> dict[str, str]:
    """Say where the server is; where nothing is encrypted, with one certificate instead of all.

    Each client of Prefect's reads them anew, which takes 25 ms of processor time for the usual
    150, and a run inside of Prefect makes several clients.
    """
    address = {"PREFECT_API_URL": api_url}
    if urlsplit(api_url).scheme != "http":
        return address
    file = _prefect_folder(home) / "certificate.pem"
    if not file.exists():
        first = Path(certifi.where()).read_text("utf-8").partition(_CERTIFICATE_END)
        write_private(file, f"{first[0]}{first[1]}\n")
    return address | {"PREFECT_API_SSL_CERT_FILE": str(file)}


def asyncpg_url(database_url: str) -> str:
    """Give a `postgresql://` address the way Prefect's driver wants it."""
    parts = urlsplit(database_url)
    query = parts.query.replace("sslmode=", "ssl=")
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg", query=query))


def _redis_environment(redis_url: str) -> dict[str, str]:
    """Give what makes a server one of several, or nothing where it is the only one."""
    return _REDIS_SETTINGS | {"PREFECT_SERVER_DOCKET_URL": redis_url} if redis_url else {}


def _prefect_folder(home: Path) -> Path:
    folder = home / "prefect"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _is_passed_on(name: str) -> bool:
    """Whether a variable of the user's reaches the server.

    Prefect's client ones must not, and what configures us, keys among it, is not its business.
    """
    if name in _OWN_VARIABLES or name.startswith(("NODELOOM_", "CLERK_", "OTEL_")):
        return False
    return not name.startswith("PREFECT_") or name.startswith(
        ("PREFECT_SERVER_", "PREFECT_LOGGING_", "PREFECT_REDIS_")
    )
