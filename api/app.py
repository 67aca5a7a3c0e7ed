"""The only place where the API is put together."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from litestar import Litestar
from litestar.di import Provide
from litestar.plugins.pydantic import PydanticPlugin

from api.auth.authenticate import AuthenticationMiddleware
from api.auth.clerk import allowed_origins, load_clerk_config
from api.auth.identity import provide_user
from api.http.edge_middleware import EdgeMiddleware
from api.http.errors import EXCEPTION_HANDLERS
from api.http.responses import ApiResponse
from api.http.strict_json import MAX_BODY_BYTES, StrictJsonRequest
from api.live.subscriptions import CHANNELS
from api.mcp.endpoint import mcp_endpoint, serving_mcp
from api.openapi.swagger import openapi_config
from api.pages.editor import editor_file, editor_page, editor_subpage, icon
from api.pages.error_pages import error_pages
from api.routes.api_keys import ApiKeyController
from api.routes.assets import AssetController
from api.routes.events import RunEventController, WorkflowEventController
from api.routes.functions.batch_starts import BatchStartController
from api.routes.functions.batches import BatchController
from api.routes.functions.controller import FunctionController
from api.routes.functions.links import FunctionLinkController
from api.routes.functions.shared import SharedFunctionController
from api.routes.functions.webhooks import OutgoingWebhookController
from api.routes.health import HealthController
from api.routes.me import MeController
from api.routes.node_types import NodeTypeController
from api.routes.results import ResultController
from api.routes.runs import RunController
from api.routes.schedules import ScheduleController
from api.routes.templates import TemplateController
from api.routes.transfer import TransferController
from api.routes.versions import VersionController
from api.routes.webhooks import WebhookController
from api.routes.workflows import WorkflowController
from api.state.app_state import AppState, make_state
from api.state.database import database_url
from db.postgres.background import Background
from db.postgres.listen import listen
from db.workflows import WORKFLOWS_CHANNEL
from flows.limits.resident_memory import ResidentMemory
from flows.process.gc import FreeMemory, freeze_startup_objects
from schemas.settings import Settings

REPLAY_IDLE_SECONDS: Final = 60.0
"""Between two looks for requests to send; each request wakes them."""
RELEASE_SECONDS: Final = 1.0
"""Between two looks whether there is memory to be given back."""
RELISTEN_SECONDS: Final = 1.0
"""Until notifications are listened to again, where a defect has ended that."""
PYDANTIC: Final = PydanticPlugin(
    prefer_alias=True,
    validate_strict=None,  # pyright: ignore[reportArgumentType] - as strict as each model says
)


def create_app(settings: Settings) -> Litestar:
    """Give the API as an ASGI application; nothing is connected before it starts.

    Raises:
        NotConfiguredError: `NODELOOM_AUTH` is `clerk`, and Clerk's settings are not whole.
    """
    clerk = load_clerk_config(settings) if settings.auth == "clerk" else None
    origins = allowed_origins(settings)
    app_state = make_state(settings)
    authentication = AuthenticationMiddleware(app_state, clerk, origins)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncGenerator[None]:
        background = _follow_runs(app_state)
        freeze_startup_objects()
        background.every(
            RELEASE_SECONDS, _release_memory(FreeMemory(ResidentMemory())), name="memory"
        )
        try:
            yield
        finally:
            app_state.stop()
            await background.close()
            await authentication.close()
            await asyncio.to_thread(app_state.children.stop)
            await app_state.database.close()
            if app_state.replay_requests is not None:
                await app_state.replay_requests.close()

    app = Litestar(
        route_handlers=[
            ApiKeyController,
            AssetController,
            BatchController,
            BatchStartController,
            ResultController,
            RunEventController,
            FunctionController,
            FunctionLinkController,
            HealthController,
            MeController,
            OutgoingWebhookController,
            NodeTypeController,
            RunController,
            ScheduleController,
            SharedFunctionController,
            TemplateController,
            TransferController,
            VersionController,
            WebhookController,
            WorkflowController,
            WorkflowEventController,
            editor_file,
            editor_page,
            editor_subpage,
            error_pages,
            icon,
            mcp_endpoint,
        ],
        dependencies={
            "app_state": Provide(lambda: app_state, sync_to_thread=False),
            "user": Provide(provide_user, sync_to_thread=False),
            "clerk": Provide(lambda: clerk, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[running, serving_mcp],
        logging_config=None,
        middleware=[authentication],
        openapi_config=openapi_config(),
        plugins=[PYDANTIC],
        request_class=StrictJsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
        response_class=ApiResponse,
    )
    app.state.app_state = app_state
    app.asgi_handler = EdgeMiddleware(app, settings, origins)
    return app


def _release_memory(free_memory: FreeMemory) -> Callable[[], Awaitable[None]]:
    """Give what gives memory back where it is time to."""

    async def release() -> None:
        if free_memory.is_due():
            await asyncio.to_thread(free_memory.release)

    return release


def _follow_runs(app_state: AppState) -> Background:
    """Hear of events and live output of runs, and of saves; without a database address there are none."""
    background, requests = Background("live output"), app_state.replay_requests
    if requests is not None:
        channels = (*CHANNELS, WORKFLOWS_CHANNEL)
        listening = partial(listen, database_url(app_state.settings), channels, app_state.dispatch)
        background.every(RELISTEN_SECONDS, listening, name="listen")
        background.every(REPLAY_IDLE_SECONDS, requests.send, name="requests", wake=requests.wake)
    return background
