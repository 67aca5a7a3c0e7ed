"""Runs one node as an executor does: bound from data and connected values, in this process."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from assets.folder_store import AssetStore, Incoming
from schemas.values import ImageValue, Value, VideoValue
from schemas.wire.run import Usage
from tasks.bind import bind
from tasks.node import ChildContext, Context, Fetcher, Remote
from tasks.providers.gemini.client import Answer, Request
from tasks.registry import node_types


@dataclass
class Web(Fetcher):
    """A web of given pages; remembers what was asked."""

    pages: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    asked: list[str] = field(default_factory=list[str])

    async def fetch(self, url: str, into: Incoming, *, max_bytes: int) -> None:
        """Give the page."""
        self.asked.append(url)
        into.write(self.pages[url])


@dataclass
class Model(Remote):
    """A model that repeats a sentence; remembers what it was asked."""

    text: str = "A fine teapot."
    asked: list[Request] = field(default_factory=list[Request])

    async def generate(
        self, request: Request, *, idempotency_key: str, say: Any, count: Any
    ) -> Answer:
        """Answer."""
        self.asked.append(request)
        say(self.text)
        usage = Usage(model=request.model, total_tokens=7)
        count(usage)
        return Answer(self.text, usage)


@dataclass
class Bench:
    """A place to run nodes in, with a store in a folder."""

    folder: Path
    web: Web = field(default_factory=Web)
    model: Model = field(default_factory=Model)
    uploads: dict[UUID, ImageValue | VideoValue] = field(
        default_factory=dict[UUID, ImageValue | VideoValue]
    )
    said: list[str] = field(default_factory=list[str])
    usage: list[Usage] = field(default_factory=list[Usage])

    @property
    def child(self) -> ChildContext:
        """The context of plain node functions."""
        return ChildContext("owner", AssetStore(self.folder))

    @property
    def context(self) -> Context:
        """The context of async node functions."""

        async def find(asset_id: UUID) -> ImageValue | VideoValue | None:
            return self.uploads.get(asset_id)

        async def in_child(function: Callable[..., Any], *args: Any) -> Any:
            return await asyncio.to_thread(function, *args)

        return Context(
            owner_id="owner",
            store=AssetStore(self.folder),
            find_asset=find,
            in_child=in_child,
            fetcher=self.web,
            remote=self.model,
            idempotency_key="key-1",
            say=self.said.append,
            record_usage=self.usage.append,
        )

    async def run(
        self, node_type: str, data: Mapping[str, Any], **connected: Value | Sequence[Value]
    ) -> Any:
        """Run a node and give its output."""
        kind = node_types()[node_type]
        arrived = {
            handle: list(values) if isinstance(values, Sequence) else [values]
            for handle, values in connected.items()
        }
        params, inputs = bind(kind, dict(data), arrived)
        if kind.in_child:
            return kind.run(params, inputs, self.child)
        return await kind.run(params, inputs, self.context)
