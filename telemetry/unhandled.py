"""What Python itself would write to standard error, as lines of the log like all others.

Errors that nobody caught, in whatever thread, or while an object was deleted; and what libraries
log in child processes, which know no settings.
"""

import atexit
import logging
import sys
import threading
from types import TracebackType
from typing import Literal

from telemetry.formatters import RecordFormatter, TextFormatter, json_formatter
from telemetry.redact import make_redactor

logger = logging.getLogger("python")

Form = Literal["json", "text"]


class LogHandler(logging.StreamHandler):  # pyright: ignore[reportMissingTypeArgument] - of no use here
    """Writes lines; a record that cannot be written gets a line that says so."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's name
        """Say which record it was, without its contents: they are what is wrong."""
        error = sys.exception()
        message = f"a line of {record.name} cannot be written: {type(error).__name__}"
        line = logging.LogRecord(
            logger.name, logging.ERROR, record.pathname, 0, message, None, None
        )
        try:
            self.stream.write(self.format(line) + self.terminator)
        except (OSError, ValueError):
            return  # nobody reads the log any more


def log_unhandled() -> None:
    """Have all that Python says about errors logged; at the exit it says nothing any more."""
    sys.excepthook = _log_exception
    threading.excepthook = _log_thread_exception
    sys.unraisablehook = _log_unraisable
    atexit.register(_be_silent)


def log_form() -> Form | None:
    """Give how this process writes its log; None where `configure_logging` was not called."""
    handlers = logging.getLogger().handlers
    formatter = handlers[0].formatter if handlers else None
    if not isinstance(formatter, RecordFormatter):
        return None
    return "text" if isinstance(formatter, TextFormatter) else "json"


def configure_child(form: Form | None, level: int) -> None:
    """Have a child process, which knows neither settings nor secrets, log like its parent."""
    if form is None:
        return
    handler = LogHandler()
    redact = make_redactor(())
    handler.setFormatter(json_formatter(redact) if form == "json" else TextFormatter(redact))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    log_unhandled()


def _log_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logger.critical("an error ended this process", exc_info=(kind, error, trace))


def _log_thread_exception(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread else "a thread"
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        logger.error(
            "an error ended %s",
            name,
            exc_info=(args.exc_type, args.exc_value, args.exc_traceback),
        )


def _log_unraisable(args: "sys.UnraisableHookArgs") -> None:
    message = args.err_msg or "Exception ignored in"
    error = args.exc_value or args.exc_type()
    logger.error(
        "%s: %r", message, args.object, exc_info=(args.exc_type, error, args.exc_traceback)
    )


def _be_silent() -> None:
    """Keep what the interpreter says while it takes itself down out of the log.

    By then modules are gone that would make a line of it. The log's own stream stays open.
    """
    sys.stderr.flush()
    sys.stderr = sys.__stderr__ = None  # it goes back to the second one
