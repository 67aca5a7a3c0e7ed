"""Prefect's page of a workflow's deployment, and its form, in a real browser."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from support.product.backend import Backend, edge, eventually, graph, node
from support.product.prefect_pages import needs_browser, prefect_page
from support.product.scheduled import scheduled

GRAPH = graph(
    [
        node("tone", "text", text="Be brief."),
        node("greeting", "llm", userMessage="say good morning"),
        node("unrelated", "text", text="not asked for"),
    ],
    [edge("tone", "greeting", "systemPrompt")],
)


@pytest.mark.browser
@needs_browser
async def test_the_form_of_a_workflow_offers_what_may_be_chosen_and_starts_it(
    backend: Backend,
) -> None:
    with scheduled(backend, GRAPH) as of:
        schedule = of.make()
        deployment = await asyncio.to_thread(of.synced)
        root = backend.prefect_api_url.removesuffix("/api")
        address = f"{root}/deployments/deployment/{deployment['id']}"
        async with prefect_page(backend) as page:
            await page.goto(address)
            await page.get_by_text(f"schedule-{str(schedule)[:8]}").first.wait_for()

            await page.goto(f"{address}/run")
            labels = page.locator(".schema-form-property__label")
            await expect(labels).to_have_text(
                [f"{name} (Optional)" for name in ("Revision", "Scope", "Nodes", "Reuse")]
            )
            assert await choose(page, "Scope", "until") == ["all", "nodes", "from", "until"]
            assert await choose(page, "Nodes", "greeting") == ["tone", "greeting", "unrelated"]
            assert await choose(page, "Reuse", "never") == ["auto", "always", "never"]
            await page.get_by_role("button", name="Submit").click()

            [run] = await asyncio.to_thread(eventually, of.runs)
            ended: Any = await asyncio.to_thread(backend.end, run.id)
            await page.goto(f"{root}/runs/flow-run/{ended.run.prefect_flow_run_id}")
            await page.get_by_text(f"A workflow · {str(run.id)[:8]}").first.wait_for()
            await page.get_by_text("Completed").first.wait_for()
        assert (ended.run.status, ended.run.scope, ended.run.reuse) == (
            "COMPLETED",
            {"kind": "until", "nodeId": "greeting"},
            "never",
        )
        assert set(ended.nodes) == {"tone", "greeting"}


async def choose(page: Page, name: str, option: str) -> list[str]:
    """Choose in a field of the form; give all that it offers."""
    field = page.locator(".schema-form-property").filter(has_text=f"{name} (Optional)")
    await field.locator(".p-select-button__control").press("ArrowDown")
    offered = page.locator(".p-select-option")
    await offered.first.wait_for()
    options = [text.strip() for text in await offered.all_inner_texts()]
    await offered.get_by_text(option, exact=True).click()
    await page.get_by_text("Run Name").click()  # where more than one may be chosen it stays open
    await expect(offered).to_have_count(0)
    return options
