"""How the tests are dealt out to processes: what shares a tier's fixture stays together."""

import pytest

from support.process_groups import FIRST, group_of, order


@pytest.fixture(scope="session")
def items(request: pytest.FixtureRequest) -> list[pytest.Item]:
    """Every test that was collected with this one."""
    return request.session.items


def test_files_are_groups_of_their_own(request: pytest.FixtureRequest) -> None:
    assert group_of(request.node) == "repository/test_groups.py"


def test_what_shares_a_server_stays_with_its_folder(items: list[pytest.Item]) -> None:
    for item in items:
        if "prefect_server" in getattr(item, "fixturenames", ()):
            assert f"tests/{group_of(item)}" == item.nodeid.partition("/test_")[0]


def test_tiers_that_take_long_begin_first(items: list[pytest.Item]) -> None:
    assert items == sorted(items, key=order)
    assert all(
        order(item)[0] == 0 for item in items if item.nodeid.startswith(f"tests/{FIRST[0]}/")
    )
