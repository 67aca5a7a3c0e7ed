"""The log of a process: JSON lines for machines, plain lines on a terminal, both redacted.

A line says when, how serious, who speaks and what happened; and, where it is known, whom it is
about: `request_id`, `user_id`, `run_id`, `node_id`, `epoch`. Libraries' lines go the same way.
"""

import logging
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from pydantic import SecretStr

from schemas.settings import ProviderAccess, Settings
from telemetry.context import current_context
from telemetry.redact import MAX_LENGTH, make_redactor

ROUTED_LOGGERS: Final = ("prefect", "uvicorn", "uvicorn.access", "uvicorn.error")
"""Loggers of libraries that bring handlers of their own."""
_NOISY_LOGGERS: Final = (
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "google_genai",
    "google_genai.models",
)
"""Loggers that tell addresses of requests at INFO."""
_STANDARD_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",  # uvicorn's, the same again
}

Redact = Callable[[str], str]


class _RecordFields(logging.Formatter):
    """What both forms share: facts, extras, redaction and a limit of length."""

    def __init__(self, redact: Redact) -> None:
        super().__init__()
        self._redact = redact

    def message(self, record: logging.LogRecord) -> str:
        """Give the sentence, cut where somebody logged a whole document."""
        return self._redact(_cut(record.getMessage()))

    def trace(self, record: logging.LogRecord) -> str | None:
        """Give the traceback, if there is one."""
        if not record.exc_info:
            return None
        return self._redact(_cut(self.formatException(record.exc_info)))

    def facts(self, record: logging.LogRecord) -> dict[str, Any]:
        """Give whom and what the record is about, and what was given as `extra`."""
        extra = {
            name: value for name, value in vars(record).items() if name not in _STANDARD_FIELDS
        }
        return {**current_context(), **{name: self._clean(value) for name, value in extra.items()}}

    def _clean(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, int, float)):
            return value
        return self._redact(_cut(str(value)))


class TextFormatter(_RecordFields):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one record as a line, and its traceback below."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
        facts = " ".join(f"{name}={value}" for name, value in self.facts(record).items())
        line = f"{at} {record.levelname} {record.name} {self.message(record)}"
        if facts:
            line += f"  [{facts}]"
        trace = self.trace(record)
        return f"{line}\n{trace}" if trace else line


def json_formatter(redact: Redact) -> logging.Formatter:
    """Give the formatter for machines; its library is imported only where it is used."""
    from pythonjsonlogger.json import JsonEncoder  # noqa: PLC0415

    write = JsonEncoder(ensure_ascii=False).encode

    class JsonFormatter(_RecordFields):
        def format(self, record: logging.LogRecord) -> str:
            document: dict[str, Any] = {
                "time": datetime.fromtimestamp(record.created, UTC).isoformat(
                    timespec="milliseconds"
                ),
                "level": record.levelname,
                "logger": record.name,
                "message": self.message(record),
                **self.facts(record),
            }
            if trace := self.trace(record):
                document["exception"] = trace
            return write(document)

    return JsonFormatter(redact)


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send everything that this process logs to one place, in the form the settings ask for."""
    to = stream or sys.stderr
    handler = logging.StreamHandler(to)
    redact = make_redactor(secrets_of(settings))
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
    route_library_loggers()


def route_library_loggers(names: Iterable[str] = ROUTED_LOGGERS) -> None:
    """Give libraries' loggers our handler in place of their own that writes to the terminal.

    To be called again after such a library was imported. Handlers that write elsewhere, such as
    Prefect's to its server, stay.
    """
    root_handlers = logging.getLogger().handlers
    if not root_handlers or not isinstance(root_handlers[0].formatter, _RecordFields):
        return  # not set up by us: a test, or somebody else's program
    for name in names:
        logger = logging.getLogger(name)
        other_handlers = [
            each for each in logger.handlers if not isinstance(each, logging.StreamHandler)
        ]
        logger.handlers = (
            other_handlers if logger.propagate else [*other_handlers, root_handlers[0]]
        )


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


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]} … [cut]"
