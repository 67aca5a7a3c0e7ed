"""What one process needs to execute runs, opened once and shared by all of them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from assets.fetch import GuardedFetcher
from assets.store import AssetStore
from flows.execution.children import Children
from schemas.settings import Settings
from tasks.base import Fetcher, NodeType, Remote
from tasks.gemini import Gemini
from tasks.registry import node_types


@dataclass(frozen=True)
class Runtime:
    """The warm parts of an executor."""

    settings: Settings
    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    store: AssetStore
    children: Children
    fetcher: Fetcher
    remote: Remote
    node_types: Mapping[str, NodeType]


@asynccontextmanager
async def open_runtime(settings: Settings, engine: AsyncEngine) -> AsyncGenerator[Runtime]:
    """Open everything on this engine, and close it all again."""
    children = Children()
    remote = Gemini(
        api_key=settings.gemini_api_key.get_secret_value() if settings.gemini_api_key else None,
        base_url=settings.gemini_base_url,
        demo=settings.demo_model,
    )
    try:
        yield Runtime(
            settings=settings,
            engine=engine,
            sessions=async_sessionmaker(engine, expire_on_commit=False),
            store=AssetStore(settings.assets_folder),
            children=children,
            fetcher=GuardedFetcher(),
            remote=remote,
            node_types=node_types(),
        )
    finally:
        children.stop()
        await remote.close()
        await engine.dispose()
