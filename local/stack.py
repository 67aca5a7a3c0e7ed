"""All parts of Nodeloom on one machine: started side by side, watched, stopped in order.

PostgreSQL first; then Prefect's server and the demo model start on their own while the
database is migrated; then the API, a worker and a recorder, which are `nodeloom api`, `nodeloom
worker` and `nodeloom recorder` as in production. What the environment names (`DATABASE_URL`, `PREFECT_API_URL`,
`GEMINI_API_KEY`) is not started.
"""

import errno
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from local.demo_model.weights import find_weights
from local.machine.health import is_healthy
from local.machine.home import file_error, prepare_home
from local.machine.ports import choose_port, find_free_port
from local.machine.process import ChildProcess, start_process
from local.postgres.server import EmbeddedPostgres
from local.prefect.auth import get_auth_string
from local.prefect.server import client_environment, start_prefect
from local.running import Addresses, register_instance, unregister_instance, up_lock
from schemas.errors import AppError, UnavailableError
from schemas.settings import Settings
from tasks.providers.registry import key_variables, needs_demo_model

ReportStatus = Callable[[str, str], None]
"""(part, what is going on with it): `starting`, `ready`, or a sentence."""

_START_SECONDS: Final = 180
_RESTART_DELAYS_SECONDS: Final = (1, 2, 5, 10, 30)
_DISK_FULL_BYTES: Final = 1_000_000
_STABLE_SECONDS: Final = 60
"""A part that ran this long before it ended is started again at once."""


@dataclass
class SupervisedProcess:
    """A part, how to start it (again), and how to see that it is ready."""

    spawn: Callable[[], ChildProcess]
    is_ready: Callable[[ChildProcess], bool]
    stop_seconds: float
    child: ChildProcess | None = None
    ready: bool = False
    started_at: float = 0
    failures: int = 0
    restart_at: float = 0

    def start(self) -> None:
        """Start it."""
        self.child = self.spawn()
        self.ready = False
        self.started_at = time.monotonic()


