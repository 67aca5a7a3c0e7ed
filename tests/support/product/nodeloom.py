"""`nodeloom up` and the other commands, as processes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Self

from support.product.processes import read, wait_for

NODELOOM = str(Path(sys.executable).with_name("nodeloom"))
CONFIGURATION = ("DATABASE_URL", "GEMINI_", "OPENAI_", "NODELOOM_", "PREFECT_", "CLERK_")


def environment(**more: str) -> dict[str, str]:
    """Give our environment without anything that configures Nodeloom."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith(CONFIGURATION)}
    return ours | more


def nodeloom(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [NODELOOM, *map(str, words)],
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


class Up:
    """`nodeloom up` on free ports."""

    def __init__(self, home: Path, *words: str, **more: str) -> None:
        """Prepare; entering starts it and waits for the ready line."""
        self.home = home
        self._words = words
        self._more = more
        self._out = home.parent / "up.out"
        self._err = home.parent / "up.err"

    def __enter__(self) -> Self:
        """Start and wait."""
        command = [NODELOOM, "up", "--port", "0", "--prefect-port", "0", "--home", str(self.home)]
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                [*command, *self._words], env=environment(**self._more), stdout=out, stderr=err
            )
        wait_for(self._ready_or_ended, "`nodeloom up` is ready", seconds=200)
        assert self.process.poll() is None, self.stderr
        self.addresses: dict[str, str] = json.loads(self.ready_line.removeprefix("ready "))
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop it if it still runs."""
        self.process.terminate()
        self.process.wait(60)

    @property
    def pid(self) -> int:
        """The process id of `nodeloom up`."""
        return self.process.pid

    @property
    def stderr(self) -> str:
        """What it wrote for people."""
        return read(self._err)

    @property
    def ready_line(self) -> str:
        """The last line on standard output."""
        return (read(self._out).splitlines() or [""])[-1]

    def _ready_or_ended(self) -> bool:
        return read(self._out).endswith("}\n") or self.process.poll() is not None


class SharedUp:
    """One `nodeloom up` for many tests, started again after one of them has ended it."""

    def __init__(self, home: Path) -> None:
        """Start nothing yet."""
        self._home = home
        self._up: Up | None = None

    def running(self) -> Up:
        """Give the one that runs."""
        if self._up is None or self._up.process.poll() is not None:
            self._up = Up(self._home).__enter__()
        return self._up

    def stop(self) -> None:
        """Let nothing run."""
        if self._up is not None:
            self._up.__exit__()
            self._up = None
