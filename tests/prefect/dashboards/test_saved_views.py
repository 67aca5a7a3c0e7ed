"""`nodeloom dashboards`, and Prefect's pages in a real browser: saved views, and *Retry*."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import WorkflowRun
from support.product.backend import Backend, eventually, fail_in_deployment, graph, node
from support.product.prefect_pages import needs_browser, prefect_page
from support.servers.alarm_receiver import Receiver, dashboards, running_receiver

ALARMS = {"a run failed", "a scheduled run is late", "a run waits", "no worker"}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def set_up(backend: Backend, receiver: Receiver) -> Backend:
    for _ in range(2):  # the second time changes nothing
        dashboards(backend, "--webhook", receiver.address)
    return backend


@pytest.fixture
async def page(set_up: Backend) -> AsyncIterator[Page]:
    async with prefect_page(set_up) as page:
        yield page


def failing(message: str) -> Any:
    return graph([node("flaky", "llm", userMessage=message, settings={"retries": 0})])


def test_a_failed_run_is_told_of(set_up: Backend, receiver: Receiver) -> None:
    names = [each["name"] for each in set_up.prefect("/automations/filter", limit=50)]
    assert sorted(names) == sorted(f"Nodeloom: {name}" for name in ALARMS)
    ended = set_up.run(failing("refuse"))
    message = receiver.wait_for_message(str(ended.run.id)[:8], seconds=60)
    assert "Nodeloom: a run failed" in message
    assert "0 of 1 nodes completed, 1 failed" in message
    assert "/runs/flow-run/" in message


@pytest.mark.browser
@needs_browser
async def test_a_saved_view_shows_what_it_says(set_up: Backend, page: Page) -> None:
    failed = await asyncio.to_thread(set_up.run, failing("refuse"))
    completed = await asyncio.to_thread(set_up.run, graph([node("a", "text", text="a")]))
    await page.goto(f"{set_up.prefect_api_url.removesuffix('/api')}/runs")
    views = page.locator("button", has_text="Past week")
    await views.wait_for()
    await views.focus()
    await page.keyboard.press("ArrowDown")
    await page.get_by_text("Nodeloom: failed today").click()
    await page.get_by_text(str(failed.run.id)[:8]).first.wait_for()
    others = page.get_by_text(str(completed.run.id)[:8])
    await expect(others).to_have_count(0, timeout=60_000)


@pytest.mark.browser
@needs_browser
async def test_a_failed_run_is_retried_by_a_click(
    set_up: Backend, deployment: Any, page: Page
) -> None:
    failed, flow_run_id = await asyncio.to_thread(fail_in_deployment, set_up, "say well done")
    root = set_up.prefect_api_url.removesuffix("/api")
    await page.goto(f"{root}/runs/flow-run/{flow_run_id}")
    await page.get_by_text("Failed", exact=True).first.wait_for()
    await page.get_by_role("button", name="Retry").click()
    await page.get_by_role("dialog").get_by_role("button", name="Retry").click()

    def again() -> WorkflowRun | None:
        with Session(set_up.engine) as session:
            wanted = select(WorkflowRun).where(WorkflowRun.parent_run_id == failed.run.id)
            return session.scalar(wanted)

    made = await asyncio.to_thread(eventually, again)
    ended = await asyncio.to_thread(set_up.end, made.id)
    assert (ended.run.status, ended.run.scope["kind"]) == ("COMPLETED", "failed")
    await page.get_by_text("Completed", exact=True).first.wait_for()
