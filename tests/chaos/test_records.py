"""The short form of `make records`."""

import pytest

from chaos.records import run


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_prefect_has_all_of_the_runs_that_it_was_told_of_and_of_those_that_it_missed() -> None:
    assert run(20, 10)
