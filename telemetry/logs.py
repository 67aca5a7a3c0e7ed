"""The log of a process: JSON lines for machines, plain lines on a terminal, both redacted.

A line says when, how serious, who speaks and what happened; and, where it is known, whom it is
about: `request_id`, `user_id`, `run_id`, `node_id`, `epoch`. Libraries' lines go the same way.
"""

import logging
import os
import sys
from collections.abc import Iterable
from typing import Final, TextIO

from pydantic import SecretStr

from schemas.settings import ProviderAccess, Settings
from telemetry.formatters import RecordFormatter, TextFormatter, json_formatter
from telemetry.redact import make_redactor
from telemetry.unhandled import LogHandler, log_unhandled

ROUTED_LOGGERS: Final = ("prefect", "uvicorn", "uvicorn.access", "uvicorn.error")
"""Loggers of libraries that bring handlers of their own."""
_RUN_LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs")
"""Loggers whose lines belong to flow runs: Prefect shows them there, and our log has no use for them."""
_NOISY_LOGGERS: Final = (
    "alembic",
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "openai",
    "google_genai",
    "google_genai.models",
    "psycopg.pool",
)
"""Loggers that tell addresses of requests, what they have found to load, or how large they are, at INFO."""


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send everything that this process logs to one place, in the form the settings ask for."""
    to = stream or sys.stderr
    handler = LogHandler(to)
    redact = make_redactor([*secrets_of(settings), os.environ.get("PGPASSWORD", "")])
    as_json = settings.log_format == "json" or (
        settings.log_format == "auto" and not (to is not None and to.isatty())
    )
    handler.setFormatter(json_formatter(redact) if as_json else TextFormatter(redact))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    if stream is None:
        log_unhandled()
    route_library_loggers()


def route_library_loggers(names: Iterable[str] = ROUTED_LOGGERS) -> None:
    """Give libraries' loggers our handler in place of their own that writes to the terminal.

    To be called again after such a library was imported. Handlers that write elsewhere, such as
    Prefect's to its server, stay.
    """
    root_handlers = logging.getLogger().handlers
    if not root_handlers or not isinstance(root_handlers[0].formatter, RecordFormatter):
        return  # not set up by us: a test, or somebody else's program
    for name in names:
        logger = logging.getLogger(name)
        other_handlers = [
            each for each in logger.handlers if not isinstance(each, logging.StreamHandler)
        ]
        logger.handlers = (
            other_handlers if logger.propagate else [*other_handlers, root_handlers[0]]
        )
    for name in _RUN_LOGGERS:
        logging.getLogger(name).propagate = False


def secrets_of(settings: Settings) -> list[str]:
    """Give every secret that the settings hold; of an address also its password alone."""
    found: list[str] = []
    for _, value in settings:
        secret = value.api_key if isinstance(value, ProviderAccess) else value
        if isinstance(secret, SecretStr):
            text = secret.get_secret_value()
            found += [text, *_password_in(text)]
    return found


def _password_in(text: str) -> list[str]:
    _, separator, rest = text.partition("://")
    if not separator or "@" not in rest:
        return []
    return [rest.rpartition("@")[0].partition(":")[2]]
