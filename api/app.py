"""The only place where the API is put together."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Final

from litestar import Litestar
from litestar.di import Provide
from litestar.plugins.pydantic import PydanticPlugin

from api.auth.authenticate import SignIn
from api.auth.clerk import read_clerk, read_origins
from api.auth.identity import identify
from api.http.edge_middleware import Guard
from api.http.errors import HANDLERS
from api.http.responses import Answer
from api.http.strict_json import MAX_BODY_BYTES, JsonRequest
from api.live.stream import EventController
from api.live.subscriptions import CHANNELS
from api.openapi.swagger import openapi_config
from api.pages.editor import editor_file, editor_page, editor_page_within, icon
from api.pages.error_pages import error_pages
from api.routes.api_keys import ApiKeyController
from api.routes.assets import AssetController
from api.routes.health import HealthController
from api.routes.me import MeController
from api.routes.node_types import NodeTypeController
from api.routes.runs import RunController
from api.routes.schedules import ScheduleController
from api.routes.templates import TemplateController
from api.routes.transfer import TransferController
from api.routes.versions import VersionController
from api.routes.webhooks import WebhookController
from api.routes.workflows import WorkflowController
from api.state import Parts, database_url, make_parts
from db.postgres.listen import listen
from flows.process.gc import freeze_startup_objects
from schemas.settings import Settings

PYDANTIC: Final = PydanticPlugin(
    prefer_alias=True,
    validate_strict=None,  # pyright: ignore[reportArgumentType] - as strict as each model says
)


def create_app(settings: Settings) -> Litestar:
    """Give the API as an ASGI application; nothing is connected before it starts.

    Raises:
        NotConfiguredError: `NODELOOM_AUTH` is `clerk`, and Clerk's settings are not whole.
    """
    clerk = read_clerk(settings) if settings.auth == "clerk" else None
    origins = read_origins(settings)
    parts = make_parts(settings)
    sign_in = SignIn(parts, clerk, origins)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncGenerator[None]:
        listener = asyncio.create_task(_listen(parts))
        freeze_startup_objects()
        try:
            yield
        finally:
            parts.stop()
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener
            await sign_in.close()
            await asyncio.to_thread(parts.children.stop)
            await parts.database.close()

    app = Litestar(
        route_handlers=[
            ApiKeyController,
            AssetController,
            EventController,
            HealthController,
            MeController,
            NodeTypeController,
            RunController,
            ScheduleController,
            TemplateController,
            TransferController,
            VersionController,
            WebhookController,
            WorkflowController,
            editor_file,
            editor_page,
            editor_page_within,
            error_pages,
            icon,
        ],
        dependencies={
            "parts": Provide(lambda: parts, sync_to_thread=False),
            "user": Provide(identify, sync_to_thread=False),
            "clerk": Provide(lambda: clerk, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        lifespan=[running],
        logging_config=None,
        middleware=[sign_in],
        openapi_config=openapi_config(),
        plugins=[PYDANTIC],
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
        response_class=Answer,
    )
    app.state.parts = parts
    app.asgi_handler = Guard(app, settings, origins)
    return app


async def _listen(parts: Parts) -> None:
    """Hear of every run's events and live text; without a database address nobody has any."""
    if parts.settings.database_url is not None:
        await listen(database_url(parts.settings), CHANNELS, parts.news.announce)
