"""What a recorder does with Prefect, side by side, for as long as its process lives."""

from prefect.context import AsyncClientContext

from db.postgres.background import Background
from flows.engine.runtime import Runtime
from flows.prefect.deployments.sync import DeploymentSync
from flows.prefect.host.work_pool import serve_work_pool
from flows.prefect.mirror.reconcile import Reconciler
from flows.prefect.mirror.recorder import Recorder
from flows.prefect.tag_limits import sync_tag_limits


async def serve(runtime: Runtime, prefect_api_url: str) -> None:
    """Record runs, mend records, take due flow runs, deploy schedules, until cancelled."""
    async with AsyncClientContext.get_or_create() as context, Background("prefect") as background:
        recorder = Recorder(runtime, prefect_api_url, context.client)
        reconciler = Reconciler(runtime, prefect_api_url, recorder)
        background.spawn(serve_work_pool(runtime), name="work pool")
        background.spawn(
            DeploymentSync(runtime, prefect_api_url, context.client).run(), name="deployments"
        )
        background.spawn(sync_tag_limits(runtime), name="limits")
        background.spawn(reconciler.run(), name="reconcile")
        await background.spawn(recorder.run(), name="recorder")
