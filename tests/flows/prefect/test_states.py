"""Which end Prefect is told of a flow run, from what our row says."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from prefect.client.schemas.objects import State
from prefect.states import (
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
    Suspended,
)

from db.mirror.mirrored_runs import MirroredRun, OpenMirroredRun
from flows.prefect.names import claim_tags, parse_run_tags
from flows.prefect.states import (
    GRACE_SECONDS,
    StateRequest,
    find_state_request,
    flow_run_end_state,
    paused_state,
)
from schemas.wire.run import RunStatus

RUN, FLOW_RUN = UUID(int=1), UUID(int=2)
LOST = {"code": "executor_lost", "message": "The worker stopped answering."}


def run(status: str, epoch: int = 2, quiet: float = GRACE_SECONDS, **more: Any) -> MirroredRun:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    known: dict[str, Any] = {
        "executor_id": "host:1:a",
        "flow_run_id": FLOW_RUN,
        "error": None,
        "finished_at": at,
    }
    return MirroredRun(
        id=RUN,
        owner_id="ann",
        workflow_id=7,
        workflow_name="Kit",
        status=RunStatus(status),
        epoch=epoch,
        started_at=at,
        ended_seconds_ago=quiet,
        **(known | more),
    )


def told(row: MirroredRun, claim: int) -> str | None:
    end = flow_run_end_state(row, claim, current=True)
    return end.name if end else None


@pytest.mark.parametrize(
    ("row", "claim", "end"),
    [
        (run("RUNNING"), 2, None),
        (run("WAITING"), 2, None),  # shown as suspended
        (run("RUNNING"), 1, "Crashed"),
        (run("RUNNING"), 3, None),  # of a database that was restored from a copy
        (run("PENDING", 1), 1, "Crashed"),
        (run("PENDING", 0), 0, None),  # asked for in Prefect, not claimed yet
        (run("CANCELLED", 0), 0, "Cancelled"),
        (run("COMPLETED"), 2, "Completed"),
        (run("FAILED"), 2, "Failed"),
        (run("CANCELLED"), 2, "Cancelled"),
        (run("COMPLETED"), 1, "Crashed"),
        (run("CANCELLED"), 1, "Crashed"),
        # The sweep has ended it with an epoch of its own, which no flow run shows.
        (run("CANCELLED", executor_id="sweep"), 1, "Cancelled"),
        (run("FAILED", executor_id="sweep", error=LOST), 1, "Crashed"),
        (run("FAILED", executor_id="sweep", epoch=3, error=LOST), 1, "Crashed"),
    ],
)
def test_ours_decides(row: MirroredRun, claim: int, end: str | None):
    assert told(row, claim) == end


def test_the_executor_has_a_while_to_tell_the_end_itself():
    assert told(run("COMPLETED", quiet=GRACE_SECONDS - 1), 2) is None


def test_the_message_names_where_the_run_goes_on_or_when_it_took_place():
    end = flow_run_end_state(run("RUNNING"), 1, current=False)
    assert end is not None
    assert end.message == (
        f"Its worker stopped. Run {RUN} goes on in another one: flow run {FLOW_RUN}."
    )
    end = flow_run_end_state(run("FAILED", error=LOST), 2, current=True)
    assert end is not None
    assert end.message == (
        "Recorded later: FAILED, 2026-01-02 03:04:05+00:00 to 2026-01-02 03:04:05+00:00."
        " The worker stopped answering."
    )


def test_tags_say_which_claim_of_which_run_a_flow_run_shows():
    assert parse_run_tags(claim_tags(7, RUN, 3)) == (RUN, 3)
    assert parse_run_tags(["nodeloom"]) == (None, None)
    assert parse_run_tags([f"run:{RUN}"]) == (RUN, None)
    assert parse_run_tags(["run:of-the-mill", "claim:x"]) == (None, None)


def open_run(status: str, pausing: bool = False, queued: bool = False) -> OpenMirroredRun:
    return OpenMirroredRun(RUN, "ann", FLOW_RUN, RunStatus(status), pausing, queued)


LONG_AGO: Any = datetime(2026, 1, 2, tzinfo=UTC)
LATER: Any = datetime(2999, 1, 2, tzinfo=UTC)
OURS = paused_state(RUN, RunStatus.WAITING)
PAUSING = paused_state(RUN, RunStatus.RUNNING)


@pytest.mark.parametrize(
    ("row", "state", "request_"),
    [
        (open_run("RUNNING"), Cancelling(), StateRequest.CANCEL),
        (open_run("PENDING"), Cancelled(), StateRequest.CANCEL),
        (open_run("WAITING", True), Cancelled(), StateRequest.CANCEL),
        (open_run("RUNNING"), Suspended(), StateRequest.PAUSE),
        (open_run("RUNNING"), Paused(), StateRequest.PAUSE),
        (open_run("RUNNING"), Failed(), StateRequest.FAIL),
        (open_run("WAITING", True), Failed(), StateRequest.FAIL),
        (open_run("RUNNING"), Completed(), StateRequest.COMPLETE),
        (open_run("RUNNING"), OURS, StateRequest.SHOW),
        (open_run("RUNNING"), Crashed(), StateRequest.SHOW),
        (open_run("WAITING", True), Crashed(), StateRequest.SHOW),
        # In the queue, too; but of a run that its executor gave up nothing is asked.
        (open_run("PENDING", queued=True), Failed(), StateRequest.FAIL),
        (open_run("PENDING", queued=True), Paused(), StateRequest.PAUSE),
        (open_run("PENDING", queued=True), Completed(), StateRequest.COMPLETE),
        (open_run("PENDING", queued=True), Crashed(), StateRequest.SHOW),
        (open_run("PENDING", queued=True), Pending(timestamp=LONG_AGO), None),
        (open_run("PENDING"), Failed(), None),
        (open_run("PENDING"), Crashed(), None),
        (open_run("WAITING", True), OURS, None),
        (open_run("RUNNING", True), PAUSING, None),
        (open_run("WAITING", True), PAUSING, StateRequest.SHOW),
        (open_run("PENDING"), OURS, None),
        (open_run("RUNNING"), Running(), None),
        # What is about to begin says so itself; after a while it is said for it.
        (open_run("RUNNING"), Pending(timestamp=LATER), None),
        (open_run("RUNNING"), Pending(timestamp=LONG_AGO), StateRequest.SHOW),
        (
            open_run("RUNNING"),
            Scheduled(scheduled_time=LONG_AGO, timestamp=LONG_AGO),
            StateRequest.SHOW,
        ),
        (
            open_run("RUNNING"),
            Scheduled(scheduled_time=LATER, timestamp=LONG_AGO),
            StateRequest.SHOW,
        ),
        (open_run("RUNNING"), Scheduled(name="Resuming", timestamp=LATER), None),
        (open_run("PENDING"), Pending(timestamp=LONG_AGO), None),
    ],
)
def test_what_operators_ask_for_is_told_from_what_we_said(
    row: OpenMirroredRun, state: State[None], request_: StateRequest | None
) -> None:
    assert find_state_request(row, state) is request_


def test_a_pause_says_whether_nodes_are_still_at_work() -> None:
    assert "is paused." in (OURS.message or "")
    assert "when those at work have ended" in (paused_state(RUN, RunStatus.RUNNING).message or "")
