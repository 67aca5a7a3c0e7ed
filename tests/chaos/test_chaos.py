"""The short form of `make chaos`: every kind of fault but one, once or twice.

How soon a run goes on depends here on what else the tests do on the same processors, so that is
left to `make chaos`.
"""

import pytest

from chaos.__main__ import promises
from chaos.run import Size, run

SHORT = Size(
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
def test_nothing_that_was_promised_is_broken_by_killing_parts() -> None:
    outcome = run(SHORT)

    broken = [
        f"{what}: {figure}"
        for what, figure, kept in promises(outcome)
        if not kept and not what.startswith("kill to running again")
    ]
    assert not broken, outcome.client.wrong
    assert len(outcome.faults.done) == 5
    assert outcome.verdict.runs == 12
