"""A request waits for the end of a run that it has started."""

from typing import Any
from uuid import UUID

from litestar import Request

from api.live.wait import wait_for_end
from api.state.app_state import AppState
from api.state.turns import TURN_KEY, Turn
from db.queue.events import get_run_state
from schemas.wire.run import RunStatus


async def wait_for_run(
    request: Request[Any, Any, Any], app_state: AppState, owner_id: str, run_id: UUID, seconds: int
) -> None:
    """End the turn of a request that has been read, and wait: see `wait_for_end`, also for what it raises."""

    async def read_status() -> RunStatus:
        status, _ = await app_state.database.call(get_run_state, owner_id, run_id)
        return status

    turn: Turn = request.scope["state"][TURN_KEY]
    turn.end()
    subscribed = app_state.subscriptions.subscribe(run_id)
    await wait_for_end(subscribed, app_state.stopping, read_status, seconds, request.receive)
