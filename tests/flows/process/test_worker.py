"""What a worker does beside executing runs."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from flows.process.worker import _run_background  # pyright: ignore[reportPrivateUsage]
from schemas.settings import Settings


async def test_nodes_that_will_start_slowly_are_logged_and_stop_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def warm_up() -> None:
        raise OSError("no children today")

    started = asyncio.Event()
    started.set()
    executor: Any = SimpleNamespace(startup_finished=started, warm_up=warm_up)
    await _run_background(Settings().model_copy(update={"prefect_api_url": None}), executor)
    assert "the worker could not start what nodes need" in caplog.text
    assert "no children today" in caplog.text
