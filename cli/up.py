"""`nodeloom up`: everything on this machine, until somebody stops it."""

import json
import shutil
import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console

from cli.progress import StackProgress, error_console
from local.prefect.auth import password_file, sign_in_url
from local.stack import Stack
from schemas.settings import Settings
from tasks.providers.registry import configured_providers, key_variables, needs_demo_model


class StopRequested(BaseException):
    """Somebody wants us to stop: Ctrl-C, SIGTERM, or the terminal was closed."""


def run_up(settings: Settings, prefect_port: int) -> int:
    """Start all parts, print the ready line, watch them until asked to stop; give the exit code.

    Raises:
        AppError: something is in the way; everything that was started has been stopped.
    """
    if settings.auth == "clerk":
        from api.auth.clerk import load_clerk_config

        load_clerk_config(settings)  # before anything is started
    console = error_console()
    progress = StackProgress(console)
    stack = Stack(settings, settings.port, prefect_port, progress.report_status)
    with stopping_on_signals():
        try:
            with progress.live():
                stack.start()
            _print_addresses(console, stack)
            while True:
                time.sleep(0.2)
                stack.supervise()
        except StopRequested:
            console.print("Stopping …")
            return 0
        finally:
            with ignoring_signals():
                stack.stop()


@contextmanager
def stopping_on_signals() -> Generator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into StopRequested meanwhile."""

    def request(_number: int, _frame: FrameType | None) -> None:
        raise StopRequested

    with _with_handlers(request):
        yield


@contextmanager
def ignoring_signals() -> Generator[None]:
    """Let nothing interrupt: stopping takes seconds and must not be left half done."""
    with _with_handlers(signal.SIG_IGN):
        yield


@contextmanager
def _with_handlers(handler: object) -> Generator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous_handlers = {number: signal.signal(number, handler) for number in numbers}  # pyright: ignore[reportArgumentType]
    try:
        yield
    finally:
        for number, previous in previous_handlers.items():
            signal.signal(number, previous)


def _prefect_line(console: Console, stack: Stack) -> str:
    """Say how to open Prefect; the password is shown to a person, never written to a log."""
    url, auth = stack.addresses["prefect"], stack.prefect_auth
    if auth is None:
        return url
    if console.is_terminal:
        return f"{sign_in_url(url, auth)}  (signs this browser in)"
    return f"{url}  (asks for the password in {password_file(stack.home)})"


def _command() -> str:
    """Give what to type for this program, which a shell need not find by its name."""
    return "nodeloom" if shutil.which("nodeloom") else sys.argv[0]


def _print_addresses(console: Console, stack: Stack) -> None:
    addresses = stack.addresses
    configured = configured_providers(stack.settings)
    models = [each.title for each in configured]
    if needs_demo_model(stack.settings):
        models.append("the built-in demo model")
    lines = (
        "",
        f"Nodeloom  {addresses['api']}",
        f"Prefect   {_prefect_line(console, stack)}",
        f"Logs      {stack.home / 'logs'}",
        f"LLM nodes are answered by {' and '.join(models)}."
        + ("" if configured else f" Set {key_variables()} for real answers."),
        "",
        "Next, in another terminal:",
        f"  {_command()} run examples/product-marketing-kit.json --output out",
        "Ctrl-C stops everything.",
        "",
    )
    for line in lines:
        console.print(line, markup=False)
    sys.stdout.write(f"ready {json.dumps(addresses)}\n")
    sys.stdout.flush()
