"""All parts of Nodeloom on one machine: started side by side, watched, stopped in order.

PostgreSQL first; then Prefect's server and the demo model start on their own while the
database is migrated; then the API and a worker, which are `nodeloom api` and `nodeloom worker`
as in production. What the environment names (`DATABASE_URL`, `PREFECT_API_URL`,
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

from db.postgres.migrate import create_if_missing, migrate
from local.demo_model.weights import find_weights
from local.home import explain_os_error, prepare_home
from local.ports import choose_port, free_port
from local.postgres.server import EmbeddedPostgres
from local.prefect.auth import auth_string
from local.prefect.server import client_environment, start_prefect
from local.process import Part, start
from local.ready import answers
from local.running import Addresses, announce, up_lock, withdraw
from schemas.errors import AppError, UnavailableError
from schemas.settings import Settings

Say = Callable[[str, str], None]
"""(part, what is going on with it): `starting`, `ready`, or a sentence."""

_START_SECONDS: Final = 180
_BACKOFF_SECONDS: Final = (1, 2, 5, 10, 30)
_NO_SPACE_BYTES: Final = 1_000_000
_STEADY_SECONDS: Final = 60
"""A part that ran this long before it ended is started again at once."""


@dataclass
class Watched:
    """A part, how to start it (again), and how to see that it is ready."""

    begin: Callable[[], Part]
    is_ready: Callable[[Part], bool]
    stop_seconds: float
    part: Part | None = None
    ready: bool = False
    began: float = 0
    failures: int = 0
    again_at: float = 0

    def start(self) -> None:
        """Start it."""
        self.part = self.begin()
        self.ready = False
        self.began = time.monotonic()


@dataclass
class Stack:
    """The parts of one home folder. Use it from the main thread only: see `local.process`."""

    settings: Settings
    port: int
    prefect_port: int
    say: Say
    _parts: dict[str, Watched] = field(default_factory=dict[str, Watched])
    _postgres: EmbeddedPostgres | None = None
    _postgres_again_at: float = 0
    _environment: dict[str, str] = field(default_factory=dict[str, str])
    _worker_environment: dict[str, str] = field(default_factory=dict[str, str])
    """What only the worker needs: with Prefect's password programs can be run here."""

    def __post_init__(self) -> None:
        """Prepare; nothing is started yet."""
        self.home = self.settings.home_folder
        self._lock = up_lock(self.home)
        self.prefect_url = self.settings.prefect_api_url or ""
        self.api_url = ""

    @property
    def prefect_auth(self) -> str | None:
        """The password of the Prefect server that was started; None where none is asked for."""
        return None if self.settings.prefect_api_url else auth_string(self.home)

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
        self._lock.take()
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
        self._wait()
        announce(self.home, self.addresses)

    def watch(self) -> None:
        """Look after the parts once: start again what has ended."""
        if self._postgres and not self._postgres.running:
            self._restart_postgres(self._postgres)
        for name, watched in self._parts.items():
            self._watch(name, watched)

    def stop(self) -> None:
        """Stop everything that was started, those that need others first."""
        if not self._lock.is_ours:
            return
        withdraw(self.home)
        for watched in self._parts.values():
            if watched.part and watched.stop_seconds > 5:
                watched.part.ask_to_stop()  # the slow ones side by side
        for name, watched in reversed(self._parts.items()):
            if watched.part:
                self.say(name, "stopping")
                watched.part.stop(watched.stop_seconds)
        if self._postgres:
            self.say("postgres", "stopping")
            self._postgres.stop()
        self._lock.release()

    def _restart_postgres(self, postgres: EmbeddedPostgres) -> None:
        if time.monotonic() < self._postgres_again_at:
            return
        self.say("postgres", "ended unexpectedly; starting it again")
        try:
            postgres.restart()
        except AppError as error:
            self._postgres_again_at = time.monotonic() + 5
            self.say("postgres", str(error))
        else:
            self.say("postgres", "ready")

    def _choose_ports(self) -> None:
        host = self.settings.host
        self.port = choose_port(self.port, host, "the API", "--port")
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
        self.api_url = f"http://{shown}:{self.port}"
        if not self.settings.prefect_api_url:
            self.prefect_port = choose_port(
                self.prefect_port, "127.0.0.1", "Prefect's server", "--prefect-port"
            )
            self.prefect_url = f"http://127.0.0.1:{self.prefect_port}/api"

    def _start_database(self) -> str:
        given = self.settings.database_url
        if given:
            return given.get_secret_value()
        self.say("postgres", "starting")
        self._postgres = EmbeddedPostgres(self.home)
        self._postgres.start()
        for name in ("nodeloom", "prefect"):
            self._postgres.ensure_database(name)
        self.say("postgres", "ready")
        return self._postgres.url()

    def _start_prefect(self, database_url: str) -> None:
        if self.settings.prefect_api_url:
            return
        if self._postgres:
            url = self._postgres.url("prefect")
        else:
            url = beside(database_url)
            create_if_missing(url)
        health = f"{self.prefect_url}/health"
        self._worker_environment = client_environment(self.home, self.prefect_url)
        self._add(
            "prefect",
            Watched(
                lambda: start_prefect(self.home, self.prefect_port, url, self._log("prefect")),
                lambda _part: answers(health),
                stop_seconds=3,
            ),
        )

    def _start_model(self) -> None:
        if self.settings.gemini_api_key or self.settings.gemini_base_url:
            return
        if find_weights() is None:
            self.say("model", "no demo model is installed; set GEMINI_API_KEY to use llm nodes")
            return
        port, key = free_port(), secrets.token_urlsafe(24)
        self._environment |= {
            "GEMINI_API_KEY": key,
            "GEMINI_BASE_URL": f"http://127.0.0.1:{port}",
            "NODELOOM_DEMO_MODEL": "true",
        }
        health = f"http://127.0.0.1:{port}/health"
        begin = self._command("model", "--port", str(port))
        self._add("model", Watched(begin, lambda _part: answers(health), stop_seconds=3))

    def _migrate(self, database_url: str) -> None:
        self.say("migrations", "starting")
        migrate(database_url)
        self.say("migrations", "ready")

    def _start_api(self, database_url: str) -> None:
        self._environment |= {
            "DATABASE_URL": database_url,
            "NODELOOM_HOST": self.settings.host,
            "NODELOOM_PORT": str(self.port),
        }
        health = f"{self.api_url}/health/live"
        # One machine, no load balancer: there is nobody to turn away first.
        own = {"NODELOOM_DRAIN_SECONDS": "0", **self._metrics(0)}
        if self.prefect_url:
            own["PREFECT_API_URL"] = self.prefect_url
        begin = self._command("api", **own)
        self._add("api", Watched(begin, lambda _part: answers(health), stop_seconds=10))

    def _start_worker(self) -> None:
        def listens(part: Part) -> bool:
            return "worker ready" in part.said()

        own = self._worker_environment | {
            "NODELOOM_PUBLIC_URL": self.settings.public_url or self.api_url
        }
        begin = self._command("worker", **own, **self._metrics(1))
        self._add("worker", Watched(begin, listens, stop_seconds=10))

    def _metrics(self, place: int) -> dict[str, str]:
        """Give each process a metrics port of its own, counted on from the one in the settings."""
        port = self.settings.metrics_port
        return {"NODELOOM_METRICS_PORT": str(port + place)} if port else {}

    def _add(self, name: str, watched: Watched) -> None:
        self._parts[name] = watched
        self.say(name, "starting")
        watched.start()

    def _command(self, *words: str, **more: str) -> Callable[[], Part]:
        name = words[0]
        script = Path(sys.executable).with_name("nodeloom")
        program = [script] if script.exists() else [sys.executable, "-m", "cli.main"]
        return lambda: start(
            name,
            [*program, *words],
            log=self._log(name),
            env=self._environment | more,
            cwd=self.home,
        )

    def _log(self, name: str) -> Path:
        return self.home / "logs" / f"{name}.log"

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not all(watched.ready for watched in self._parts.values()):
            for name, watched in self._parts.items():
                self._look(name, watched)
            if time.monotonic() > deadline:
                late = [name for name, watched in self._parts.items() if not watched.ready]
                raise UnavailableError(
                    "start_timed_out",
                    f"After {_START_SECONDS} s this was still not ready: {', '.join(late)}. The"
                    f" logs in {self.home / 'logs'} may say why.",
                )
            time.sleep(0.05)

    def _look(self, name: str, watched: Watched) -> None:
        """See whether a part that was started has become ready; raise if it has ended instead."""
        part = watched.part
        if watched.ready or part is None:
            return
        if not part.running:
            raise self._did_not_start(name, part)
        if watched.is_ready(part):
            watched.ready = True
            self.say(name, "ready")

    def _did_not_start(self, name: str, part: Part) -> AppError:
        if shutil.disk_usage(self.home).free < _NO_SPACE_BYTES:  # then its log says nothing
            return explain_os_error(OSError(errno.ENOSPC, ""), self.home)
        return UnavailableError(
            "part_failed", f"{name} did not start: {last_words(part)} (its log: {part.log})"
        )

    def _watch(self, name: str, watched: Watched) -> None:
        now = time.monotonic()
        part = watched.part
        if part is None:  # waiting for its next attempt
            if now >= watched.again_at:
                watched.start()
            return
        if not part.running:
            part.stop()  # what is left of its group
            watched.failures = 0 if now - watched.began > _STEADY_SECONDS else watched.failures + 1
            pause = _BACKOFF_SECONDS[min(watched.failures, len(_BACKOFF_SECONDS) - 1)]
            watched.part, watched.again_at = None, now + pause
            self.say(name, f"ended unexpectedly ({last_words(part)}); again in {pause} s")
        elif not watched.ready and watched.is_ready(part):
            watched.ready = True
            self.say(name, "ready")


def last_words(part: Part) -> str:
    """Give why a part ended: what it said about it, or the signal or exit code."""
    code = part.process.returncode
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    lines = [line.strip() for line in part.said().splitlines() if line.strip()]
    for line in lines:  # what a command of ours ends with
        if line.startswith("nodeloom: "):
            return line.removeprefix("nodeloom: ")
    return lines[-1][:500] if lines else f"exit code {code}"


def beside(database_url: str) -> str:
    """Give the address of Prefect's database on the server of ours: its name and `_prefect`."""
    parts = urlsplit(database_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/') or '/nodeloom'}_prefect"))
