"""Child processes that never outlive us, each with a log file of its own."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.machine import process_reaper
from local.machine.home import file_error

_PR_SET_PDEATHSIG: Final = 1
_LOG_LIMIT_BYTES: Final = 10_000_000
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class User:
    """Another user to run as; only root can."""

    uid: int
    gid: int


class _ReaperConnection:
    """Our line to the leash process; see `local.machine.process_reaper`. One per process, started when needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def send(self, line: str) -> None:
        """Send one line; a leash that somebody killed is not mourned."""
        with self._lock, contextlib.suppress(BrokenPipeError):
            if self._process is None or self._process.poll() is not None:
                self._process = self._start()
            assert self._process.stdin is not None
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-S", process_reaper.__file__]
        return subprocess.Popen(  # noqa: S603 - our own script
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            process_group=0,
        )


_reaper = _ReaperConnection()


class ChildProcess:
    """A running child process, leader of its own process group."""

    def __init__(
        self, name: str, process: subprocess.Popen[bytes], log: Path, stop_signal: int
    ) -> None:
        """Take over a process that was just started; its log begins at the file's end."""
        self.name = name
        self.log = log
        self.process = process
        self._stop_signal = stop_signal
        self._log_offset = log.stat().st_size

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def output(self) -> str:
        """What it has written to its log since it was started."""
        with self.log.open("rb") as file:
            file.seek(self._log_offset)
            return file.read().decode(errors="replace")

    def request_stop(self) -> None:
        """Send its stop signal and return at once."""
        if self.running:
            self.process.send_signal(self._stop_signal)

    def stop(self, seconds: float = 10.0) -> None:
        """Ask it to stop, wait, and end by force what is left of its group afterwards."""
        self.request_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        process_reaper.signal_group(self.pid, signal.SIGKILL)
        self.process.wait()
        _reaper.send(f"-{self.pid}")


def start_process(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: User | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> ChildProcess:
    """Start a child process that ends with us.

    Linux itself tells the child when we die (only if this is called from the main thread: the
    promise is tied to the calling thread); the leash does it everywhere, and for the child's
    own children too.

    Raises:
        OSError: the command cannot be executed.
        AppError: the log cannot be written.
    """
    _reaper.send("-0")  # so that it stands before the first child does
    try:
        _rotate_log(log)
        output = log.open("ab")
    except OSError as error:
        raise file_error(error, log.parent) from error
    with output:
        process = subprocess.Popen(  # noqa: S603 - commands of ours, never a user's
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            process_group=0,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            preexec_fn=_signal_on_parent_death(stop_signal),  # noqa: PLW1509 - one C call, no locks
        )
    _reaper.send(f"+{process.pid} {int(stop_signal)}")
    return ChildProcess(name, process, log, stop_signal)


def _signal_on_parent_death(number: int) -> Callable[[], None] | None:
    """Give what makes a new child ask Linux for `number` when this thread's process dies."""
    libc = _libc
    if libc is None or threading.current_thread() is not threading.main_thread():
        return None
    parent = os.getpid()

    def request_signal() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return request_signal


def _rotate_log(log: Path) -> None:
    """Put a long log aside, so that logs never fill the disk."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".old.log"))


def wait_until(
    ready: Callable[[], bool], child: ChildProcess, seconds: float, poll_seconds: float = 0.02
) -> bool:
    """Wait until `ready` says so; False when the part ended or the time is over first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if not child.running:
            return False
        time.sleep(poll_seconds)
    return False
