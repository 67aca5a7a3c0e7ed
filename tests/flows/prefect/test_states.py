"""Which end Prefect is told of a flow run, from what our row says."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from db.mirrored_runs import MirroredRun
from flows.prefect.names import claim_tags, parse_run_tags
from flows.prefect.states import GRACE_SECONDS, flow_run_end_state
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
