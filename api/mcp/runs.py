"""A run on behalf of a tool: started, followed node by node, cancelled with the call."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Final

import anyio
import httpx
from mcp_types import CallToolResult

from api.mcp.answers import answer, cut_texts, images_of, refused, with_addresses
from api.mcp.connection import MAX_PROBLEMS, ApiConnection, Json, RefusedError
from schemas.wire.run import NodeStatus, RunStatus

MAX_FOLLOW_SECONDS: Final = 3600
"""Of one call; the run goes on, and can be read."""
MAX_RECONNECTIONS: Final = 20
_STEADY_SECONDS: Final = 10
"""A stream that held so long was no failure: those of people who sign in end after five minutes."""
_CANCEL_SECONDS: Final = 10

Progress = Callable[[float, float | None, str | None], Awaitable[None]]
"""Reports how many nodes of how many have ended, and which one did last."""


async def run_to_end(
    api: ApiConnection, start: Callable[[], Awaitable[str]], progress: Progress
) -> Json:
    """Start a run and give it at its end, or after `MAX_FOLLOW_SECONDS`.

    A call that is cancelled cancels its run, also one that is being started.

    Raises:
        RefusedError: nothing was started, or the run was deleted meanwhile.
    """
    run_id = ""
    with anyio.CancelScope(shield=True):  # or nobody would know which run to cancel
        run_id = await start()
    try:
        with anyio.move_on_after(MAX_FOLLOW_SECONDS):
            await _follow(api, run_id, progress)
        return await api.read(f"/api/runs/{run_id}")
    except anyio.get_cancelled_exc_class():
        if not api.stopping():
            with (
                anyio.move_on_after(_CANCEL_SECONDS, shield=True),
                suppress(RefusedError),  # it has ended
            ):
                await api.call("POST", f"/api/runs/{run_id}/cancel")
        raise


async def _follow(api: ApiConnection, run_id: str, progress: Progress) -> None:
    """Return at the end of a run, or where its events cannot be had any more."""
    run = await api.read(f"/api/runs/{run_id}")
    reporter = _Reporter(run, progress)
    last_id, failures = "", 0
    ended = RunStatus(run["status"]).terminal
    while not ended and failures <= MAX_RECONNECTIONS and not api.stopping():
        began = anyio.current_time()
        try:
            async with aclosing(api.events(run_id, last_id)) as events:
                async for id, name, data in events:
                    last_id, failures = id or last_id, 0
                    ended = name == "run" and RunStatus(data["status"]).terminal
                    if name == "node":
                        await reporter.report(data)
        except httpx.HTTPError:
            pass
        if not ended:
            failures = 0 if anyio.current_time() - began > _STEADY_SECONDS else failures + 1
            await anyio.sleep(min(2.0, 0.1 * 2**failures))
            ended = await _has_ended(api, run_id)


async def _has_ended(api: ApiConnection, run_id: str) -> bool:
    """Whether a run has ended whose last event was missed."""
    try:
        return RunStatus((await api.read(f"/api/runs/{run_id}"))["status"]).terminal
    except RefusedError as error:
        if error.document["code"] == "run_not_found":
            raise
        return False


class _Reporter:
    """Reports each node once, when it has ended."""

    def __init__(self, run: Json, progress: Progress) -> None:
        self._progress = progress
        self._total = run["counts"]["total"]
        self._labels = {each["nodeId"]: each["label"] for each in run["nodeExecutions"]}
        self._ended: set[str] = set()

    async def report(self, event: Json) -> None:
        node_id = event["nodeId"]
        if not NodeStatus(event["status"]).terminal or node_id in self._ended:
            return
        self._ended.add(node_id)
        label = self._labels.get(node_id) or node_id
        done = float(len(self._ended))
        await self._progress(done, max(done, float(self._total)), f"{label}: {event['status']}")


async def present_results(api: ApiConnection, run: Json, value: Json) -> CallToolResult:
    """Give `value`, which a run gave, with its images; a run that did not complete is an error that says why."""
    if run["status"] != RunStatus.COMPLETED:
        return refused(unfinished(run))
    return await present(api, run, value, value)


async def present(api: ApiConnection, run: Json, value: Json, shown: Json) -> CallToolResult:
    """Give what came of a run, with the images among what is to be shown of it. Raises RefusedError."""
    found = with_addresses(cut_texts(value), api.address)
    try:
        return answer(found, await images_of(api, shown))
    except RefusedError as error:
        raise RefusedError(error.document | {"runId": run["id"]}) from None


def unfinished(run: Json) -> Json:
    """Say what became of a run that has not completed."""
    failed = [
        {"nodeId": each["nodeId"], "label": each["label"], "error": each["error"]}
        for each in run["nodeExecutions"]
        if each["status"] == NodeStatus.FAILED
    ]
    error = run["error"] or {}
    detail = error.get("message") or (
        f"The run is {run['status']}."
        if RunStatus(run["status"]).terminal
        else f"The run goes on ({run['status']}): read it with read-run."
    )
    document: Json = {"runId": run["id"], "status": run["status"], "detail": detail}
    document |= {"code": error["code"]} if error else {}
    return document | ({"failedNodes": failed[:MAX_PROBLEMS]} if failed else {})
