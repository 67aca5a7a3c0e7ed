"""The home folder: where everything lives that is not configured elsewhere, and who uses it."""

import errno
import fcntl
import os
from pathlib import Path
from typing import TextIO

from schemas.errors import AppError, ConflictError, UnavailableError


def prepare_home(home: Path) -> Path:
    """Make the home folder if it is not there yet.

    It is closed to other users. Where we are root, they may pass through it (but not list
    it), since PostgreSQL refuses to be root and runs as another user; every file of ours in
    it that holds a secret is closed by itself.

    Raises:
        AppError: `home_not_writable` or `disk_full`.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        (home / "logs").mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise file_error(error, home) from error
    return home


def file_error(error: OSError, folder: Path) -> AppError:
    """Say in a sentence why a file of ours could not be written in `folder`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UnavailableError(
            "disk_full",
            f"There is no space left on the disk that holds {folder}: free some, or give another"
            " folder with --home or NODELOOM_HOME.",
        )
    return UnavailableError(
        "home_not_writable",
        f"The folder {folder} cannot be written ({error.strerror or error}): give one that belongs"
        " to you with --home or NODELOOM_HOME.",
    )


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step by one that only its owner can read."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        new.replace(path)
    except OSError as error:
        raise file_error(error, path.parent) from error


class HomeLock:
    """Says that one process at a time may do something in a home folder.

    The operating system lets go of it when the process ends, however it ends.
    """

    def __init__(self, path: Path, purpose: str) -> None:
        """Name the lock file and, for the message, what it is that only one may do."""
        self._path = path
        self._purpose = purpose
        self._file: TextIO | None = None

    def acquire(self) -> None:
        """Take the lock, or raise ConflictError `already_running` naming the holder."""
        try:
            file = self._path.open("a+")
        except OSError as error:
            raise file_error(error, self._path.parent) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise ConflictError(
                "already_running",
                f"{self._purpose} is already running in {self._path.parent}"
                f"{f' (process {holder})' if holder else ''}: use it, stop it first, or give"
                " another folder with --home.",
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    @property
    def is_held(self) -> bool:
        """Whether some process has it."""
        try:
            with self._path.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    @property
    def is_owned(self) -> bool:
        """Whether we have it."""
        return self._file is not None

    def release(self) -> None:
        """Let go."""
        if self._file:
            self._file.close()
            self._file = None
