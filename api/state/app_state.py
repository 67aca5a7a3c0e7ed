"""What handlers work with: the database, the asset store, child processes, news of runs."""

import asyncio
from dataclasses import dataclass, field

from api.http.rate_limit import RequestRateLimiter, make_rate_limiter
from api.live.replay import ReplayRequests
from api.live.subscriptions import RunSubscriptions
from api.live.workflows import WorkflowSubscriptions
from api.media.thumbnails import ThumbnailCache
from api.media.uploads import Uploads
from api.state.database import Database
from api.state.single_flight import SingleFlightCache
from api.state.turns import UserTurns
from assets.store import AssetStore, open_store
from db.workflows import WORKFLOWS_CHANNEL
from flows.compute.process_pool import ChildProcessPool
from flows.runs.prepared_starts import PreparedStarts
from schemas.settings import Settings
from schemas.wire.health import PartHealth
from tasks.providers.base import ModelService, ProviderType

CHILD_PROCESSES = 2
"""For uploads and thumbnails; they start with the first one."""

MODEL_SERVICES_TTL_SECONDS = 30.0
"""How long a list of the models of services at addresses of one's own is good for."""

READINESS_TTL_SECONDS = 1.0
"""How long an answer about readiness is good for."""


@dataclass
class AppState:
    """Everything of one API process that outlives a request."""

    settings: Settings
    database: Database
    store: AssetStore
    children: ChildProcessPool
    uploads: Uploads
    thumbnails: ThumbnailCache
    rate_limiter: RequestRateLimiter
    subscriptions: RunSubscriptions
    workflow_subscriptions: WorkflowSubscriptions
    replay_requests: ReplayRequests | None
    """None without a database address."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process wants to end; streams then end by themselves."""
    readiness: SingleFlightCache[list[PartHealth]] = field(
        default_factory=lambda: SingleFlightCache(READINESS_TTL_SECONDS)
    )
    """Anybody may ask, and each check costs a connection: who asks soon after shares the answer."""
    store_check: SingleFlightCache[None] = field(default_factory=lambda: SingleFlightCache(0))
    """A store that hangs keeps a thread; the next check waits for the same one."""
    model_services: SingleFlightCache[list[tuple[ProviderType, ModelService]]] = field(
        default_factory=lambda: SingleFlightCache(MODEL_SERVICES_TTL_SECONDS)
    )
    turns: UserTurns = field(default_factory=UserTurns)
    prepared_starts: PreparedStarts = field(default_factory=PreparedStarts)
    known_user_ids: set[str] = field(default_factory=set[str])

    def stop(self) -> None:
        """Ask streams to end."""
        self.stopping.set()
        self.subscriptions.notify_all()
        self.workflow_subscriptions.notify_all()

    def dispatch(self, channel: str, payload: str | None) -> None:
        """Take a notification of PostgreSQL; None as payload: some may have been missed."""
        if channel == WORKFLOWS_CHANNEL:
            self.workflow_subscriptions.dispatch(payload)
        else:
            self.subscriptions.dispatch(channel, payload)


def make_state(settings: Settings) -> AppState:
    """Put the parts together; nothing is opened yet."""
    children = ChildProcessPool(CHILD_PROCESSES)
    store = open_store(settings)
    url = settings.database_url
    replay_requests = ReplayRequests(url.get_secret_value()) if url else None
    return AppState(
        settings=settings,
        database=Database(settings),
        store=store,
        children=children,
        uploads=Uploads(children, store),
        thumbnails=ThumbnailCache(children),
        rate_limiter=make_rate_limiter(settings),
        subscriptions=RunSubscriptions(replay_requests.add if replay_requests else _ask_nobody),
        workflow_subscriptions=WorkflowSubscriptions(),
        replay_requests=replay_requests,
    )


def _ask_nobody(_run_id: str) -> None:
    """Do without, where no database can bring live output."""
