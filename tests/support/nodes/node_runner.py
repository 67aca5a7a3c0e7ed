"""Runs one node as an executor does: bound from data and connected values, in this process."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from assets.folder_store import FolderStore, IncomingFile
from schemas.values import MediaValue, Value
from schemas.wire.run import Usage
from tasks.node_type.bind import bind
from tasks.node_type.definition import ChildContext, Context, Fetcher
from tasks.node_type.live import LiveValue
from tasks.providers.base import TextRequest, TextResponse
from tasks.providers.text import EmitText, ModelCall, RecordUsage
from tasks.registry import node_types


@dataclass
class Web(Fetcher):
    """A web of given pages; remembers what was asked."""

    pages: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    asked: list[str] = field(default_factory=list[str])

    async def fetch(self, url: str, into: IncomingFile, *, max_bytes: int) -> None:
        """Give the page."""
        self.asked.append(url)
        into.write(self.pages[url])


class Model(ModelCall):
    """A model that says one thing after the other, and then repeats the last; remembers what it was asked."""

    def __init__(self, *answers: str) -> None:
        """Know what to say."""
        self.answers = list(answers or ("A fine teapot.",))
        self.asked: list[TextRequest] = []

    async def renew(self) -> ModelCall:
        """Be asked once more."""
        return self

    async def generate_text(
        self,
        request: TextRequest,
        *,
        idempotency_key: str,
        emit: EmitText,
        record_usage: RecordUsage,
    ) -> TextResponse:
        """Answer."""
        self.asked.append(request)
        text = self.answers.pop(0) if self.answers[1:] else self.answers[0]
        emit(text)
        usage = Usage(model=request.model, total_tokens=7)
        record_usage(usage)
        return TextResponse(text, usage)


@dataclass
class NodeRunner:
    """A place to run nodes in, with a store in a folder."""

    folder: Path
    web: Web = field(default_factory=Web)
    model: Model = field(default_factory=Model)
    model_call: ModelCall | None = None
    """Asked instead of `model`."""
    uploads: dict[UUID, MediaValue] = field(default_factory=dict[UUID, MediaValue])
    emitted: list[LiveValue] = field(default_factory=list[LiveValue])
    usage: list[Usage] = field(default_factory=list[Usage])
    log: list[str] = field(default_factory=list[str])

    @property
    def child(self) -> ChildContext:
        """The context of plain node functions."""
        return ChildContext("owner", FolderStore(self.folder))

    @property
    def context(self) -> Context:
        """The context of async node functions."""

        async def find(asset_id: UUID) -> MediaValue | None:
            return self.uploads.get(asset_id)

        async def run_in_child(
            function: Callable[..., Any], *args: Any, seconds: float | None = None
        ) -> Any:
            return await asyncio.to_thread(function, *args)

        return Context(
            owner_id="owner",
            store=FolderStore(self.folder),
            find_asset=find,
            run_in_child=run_in_child,
            fetcher=self.web,
            model_call=self.model_call or self.model,
            idempotency_key="key-1",
            emit=self.emitted.append,
            record_usage=self.usage.append,
            log=self.log.append,
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
        if kind.runs_in_child:
            return kind.run(params, inputs, self.context.for_child(self.emitted.append))
        return await kind.run(params, inputs, self.context)