@dataclass
class Stack:
    """The parts of one home folder."""

    settings: Settings
    port: int
    prefect_port: int
    report_status: ReportStatus
    _processes: dict[str, SupervisedProcess] = field(default_factory=dict[str, SupervisedProcess])
    _postgres: EmbeddedPostgres | None = None
    _postgres_restart_at: float = 0
    _environment: dict[str, str] = field(default_factory=dict[str, str])
    _client_environment: dict[str, str] = field(default_factory=dict[str, str])
    """What worker and recorder need, and nobody else: with Prefect's password programs can be run here."""

    def __post_init__(self) -> None:
        """Prepare; nothing is started yet."""
        self.home = self.settings.home_folder
        self._lock = up_lock(self.home)
        self.prefect_url = self.settings.prefect_api_url or ""
        self.api_url = ""

    @property
    def prefect_auth(self) -> str | None:
        """The password of the Prefect server that was started; None where none is asked for."""
        return None if self.settings.prefect_api_url else get_auth_string(self.home)

    @property
    def addresses(self) -> Addresses:
        """How to reach it all."""
        return {
            "api": self.api_url,
            "prefect": self.prefect_url.removesuffix("/").removesuffix("/api"),
            "home": str(self.home),
        }

    def start(self) -> None:
        """Start everything and wait until all of it is ready.

        Raises:
            AppError: what is in the way, in a sentence; what was started must be stopped.
        """
        prepare_home(self.home)
        self._lock.acquire()
        self._choose_ports()
        self._environment = (
            {"NODELOOM_LOG_FORMAT": "text"} | dict(os.environ) | {"NODELOOM_HOME": str(self.home)}
        )
        database_url = self._start_database()
        self._start_prefect(database_url)
        self._start_model()
        self._migrate(database_url)
        self._start_api(database_url)
        self._start_worker()
        self._start_recorder()
        self._wait_until_ready()
        register_instance(self.home, self.addresses)

    def supervise(self) -> None:
        """Look after the parts once: start again what has ended."""
        if self._postgres and not self._postgres.running:
            self._restart_postgres(self._postgres)
        for name, supervised in self._processes.items():
            self._supervise(name, supervised)

    def stop(self) -> None:
        """Stop everything that was started, those that need others first."""
        if not self._lock.is_owned:
            return
        unregister_instance(self.home)
        for supervised in self._processes.values():
            if supervised.child and supervised.stop_seconds > 5:
                supervised.child.request_stop()  # the slow ones side by side
        for name, supervised in reversed(self._processes.items()):
            if supervised.child:
                self.report_status(name, "stopping")
                supervised.child.stop(supervised.stop_seconds)
        if self._postgres:
            self.report_status("postgres", "stopping")
            self._postgres.stop()
        self._lock.release()

    def _restart_postgres(self, postgres: EmbeddedPostgres) -> None:
        if time.monotonic() < self._postgres_restart_at:
            return
        self.report_status("postgres", "ended unexpectedly; starting it again")
        try:
            postgres.restart()
        except AppError as error:
            self._postgres_restart_at = time.monotonic() + 5
            self.report_status("postgres", str(error))
        else:
            self.report_status("postgres", "ready")

    def _choose_ports(self) -> None:
        host = self.settings.host
        self.port = choose_port(self.port, host, "the API", "--port")
        display_host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
        self.api_url = f"http://{display_host}:{self.port}"
        if not self.settings.prefect_api_url:
            self.prefect_port = choose_port(
                self.prefect_port, "127.0.0.1", "Prefect's server", "--prefect-port"
            )
            self.prefect_url = f"http://127.0.0.1:{self.prefect_port}/api"

    def _start_database(self) -> str:
        configured_url = self.settings.database_url
        if configured_url:
            return configured_url.get_secret_value()
        self.report_status("postgres", "starting")
        self._postgres = EmbeddedPostgres(self.home)
        self._postgres.start()
        for name in ("nodeloom", "prefect"):
            self._postgres.ensure_database(name)
        self.report_status("postgres", "ready")
        return self._postgres.url()

    def _start_prefect(self, database_url: str) -> None:
        if self.settings.prefect_api_url:
            return
        if self._postgres:
            url = self._postgres.url("prefect")
        else:
            from db.postgres.migrate import create_if_missing  # noqa: PLC0415 - it brings SQLAlchemy

            url = prefect_database_url(database_url)
            create_if_missing(url)
        health = f"{self.prefect_url}/health"
        self._client_environment = client_environment(self.home, self.prefect_url)
        self._start_supervised(
            "prefect",
            SupervisedProcess(
                lambda: start_prefect(
                    self.home, self.prefect_port, url, self._log("prefect"), self._environment
                ),
                lambda _part: is_healthy(health),
                stop_seconds=3,
            ),
        )

    def _start_model(self) -> None:
        if not needs_demo_model(self.settings):
            return
        if find_weights() is None:
            self.report_status(
                "model", f"no demo model is installed; set {key_variables()} to use llm nodes"
            )
            return
        port, key = find_free_port(), secrets.token_urlsafe(24)
        self._environment |= {
            "GEMINI_API_KEY": key,
            "GEMINI_BASE_URL": f"http://127.0.0.1:{port}",
            "NODELOOM_DEMO_MODEL": "true",
        }
        health = f"http://127.0.0.1:{port}/health"
        spawn = self._command("model", "--port", str(port))
        self._start_supervised(
            "model", SupervisedProcess(spawn, lambda _part: is_healthy(health), stop_seconds=3)
        )

    def _migrate(self, database_url: str) -> None:
        """Migrate in a process of its own: what it takes for that, this one would keep for ever."""
        self.report_status("migrations", "starting")
        child = self._command("migrate", DATABASE_URL=database_url)()
        failed = child.process.wait() != 0
        child.stop()
        if failed:
            raise UnavailableError(
                "part_failed",
                f"The database could not be migrated: {exit_reason(child)} (its log: {child.log})",
            )
        self.report_status("migrations", "ready")

    def _start_api(self, database_url: str) -> None:
        self._environment |= {
            "DATABASE_URL": database_url,
            "NODELOOM_HOST": self.settings.host,
            "NODELOOM_PORT": str(self.port),
        }
        health = f"{self.api_url}/health/live"
        # One machine, no load balancer: there is nobody to turn away first.
        environment = {"NODELOOM_DRAIN_SECONDS": "0", **self._metrics(0)}
        if self.prefect_url:
            environment["PREFECT_API_URL"] = self.prefect_url
        spawn = self._command("api", **environment)
        self._start_supervised(
            "api", SupervisedProcess(spawn, lambda _part: is_healthy(health), stop_seconds=10)
        )

    def _start_worker(self) -> None:
        self._start_client("worker", 1, stop_seconds=10)

    def _start_recorder(self) -> None:
        if self.prefect_url and self.settings.prefect_mode != "off":
            self._start_client("recorder", 2, stop_seconds=5)

    def _start_client(self, name: str, metrics_offset: int, stop_seconds: float) -> None:
        """Start a process that uses Prefect, and is ready when it says so."""

        def is_ready(child: ChildProcess) -> bool:
            return f"{name} ready" in child.output()

        environment = self._client_environment | {
            "NODELOOM_PUBLIC_URL": self.settings.public_url or self.api_url
        }
        spawn = self._command(name, **environment, **self._metrics(metrics_offset))
        self._start_supervised(name, SupervisedProcess(spawn, is_ready, stop_seconds))

    def _metrics(self, offset: int) -> dict[str, str]:
        """Give each process a metrics port of its own, counted on from the one in the settings."""
        port = self.settings.metrics_port
        return {"NODELOOM_METRICS_PORT": str(port + offset)} if port else {}

    def _start_supervised(self, name: str, supervised: SupervisedProcess) -> None:
        self._processes[name] = supervised
        self.report_status(name, "starting")
        supervised.start()

    def _command(self, *words: str, **environment: str) -> Callable[[], ChildProcess]:
        name = words[0]
        script = Path(sys.executable).with_name("nodeloom")
        program = [script] if script.exists() else [sys.executable, "-m", "cli.main"]
        return lambda: start_process(
            name,
            [*program, *words],
            log=self._log(name),
            env=self._environment | environment,
            cwd=self.home,
        )

    def _log(self, name: str) -> Path:
        return self.home / "logs" / f"{name}.log"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not all(supervised.ready for supervised in self._processes.values()):
            for name, supervised in self._processes.items():
                self._check_ready(name, supervised)
            if time.monotonic() > deadline:
                late = [
                    name for name, supervised in self._processes.items() if not supervised.ready
                ]
                raise UnavailableError(
                    "start_timed_out",
                    f"After {_START_SECONDS} s this was still not ready: {', '.join(late)}. The"
                    f" logs in {self.home / 'logs'} may say why.",
                )
            time.sleep(0.05)

    def _check_ready(self, name: str, supervised: SupervisedProcess) -> None:
        """See whether a part that was started has become ready; raise if it has ended instead."""
        child = supervised.child
        if supervised.ready or child is None:
            return
        if not child.running:
            raise self._start_error(name, child)
        if supervised.is_ready(child):
            supervised.ready = True
            self.report_status(name, "ready")

    def _start_error(self, name: str, child: ChildProcess) -> AppError:
        if shutil.disk_usage(self.home).free < _DISK_FULL_BYTES:  # then its log says nothing
            return file_error(OSError(errno.ENOSPC, ""), self.home)
        return UnavailableError(
            "part_failed", f"{name} did not start: {exit_reason(child)} (its log: {child.log})"
        )

    def _supervise(self, name: str, supervised: SupervisedProcess) -> None:
        now = time.monotonic()
        child = supervised.child
        if child is None:  # waiting for its next attempt
            if now >= supervised.restart_at:
                supervised.start()
            return
        if not child.running:
            child.stop()  # what is left of its group
            supervised.failures = (
                0 if now - supervised.started_at > _STABLE_SECONDS else supervised.failures + 1
            )
            delay = _RESTART_DELAYS_SECONDS[
                min(supervised.failures, len(_RESTART_DELAYS_SECONDS) - 1)
            ]
            supervised.child, supervised.restart_at = None, now + delay
            self.report_status(
                name, f"ended unexpectedly ({exit_reason(child)}); again in {delay} s"
            )
        elif not supervised.ready and supervised.is_ready(child):
            supervised.ready = True
            self.report_status(name, "ready")


def exit_reason(child: ChildProcess) -> str:
    """Give why a part ended: what it said about it, or the signal or exit code."""
    code = child.process.returncode
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    lines = [line.strip() for line in child.output().splitlines() if line.strip()]
    for line in lines:  # what a command of ours ends with
        if line.startswith("nodeloom: "):
            return line.removeprefix("nodeloom: ")
    return lines[-1][:500] if lines else f"exit code {code}"


def prefect_database_url(database_url: str) -> str:
    """Give the address of Prefect's database on the server of ours: its name and `_prefect`."""
    parts = urlsplit(database_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/') or '/nodeloom'}_prefect"))
