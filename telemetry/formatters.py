"""The two forms of a line of the log: JSON for machines, text for people, both redacted."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from telemetry.context import current_context
from telemetry.redact import MAX_LENGTH

_STANDARD_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",  # uvicorn's, the same again
}

Redact = Callable[[str], str]


class RecordFormatter(logging.Formatter):
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


class TextFormatter(RecordFormatter):
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

    class JsonFormatter(RecordFormatter):
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


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]} … [cut]"
