"""The short form of `make chaos`: every kind of fault but one, once or twice.

How soon a run goes on depends here on what else the tests do on the same processors, so that is
left to `make chaos`.
"""

import pytest

from chaos.__main__ import check_promises
from chaos.run import Scenario, run

SHORT = Scenario(
    runs=12,
    kills=2,
    pauses=0,
    postgres=1,
    prefect=1,
    away=0,
    api=1,
    gap_seconds=2,
    answer_seconds=(0.5, 2.0),
)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_nothing_that_was_promised_is_broken_by_killing_processes() -> None:
    outcome = run(SHORT)

    broken = [
        f"{promise}: {figure}"
        for promise, figure, holds in check_promises(outcome)
        if not holds and not promise.startswith("kill to running again")
    ]
    assert not broken, outcome.client.violations
    assert len(outcome.faults.done) == 5
    assert outcome.checked.runs == 12
