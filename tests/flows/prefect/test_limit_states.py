"""What becomes of a flow run that has no slot of its deployment's limit."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from prefect.client.schemas import FlowRun
from prefect.states import Cancelled, Scheduled

from flows.prefect.host.deployment_limits import DeploymentLimit, is_cancelled_by_limit


def in_state(name: str) -> FlowRun:
    return FlowRun(name="a flow run", flow_id=uuid4(), state=Scheduled(name=name))


def limit(*, cancels: bool) -> DeploymentLimit:
    return DeploymentLimit(uuid4(), 1, cancels=cancels, full=True)


@pytest.mark.parametrize("cancels", [False, True])
def test_one_whose_run_goes_on_waits_whatever_becomes_of_new_ones(cancels: bool) -> None:
    state = limit(cancels=cancels).state_of(in_state("Resuming"), shows_open_run=True)
    assert (state.is_scheduled(), state.name) == (True, "Resuming")
    assert state.state_details.scheduled_time is not None
    assert state.state_details.scheduled_time > datetime.now(UTC)  # or it hides others


@pytest.mark.parametrize(
    ("before", "since"),
    [
        ("Scheduled", "AwaitingConcurrencySlot"),
        ("Late", "AwaitingConcurrencySlot"),
        ("AwaitingConcurrencySlot", "AwaitingConcurrencySlot"),
        ("AwaitingRetry", "AwaitingRetry"),  # by which a retry is known
    ],
)
def test_a_new_one_waits_and_is_due_later(before: str, since: str) -> None:
    state = limit(cancels=False).state_of(in_state(before), shows_open_run=False)
    assert state.name == since
    assert state.state_details.scheduled_time is not None
    assert state.state_details.scheduled_time > datetime.now(UTC)


def test_a_new_one_is_cancelled_where_the_deployment_says_so() -> None:
    state = limit(cancels=True).state_of(in_state("Scheduled"), shows_open_run=False)
    assert state.is_cancelled()
    assert is_cancelled_by_limit(state)
    assert not is_cancelled_by_limit(Cancelled(message="Not today."))
