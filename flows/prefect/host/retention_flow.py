"""The Prefect flow of retention: what is too old is forgotten now, and Prefect shows it."""

from contextvars import ContextVar

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.engine.runtime import Runtime, open_runtime
from flows.maintenance.retention import Retention
from flows.prefect.database import database_url
from flows.prefect.host.compile import RESULTS
from flows.prefect.loading import load_prefect
from schemas.settings import Settings

current_runtime: ContextVar[Runtime | None] = ContextVar("nodeloom_runtime", default=None)
"""The runtime of the executor in which the flow runs; without one, the flow opens its own."""


@flow(name="retention", persist_result=False, result_storage=RESULTS)
async def run_retention(assets: bool = True) -> State[None]:
    """Forget what is older than the settings say, as executors do by themselves now and then.

    Args:
        assets: Also pictures and videos that nothing refers to any more.
    """
    runtime = current_runtime.get()
    if runtime is not None:
        await _apply_retention(runtime, assets=assets)
    else:
        settings = Settings()
        async with open_runtime(
            settings, await database_url(settings), "nodeloom-retention", load_prefect
        ) as opened:
            await _apply_retention(opened, assets=assets)
    return Completed(message="What was too old is forgotten.")


async def _apply_retention(runtime: Runtime, *, assets: bool) -> None:
    retention = Retention(runtime)
    await retention.delete_expired()
    if assets:
        await retention.delete_unused()
