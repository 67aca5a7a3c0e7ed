"""What a worker does beside executing runs."""

import asyncio
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
