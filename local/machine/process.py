"""Child processes that never outlive us, each with a log file of its own."""

import atexit
import contextlib
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

_LOG_LIMIT_BYTES: Final = 10_000_000
_REAPER_SECONDS: Final = 1.0
"""How long our exit waits for the reaper to end; it ends by itself, too."""


@dataclass(frozen=True)
class User:
    """Another user to run as; only root can."""

    uid: int
    gid: int


class _ReaperConnection:
    """Our line to the reaper; see `local.machine.process_reaper`. One per process, from any thread.

    A reaper that somebody killed is replaced with the next message, and told of all groups again.
    """

    def __init__(self) -> None:
        self._groups: dict[int, int] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        atexit.register(self._close)

    def registration(self, stop_signal: int) -> Callable[[], None]:
        """Start the reaper, and give what a forked child calls before it executes anything.

        The child names itself: between the fork and a word of ours we may be killed. Until its
        line is written its copy of the pipe keeps the reaper from believing that all are gone.
        """
        with self._lock:
            self._send({})
            assert self._process is not None and self._process.stdin is not None  # noqa: PT018
            pipe = self._process.stdin.fileno()

        def register() -> None:
            with contextlib.suppress(OSError):
                os.write(pipe, b"%d %d\n" % (os.getpid(), stop_signal))

        return register

    def add(self, group: int, stop_signal: int) -> None:
        """Have a process group ended when we are gone."""
        with self._lock:
            self._groups[group] = stop_signal
            self._send({group: stop_signal})

    def remove(self, group: int) -> None:
        """Leave a group alone that has ended."""
        with self._lock:
            if self._groups.pop(group, None) is not None:
                self._send({group: 0})

    def _send(self, changes: Mapping[int, int]) -> None:
        if self._process is None or self._process.poll() is not None:
            self._close()
            self._process = self._start()
            changes = self._groups
        assert self._process.stdin is not None
        lines = "".join(f"{group} {number}\n" for group, number in changes.items())
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(lines.encode())
            self._process.stdin.flush()

    def _close(self) -> None:
        """Let the reaper end what is left, and itself."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_REAPER_SECONDS)

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
        _reaper.remove(self.pid)


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
    """Start a child process that ends with us, and its own children with it.

    Raises:
        OSError: the command cannot be executed.
        AppError: the log cannot be written.
    """
    register = _reaper.registration(stop_signal)
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
            preexec_fn=register,  # noqa: PLW1509 - it only writes one line
        )
    _reaper.add(process.pid, stop_signal)
    return ChildProcess(name, process, log, stop_signal)


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
