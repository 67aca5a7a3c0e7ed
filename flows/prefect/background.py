"""What a recorder does with Prefect, side by side, for as long as its process lives.

Of several recorders one leads: it alone writes records, mends them and copies what was changed on either side.
"""

from contextlib import suppress
from typing import Final

from prefect.context import AsyncClientContext

from db.postgres.background import Background
from db.postgres.listen import listen
from db.postgres.outage import OUTAGE_ERRORS
from db.schedules import SCHEDULES_CHANNEL
from flows.engine.runtime import Runtime
from flows.maintenance.leader import RENEW_SECONDS, Leadership
from flows.prefect.deployments.sync import DeploymentSync
from flows.prefect.host.work_pool import serve_work_pool
from flows.prefect.loading import is_reachable
from flows.prefect.mirror.reconcile import Reconciler
from flows.prefect.mirror.recorder import EVENTS_CHANNEL, Recorder
from flows.prefect.tag_limits import sync_tag_limits

LEADERSHIP: Final = "recorder"
ACQUIRE_SECONDS: Final = 2.0
"""Between two attempts while Prefect is away or another recorder leads."""


async def serve(runtime: Runtime, prefect_api_url: str) -> None:
    """Record runs, mend records, take due flow runs, deploy schedules, until cancelled."""
    leadership = Leadership(runtime.sessions, LEADERSHIP)

    async def lead() -> float:
        if await is_reachable(
            prefect_api_url
        ):  # by one that does not reach it nobody would be told
            await leadership.renew()
        return RENEW_SECONDS if leadership.is_held else ACQUIRE_SECONDS

    def on_notify(channel: str, payload: str | None) -> None:
        if channel == EVENTS_CHANNEL:
            recorder.on_notify(payload)
        else:
            deployments.changed.set()

    async with AsyncClientContext.get_or_create() as context, Background("prefect") as background:
        recorder = Recorder(runtime, prefect_api_url, context.client, leadership)
        reconciler = Reconciler(runtime, prefect_api_url, recorder, leadership)
        deployments = DeploymentSync(runtime, prefect_api_url, context.client, leadership)
        channels = [EVENTS_CHANNEL, SCHEDULES_CHANNEL]
        url = runtime.settings.required_database_url
        background.every(RENEW_SECONDS, lead, name="leadership")
        background.spawn(listen(url, channels, on_notify), name="listen")
        background.spawn(serve_work_pool(runtime), name="work pool")
        background.spawn(deployments.run(), name="deployments")
        background.spawn(sync_tag_limits(runtime, leadership), name="limits")
        background.spawn(reconciler.run(), name="reconcile")
        try:
            await background.spawn(recorder.run(), name="recorder")
        finally:
            with suppress(*OUTAGE_ERRORS):
                await leadership.release()
