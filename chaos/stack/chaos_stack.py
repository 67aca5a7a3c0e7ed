"""The processes that chaos is about: each started, killed and started again by itself."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from db.postgres.migrate import migrate
from local.machine.health import is_healthy
from local.machine.home import prepare_home
from local.machine.ports import find_free_port
from local.machine.process import ChildProcess, start_process, wait_until
from local.postgres.server import EmbeddedPostgres
from local.prefect.auth import get_auth_string
from local.prefect.server import client_environment, start_prefect

EXECUTORS: Final = 3
_NODELOOM: Final = str(Path(sys.executable).with_name("nodeloom"))
_NODELOOM_SETTINGS: Final = ("DATABASE_URL", "GEMINI_", "NODELOOM_", "PREFECT_", "CLERK_")


@dataclass
class ChaosStack:
    """PostgreSQL (with fsync), Prefect's server, the API, executors, recorders."""

    home: Path
    provider_url: str
    settings: dict[str, str] = field(default_factory=dict[str, str])
    """Of Nodeloom's processes, where they are not the usual ones."""
    executors: list[ChildProcess] = field(default_factory=list[ChildProcess])
    recorders: list[ChildProcess] = field(default_factory=list[ChildProcess])
    count: int = EXECUTORS
    modes: Sequence[str] = ("tasks", "record")
    """Whether executors host their runs in Prefect, in turn."""

    def start(self) -> None:
        """Start everything and wait until all of it is ready."""
        prepare_home(self.home)
        self.postgres = EmbeddedPostgres(self.home)
        self.postgres.start()
        for name in ("nodeloom", "prefect"):
            self.postgres.ensure_database(name)
        self.database_url = self.postgres.url()
        self._api_port, self.prefect_port = find_free_port(), find_free_port()
        self.api_url = f"http://127.0.0.1:{self._api_port}"
        self.prefect_url = f"http://127.0.0.1:{self.prefect_port}/api"
        self._environment = self._make_environment()
        self.prefect = self.start_prefect()
        migrate(self.database_url)
        self.api = self.start_api()
        self.executors = [self.start_executor(number) for number in range(self.count)]
        self.recorders = [self.start_program("recorder", self.log("recorder"))]
        health = {
            self.prefect: f"{self.prefect_url}/health",
            self.api: f"{self.api_url}/health/live",
        }
        for part, address in health.items():
            self.wait_for(part, lambda address=address: is_healthy(address))
        for part in self.executors:
            self.wait_for(part, lambda part=part: "worker ready" in part.output())

    def stop(self) -> None:
        """Stop everything."""
        for part in [*self.executors, *self.recorders, self.api, self.prefect]:
            part.request_stop()
        for part in [*self.executors, *self.recorders, self.api, self.prefect]:
            part.stop()
        self.postgres.stop()

    def start_prefect(self) -> ChildProcess:
        """Start Prefect's server; it is ready some seconds later."""
        url = self.postgres.url("prefect")
        return start_prefect(self.home, self.prefect_port, url, self.log("prefect"))

    def supervise_prefect(self) -> None:
        """Start Prefect's server again if it has ended: it does where PostgreSQL is away at its start."""
        if self.prefect.process.poll() is not None:
            self.prefect = self.start_prefect()

    def prefect_client(self, url: str = "") -> httpx.Client:
        """Give a client of Prefect's API, or of another server's at `url`."""
        auth = httpx.BasicAuth(*(get_auth_string(self.home) or ":").split(":", 1))
        return httpx.Client(
            base_url=url or self.prefect_url, auth=auth, timeout=30, trust_env=False
        )

    def start_api(self) -> ChildProcess:
        """Start the API."""
        return self.start_program("api", self.log("api"))

    def wait_for_api(self) -> None:
        """Wait until the API answers."""
        self.wait_for(self.api, lambda: is_healthy(f"{self.api_url}/health/live"))

    def start_executor(self, number: int) -> ChildProcess:
        """Start an executor, also in place of one that was killed."""
        mode = self.modes[number % len(self.modes)]
        return self.start_program("worker", self.log(f"worker-{number}"), NODELOOM_PREFECT=mode)

    def stale_writes_refused(self) -> int:
        """Count how often executors were told that a run is not theirs any more."""
        logs = (self.home / "logs").glob("worker-*.log")
        return sum(log.read_text(errors="replace").count("no longer ours") for log in logs)

    def start_program(self, command: str, log: Path, **environment: str) -> ChildProcess:
        """Start `nodeloom <command>`."""
        variables = self._environment | environment
        return start_process(command, [_NODELOOM, command], log=log, env=variables, cwd=self.home)

    def _make_environment(self) -> dict[str, str]:
        inherited = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(_NODELOOM_SETTINGS)
        }
        return (
            inherited
            | client_environment(self.home, self.prefect_url)
            | {
                "NODELOOM_HOME": str(self.home),
                "NODELOOM_PORT": str(self._api_port),
                "DATABASE_URL": self.database_url,
                "GEMINI_API_KEY": "chaos",
                "GEMINI_BASE_URL": self.provider_url,
            }
            | self.settings
        )

    def log(self, name: str) -> Path:
        """Give the file of a part's log."""
        return self.home / "logs" / f"{name}.log"

    def wait_for(self, part: ChildProcess, ready: Callable[[], bool]) -> None:
        """Wait until a part that was just started is ready."""
        if not wait_until(ready, part, 120, poll_seconds=0.1):
            raise RuntimeError(f"{part.name} did not start: {part.output()[-2000:]}")
