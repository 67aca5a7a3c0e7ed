"""How the tests are dealt out to processes: what must stay together does."""

from pathlib import Path

import pytest

from support.groups import ALONE, FIRST, GROUPS, group_of, place_of

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/prefect/test_runs.py::test_it[a/b::c]", "prefect"),
        ("tests/prefect/test_paused.py::test_it", "prefect-kills"),
        ("tests/unit/flows/test_scope.py::test_it", "unit"),
        ("tests/unit/cli/test_files.py::test_it", "unit-cli"),
        ("tests/e2e/test_up.py::test_it", "up"),
        ("tests/workers/test_shared_limits.py::test_it", "workers/test_shared_limits.py:test_it"),
    ],
)
def test_the_nearest_place_names_the_group(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group


def test_the_longest_begin_first_and_a_group_stays_in_order() -> None:
    up, one, other = (
        "tests/e2e/test_up.py::a",
        "tests/prefect/test_runs.py::a",
        "tests/unit/a.py::a",
    )
    assert sorted([other, f"{one}2", f"{one}1", up], key=place_of) == [
        up,
        f"{one}2",
        f"{one}1",
        other,
    ]


def test_every_place_that_is_named_exists() -> None:
    for place in (*GROUPS, *ALONE):
        assert (ROOT / place).exists(), place
    names = {*GROUPS.values(), *(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py"))}
    for start in FIRST:
        assert any(name.startswith(start) for name in names), start
