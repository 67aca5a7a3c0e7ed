"""What the nodes of one claimed run share."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flows.engine.activity import IdleTracker, PauseControl
from flows.engine.host import NodeHost, NodeObserver
from flows.engine.journal import Journal
from flows.engine.result_cache import ResultCache
from flows.engine.runtime import Runtime
from schemas.values import MediaValue

FindAsset = Callable[[UUID], Awaitable[MediaValue | None]]


@dataclass(frozen=True)
class RunContext:
    """The parts of one run that its nodes work with."""

    runtime: Runtime
    journal: Journal
    run_id: UUID
    owner_id: str
    execution_ids: Mapping[str, UUID]
    labels: Mapping[str, str]
    find_asset: FindAsset
    network_slots: Mapping[str | None, asyncio.Semaphore]
    """By model, so that who waits for one model's limits is in nobody else's way; None: the rest."""
    host: NodeHost
    observer: NodeObserver
    result_cache: ResultCache
    idle_tracker: IdleTracker
    pause_control: PauseControl
