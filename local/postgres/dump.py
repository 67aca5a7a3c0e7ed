"""A database of the embedded server as pg_dump writes it, and back; for Prefect's, whose tables are not ours."""

import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Final
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from local.postgres.cluster import find_cluster, install_programs, server_user, to_postgres_error
from schemas.errors import UnavailableError

_PIECE_BYTES: Final = 1024 * 1024
_LEFT_OUT: Final = ("events", "event_resources")
"""What Prefect keeps for two days only, and which is most of its bytes."""


def dump_database(home: Path, url: str, write: Callable[[Iterator[bytes]], None]) -> bool:
    """Give a dump to `write`, piece by piece; False where there is no such database.

    Raises UnavailableError `postgres_failed`.
    """
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    options = [f"--exclude-table-data={table}" for table in _LEFT_OUT]
    with tempfile.TemporaryFile() as errors:
        process = _start(
            home, "pg_dump", url, ["--format=custom", "--no-owner", *options], errors, reads=False
        )
        with process:
            assert process.stdout
            stdout = process.stdout
            write(iter(lambda: stdout.read(_PIECE_BYTES), b""))
        _require_success(process, errors, "Prefect's database could not be dumped")
    return True


def restore_database(home: Path, url: str, pieces: Iterable[bytes]) -> None:
    """Make a database anew from a dump. Raises UnavailableError `postgres_failed`."""
    parts = urlsplit(url)
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection:
        name = sql.Identifier(unquote(parts.path.lstrip("/")))
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connection.execute(sql.SQL("create database {}").format(name))
    options = ["--no-owner", "--exit-on-error", "--single-transaction"]
    with tempfile.TemporaryFile() as errors:
        process = _start(home, "pg_restore", url, options, errors, reads=True)
        try:
            with process:
                assert process.stdin
                for piece in pieces:
                    process.stdin.write(piece)
        except BrokenPipeError:
            pass  # it has ended, and says why
        _require_success(process, errors, "Prefect's database could not be restored")


def _start(
    home: Path, program: str, url: str, options: list[str], errors: IO[bytes], *, reads: bool
) -> subprocess.Popen[bytes]:
    cluster = find_cluster(home)
    if cluster is None:
        raise UnavailableError("postgres_failed", f"{home} has no PostgreSQL of its own.")
    parts = urlsplit(url)
    target = ["--host=127.0.0.1", f"--port={parts.port}", f"--username={parts.username}"]
    pipe = subprocess.PIPE
    return subprocess.Popen(  # noqa: S603 - a program of the package, arguments of ours
        [
            install_programs(cluster, server_user()) / program,
            *(*options, *target, f"--dbname={unquote(parts.path.lstrip('/'))}"),
        ],
        stdin=pipe if reads else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if reads else pipe,
        stderr=errors,
        env={"PGPASSWORD": unquote(parts.password or ""), "LC_ALL": "C"},
    )


def _require_success(process: subprocess.Popen[bytes], errors: IO[bytes], action: str) -> None:
    if process.returncode != 0:
        errors.seek(0)
        raise to_postgres_error(action, errors.read(100_000).decode(errors="replace"))
