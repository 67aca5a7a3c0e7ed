"""The list of tests that passed only by themselves: how it grows, and that somebody minds it."""

from pathlib import Path

from tools.second_try import MAX_DAYS, read_list, record

ROOT = Path(__file__).parents[2]


def test_each_of_the_list_is_there_and_has_a_reason() -> None:
    for entry in read_list().values():
        file, _, name = entry.id.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text("utf-8"), entry.id
        assert entry.reason, f"{entry.id} passed only by itself: why?"
        assert 0 < len(entry.days) <= MAX_DAYS


def test_a_test_may_pass_only_by_itself_twice_and_then_has_failed(tmp_path: Path) -> None:
    path = tmp_path / "flaky.toml"
    assert record(["tests/a.py::test_a", "tests/b.py::test_b['x']"], "2026-11-28", path) == []
    assert record(["tests/a.py::test_a"], "2026-11-29", path) == []
    assert record(["tests/a.py::test_a"], "2026-11-30", path) == ["tests/a.py::test_a"]

    entries = read_list(path)
    assert entries["tests/a.py::test_a"].days == ["2026-11-28", "2026-11-29"]
    assert entries["tests/b.py::test_b['x']"].days == ["2026-11-28"]


def test_reasons_stay_when_another_test_is_added(tmp_path: Path) -> None:
    path = tmp_path / "flaky.toml"
    record(["tests/a.py::test_a"], "2026-11-28", path)
    path.write_text(path.read_text().replace('reason = ""', 'reason = "a \\"slow\\" disk"'))
    record(["tests/c.py::test_c"], "2026-11-29", path)
    assert read_list(path)["tests/a.py::test_a"].reason == 'a "slow" disk'
