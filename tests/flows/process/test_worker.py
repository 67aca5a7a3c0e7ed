"""What a worker does beside executing runs."""

import asyncio
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from db.postgres.background import Background
from flows.process.worker import _warm_up  # pyright: ignore[reportPrivateUsage]


async def test_nodes_that_will_start_slowly_are_logged_and_stop_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def warm_up() -> None:
        raise RuntimeError("no children today")

    started = asyncio.Event()
    started.set()
    executor: Any = SimpleNamespace(startup_finished=started, warm_up=warm_up)
    async with Background("worker") as background:
        await background.spawn(_warm_up(executor), name="warm up")
    assert "worker: warm up" in caplog.text
    assert "no children today" in caplog.text


def test_prefect_is_not_imported_before_a_run_is_hosted() -> None:
    """Three seconds of processor and 100 MB, which a worker without such runs does without."""
    code = "import sys, flows.process.worker; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
