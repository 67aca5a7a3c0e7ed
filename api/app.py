"""The only place where the API is put together."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Final

from litestar import Litestar
from litestar.di import Provide
from litestar.plugins.pydantic import PydanticPlugin

from api.assets import AssetController
from api.bodies import MAX_BODY_BYTES, JsonRequest
from api.errors import HANDLERS
from api.events import EventController
from api.guard import Guard
from api.health import HealthController
from api.identity import check_auth, identify
from api.me import MeController
from api.news import CHANNELS
from api.node_types import NodeTypeController
from api.parts import Parts, database_url, make_parts
from api.reader import openapi_config
from api.runs import RunController
from api.start_page import start_page, static_file
from api.workflows import WorkflowController
from db.listen import listen
from flows.garbage import rest
from schemas.settings import Settings

PYDANTIC: Final = PydanticPlugin(
    prefer_alias=True,
    validate_strict=None,  # pyright: ignore[reportArgumentType] - as strict as each model says
)


def create_app(settings: Settings) -> Litestar:
    """Give the API as an ASGI application; nothing is connected before it starts.

    Raises:
        NotConfiguredError: `NODELOOM_AUTH` asks for a way of signing in that is not there.
    """
    check_auth(settings)
    parts = make_parts(settings)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncGenerator[None]:
        listener = asyncio.create_task(_listen(parts))
        rest()
        try:
            yield
        finally:
            parts.stop()
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener
            await asyncio.to_thread(parts.children.stop)
            await parts.database.close()

    app = Litestar(
        route_handlers=[
            AssetController,
            EventController,
            HealthController,
            MeController,
            NodeTypeController,
            RunController,
            WorkflowController,
            start_page,
            static_file,
        ],
        dependencies={
            "parts": Provide(lambda: parts, sync_to_thread=False),
            "user": Provide(identify),
        },
        exception_handlers=HANDLERS,
        lifespan=[running],
        logging_config=None,
        middleware=[Guard()],
        openapi_config=openapi_config(),
        plugins=[PYDANTIC],
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
    )
    app.state.parts = parts
    return app


async def _listen(parts: Parts) -> None:
    """Hear of every run's events and live text; without a database address nobody has any."""
    if parts.settings.database_url is not None:
        await listen(database_url(parts.settings), CHANNELS, parts.news.announce)
