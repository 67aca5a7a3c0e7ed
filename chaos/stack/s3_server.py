"""An S3-compatible server: nanio, a real one that keeps its buckets in folders."""

import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.machine.ports import find_free_port
from local.machine.process import ChildProcess, start_process, wait_until

KEY, SECRET = "nodeloom", "only-for-this-machine"
BUCKET = "nodeloom"


@dataclass
class S3Server:
    """A server that can be stopped and started again on its port, with what it holds."""

    folder: Path
    port: int
    host: str = "127.0.0.1"
    part: ChildProcess | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What a client needs to know."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://{self.host}:{self.port}",
        }

    @property
    def url(self) -> str:
        """What NODELOOM_ASSETS is."""
        return f"s3://{BUCKET}/assets"

    @property
    def objects(self) -> Path:
        """The folder that holds the objects."""
        return self.folder / BUCKET / "assets"

    def start(self) -> None:
        """Start it and wait until it answers."""
        (self.folder / BUCKET).mkdir(parents=True, exist_ok=True)
        program = str(Path(sys.executable).parent / "nanio")
        command = [program, "serve", "--data-dir", str(self.folder), "--no-access-log"]
        command += ["--host", self.host, "--port", str(self.port)]
        environment = {**os.environ, "NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET}
        log = self.folder.parent / f"nanio-{self.port}.log"
        self.part = start_process("nanio", command, log=log, env=environment)
        part = self.part
        ready = wait_until(lambda: "Uvicorn running" in part.output(), part, 30, poll_seconds=0.05)
        assert ready, log.read_text()

    def stop(self) -> None:
        """Stop it; what it holds stays."""
        if self.part is not None:
            self.part.stop()
            self.part = None


@contextmanager
def s3_server(folder: Path) -> Generator[S3Server]:
    """Run a server while this block lasts."""
    server = S3Server(folder / "s3", find_free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()
