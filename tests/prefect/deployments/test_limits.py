"""What waits for the limit of its deployment in Prefect, and what goes on beside it. On a real server."""

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas import FlowRun
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from sqlalchemy.orm import Session

from db.queue.recovery import request_cancel
from flows.engine.runtime import open_runtime
from flows.prefect.host import deployment_limits
from flows.prefect.host.deployment_limits import DeploymentLimits
from flows.prefect.loading import load_prefect
from local.prefect.auth import get_auth_string
from schemas.settings import Settings
from support.product.backend import Backend, eventually, graph, node
from support.product.scheduled import Scheduled, scheduled

MANY = 205
"""More flow runs than Prefect offers at once."""
CANCEL_NEW = {"collision_strategy": "CANCEL_NEW"}


@contextmanager
def saying(backend: Backend, message: str) -> Generator[Scheduled]:
    """A workflow that asks a model for this."""
    with scheduled(backend, graph([node("a", "llm", userMessage=message)])) as made:
        yield made


@contextmanager
def limited(of: Scheduled, **options: Any) -> Generator[Any]:
    """Have one flow run of its deployment under way at a time; what waits then is deleted in the end."""
    of.make()
    deployment = of.synced()
    of.update_deployment(deployment, concurrency_limit=1, **options)
    eventually(
        lambda: of.backend.prefect(f"/deployments/{deployment['id']}")["global_concurrency_limit"]
    )
    try:
        yield deployment
    finally:
        delete_all(of.backend, deployment)  # while none of them may begin
        of.update_deployment(deployment, concurrency_limit=None)
        cancel_all(of)


def waiting(backend: Backend, deployment: Any) -> list[Any]:
    """Give up to a page of the flow runs that are to begin."""
    only = {
        "deployment_id": {"any_": [deployment["id"]]},
        "state": {"type": {"any_": ["SCHEDULED"]}},
    }
    return backend.prefect("/flow_runs/filter", flow_runs=only)


def cancel_all(of: Scheduled) -> None:
    """Have no run keep a place of the worker from those of other tests."""
    with Session(of.backend.engine) as session, session.begin():
        for run in of.runs():
            if run.finished_at is None:
                request_cancel(session, run.owner_id, run.id)
    for run in of.runs():
        of.backend.end(run.id, 120)


def delete_all(backend: Backend, deployment: Any) -> None:
    while found := [each for each in waiting(backend, deployment) if not each["auto_scheduled"]]:
        with ThreadPoolExecutor(8) as threads:
            for each in found:
                threads.submit(backend.send_prefect, "DELETE", f"/flow_runs/{each['id']}")


def start_many(of: Scheduled, deployment: Any) -> None:
    with ThreadPoolExecutor(8) as threads:
        for started in [threads.submit(of.start, deployment) for _ in range(MANY)]:
            started.result()


def test_many_that_wait_hold_up_nothing_else(backend: Backend) -> None:
    with saying(backend, "say beside many") as other, saying(backend, "hang") as of:
        other.make()
        beside = other.synced()
        with limited(of) as deployment:
            running = of.start(deployment)
            of.flow_run(running["id"], "Running", seconds=180)
            start_many(of, deployment)
            id, due = other.make_due(90)
            cancelled, cancelled_at = other.cancel_tick(90)
            flow_run = other.start(beside)
            other.flow_run(flow_run["id"], "Completed", seconds=120)
            tick = eventually(lambda: other.tick(id, due), 240)
            assert (tick.outcome, tick.late) == ("run", False)
            assert tick.run_id is not None
            backend.end(tick.run_id)
            tick = eventually(lambda: other.tick(cancelled, cancelled_at), 240)
            assert tick.error is not None
            assert tick.error["code"] == "cancelled_in_prefect"
            # "Scheduled" are the ticks to come; what is due has been told that it waits for a slot.
            told = {"AwaitingConcurrencySlot", "Scheduled"}
            eventually(
                lambda: {each["state_name"] for each in waiting(backend, deployment)} <= told, 120
            )
            assert len(of.runs()) == 1


def test_many_flow_runs_of_another_installation_hold_up_nothing(backend: Backend) -> None:
    with saying(backend, "say beside strangers") as of:
        of.make()
        ours = of.synced()
        foreign = of.make_foreign_deployment(ours, "many")
        try:
            start_many(of, foreign)
            of.flow_run(of.start(ours)["id"], "Completed", seconds=120)
            assert len(of.runs()) == 1
        finally:
            delete_all(backend, foreign)
            backend.send_prefect("DELETE", f"/deployments/{foreign['id']}")


def test_a_slot_that_is_free_is_seen_at_once(backend: Backend) -> None:
    with saying(backend, "wait 1 say quick") as of, limited(of) as deployment:
        flow_runs = [of.start(deployment, reuse="never") for _ in range(5)]
        for each in flow_runs:
            of.flow_run(each["id"], "Completed", seconds=180)
        runs = of.runs()
        assert len(runs) == 5
        for earlier, later in pairwise(runs):
            assert earlier.finished_at is not None
            assert later.created_at > earlier.finished_at
        # One that looked each ten seconds would take forty.
        assert (runs[-1].created_at - runs[0].created_at).total_seconds() < 25


def test_a_tick_that_the_limit_cancelled_says_so(backend: Backend) -> None:
    with (
        saying(backend, "hang") as of,
        limited(of, concurrency_options=CANCEL_NEW) as deployment,
    ):
        running = of.start(deployment)
        of.flow_run(running["id"], "Running", seconds=180)
        id, due = of.make_due(20, overlap="allow")
        tick = eventually(lambda: of.tick(id, due), 180)
        assert tick.error is not None
        assert (tick.outcome, tick.error["code"]) == ("refused", "concurrency_limit_reached")
        state = {"type": "CANCELLED", "name": "Cancelled"}
        backend.prefect(f"/flow_runs/{running['id']}/set_state", state=state, force=True)
        assert backend.end(of.runs()[0].id, 120).run.status == "CANCELLED"


async def test_a_deployment_for_which_prefect_is_slow_holds_up_no_other(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the slot is given up before PostgreSQL ends the transaction that stands for it."""
    monkeypatch.setattr(deployment_limits, "SLOT_SECONDS", 4.0)
    server: dict[Any, str | None] = {
        PREFECT_API_URL: backend.prefect_api_url,
        PREFECT_API_AUTH_STRING: get_auth_string(backend.home),
    }
    with (
        saying(backend, "say one") as one,
        limited(one) as slow,
        saying(backend, "say two") as two,
        limited(two) as quick,
    ):
        settings = Settings().model_copy(update={"home": backend.home})
        with temporary_settings(server):
            async with (
                open_runtime(settings, backend.database_url, "test", load_prefect) as runtime,
                get_client() as client,
            ):
                limits = DeploymentLimits(runtime, client)

                def of(deployment: Any) -> FlowRun:
                    flow_id, id = deployment["flow_id"], deployment["id"]
                    return FlowRun(name="a flow run", flow_id=UUID(flow_id), deployment_id=UUID(id))

                async def wait_for_prefect(entered: asyncio.Event) -> None:
                    async with limits.slot(of(slow)):
                        entered.set()
                        await asyncio.sleep(60)

                entered = asyncio.Event()
                waits = asyncio.create_task(wait_for_prefect(entered))
                await entered.wait()
                async with limits.slot(of(quick)) as limit:
                    assert limit is not None
                    assert not limit.full
                    assert not waits.done()
                with pytest.raises(TimeoutError):
                    await waits
                async with limits.slot(of(slow)) as limit:
                    assert limit is not None
                    assert not limit.full
