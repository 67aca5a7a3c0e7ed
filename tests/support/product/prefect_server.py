"""A Prefect server for tests."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from local.machine.health import is_healthy
from local.machine.process import ChildProcess, wait_until
from local.prefect.server import start_prefect


@dataclass
class PrefectServer:
    """A Prefect server that can be stopped and started again on its port."""

    home: Path
    port: int
    database_url: str
    part: ChildProcess | None = None

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> None:
        log = self.home / "logs" / "prefect.log"
        log.parent.mkdir(exist_ok=True)
        self.part = start_prefect(self.home, self.port, self.database_url, log)
        ready = wait_until(
            lambda: is_healthy(f"{self.api_url}/health"), self.part, 180, poll_seconds=0.2
        )
        assert ready, log.read_text()

    def kill(self) -> None:
        """End it as a crash does."""
        if self.part is not None:
            os.kill(self.part.pid, signal.SIGKILL)
            self.stop()

    def stop(self) -> None:
        if self.part is not None:
            self.part.stop()
            self.part = None
