"""Declared inputs of a workflow in Prefect: typed in its form, sent to its deployment, refused."""

import asyncio
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from support.product.backend import Backend, eventually, graph, node
from support.product.prefect_pages import needs_browser, prefect_page
from support.product.scheduled import Scheduled, scheduled

GRAPH = graph([node("note", "text", text="private"), node("still", "text", text="as typed")]) | {
    "inputs": [
        {"name": "topic", "nodeId": "note", "param": "text", "title": "Topic", "required": True},
        {"name": "tone", "nodeId": "still", "param": "text", "default": "Be brief."},
    ]
}


def ended(backend: Backend, of: Scheduled, count: int = 1) -> Any:
    """Wait for the end of the last of so many runs."""
    runs = eventually(lambda: found if len(found := of.runs()) >= count else None, 120)
    return backend.end(runs[-1].id)


def test_a_deployment_has_the_inputs_as_parameters_and_its_runs_are_given_them(
    backend: Backend,
) -> None:
    with scheduled(backend, GRAPH) as of:
        of.make()
        deployment = of.synced()
        inputs = deployment["parameter_openapi_schema"]["properties"]["inputs"]
        assert inputs["required"] == ["topic"]
        assert inputs["properties"]["topic"]["title"] == "Topic"
        assert inputs["properties"]["tone"]["default"] == "Be brief."
        assert "private" not in str(deployment)

        flow_run = of.start(deployment, inputs={"topic": "Tea"})
        first = ended(backend, of)
        assert (first.run.status, first.run.trigger) == ("COMPLETED", "prefect")
        assert first.run.input_values == {"topic": "Tea", "tone": "Be brief."}
        assert first.nodes["note"].output == {"kind": "text", "text": "Tea"}
        of.flow_run(flow_run["id"], "Completed")

        state = {"type": "SCHEDULED", "name": "AwaitingRetry"}
        backend.prefect(f"/flow_runs/{flow_run['id']}/set_state", state=state, force=True)
        again = ended(backend, of, 2)
        assert again.run.input_values == first.run.input_values


def test_values_that_do_not_fit_start_nothing_and_say_why(backend: Backend) -> None:
    with scheduled(backend, GRAPH) as of:
        of.make()
        deployment = of.synced()
        flow_run = of.start(deployment, inputs={"topic": "Tea", "theme": "Coffee"})
        failed = of.flow_run(flow_run["id"], "Failed", seconds=120)
        assert "There is no input “theme”: leave it out." in failed["state"]["message"]
        for inputs in ({"topic": 7}, {}):  # Prefect refuses what its form would not send
            with pytest.raises(httpx.HTTPStatusError):
                of.start(deployment, inputs=inputs)
        assert of.runs() == []


@pytest.mark.browser
@needs_browser
async def test_the_form_asks_for_the_inputs(backend: Backend) -> None:
    nowhere = {"kind": "url", "url": "https://example.invalid/none.png"}
    photo = node("photo", "image", source=nowhere, settings={"retries": 0})
    declared = {"name": "photo", "nodeId": "photo", "param": "source"}
    document = GRAPH | {
        "nodes": [*GRAPH["nodes"], photo],
        "inputs": [*GRAPH["inputs"], declared],
    }
    with scheduled(backend, document) as of:
        await asyncio.to_thread(of.make)
        deployment = await asyncio.to_thread(of.synced)
        root = backend.prefect_api_url.removesuffix("/api")
        async with prefect_page(backend) as page:
            await page.goto(f"{root}/deployments/deployment/{deployment['id']}/run")
            field = page.locator(".schema-form-property").filter(has_text="Topic")
            await expect(field.last).to_be_visible()
            await field.last.locator("input, textarea").first.fill("Coffee")
            await page.get_by_role("button", name="Submit").click()
            run = await asyncio.to_thread(ended, backend, of)
        assert run.run.input_values == {"topic": "Coffee", "tone": "Be brief."}
