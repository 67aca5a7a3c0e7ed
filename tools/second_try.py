"""What failed beside other tests, once more by itself; the list of those that then passed.

    python -m tools.second_try tests     after a pytest run that failed

On a machine that is full a process may start so late that a test gives up. Such a test is run
once more, alone. What fails again has failed. What passes is written into `tests/flaky.toml`,
with the day: whoever sees that commits it, with a reason, and mends the test. One that stands
there with two days already has failed, too.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
LIST: Final = ROOT / "tests" / "flaky.toml"
LAST_FAILED: Final = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
MAX_DAYS: Final = 2
HEADING: Final = f"""\
# Tests that failed beside others and passed alone; `make test` adds to it. Each needs a reason,
# and leaves the list when it is mended. The day after {MAX_DAYS} days is a failure.
"""


@dataclass
class FlakyTest:
    """A test that may fail where much else runs."""

    id: str
    days: list[str] = field(default_factory=list[str])
    reason: str = ""


def read_list(path: Path = LIST) -> dict[str, FlakyTest]:
    """Read the list, by id."""
    entries = tomllib.loads(path.read_text("utf-8")).get("test", []) if path.exists() else []
    return {each["id"]: FlakyTest(each["id"], each["days"], each["reason"]) for each in entries}


def write_list(entries: Iterable[FlakyTest], path: Path = LIST) -> None:
    """Write the list, in the order of the ids."""
    blocks = [
        "\n".join(
            (
                "\n[[test]]",
                f"id = {json.dumps(each.id)}",
                f"days = {json.dumps(each.days)}",
                f"reason = {json.dumps(each.reason)}\n",
            )
        )
        for each in sorted(entries, key=lambda each: each.id)
    ]
    path.write_text(HEADING + "".join(blocks), "utf-8")


def record(passed_alone: Iterable[str], today: str, path: Path = LIST) -> list[str]:
    """Add what passed alone to the list; give those that had stood there often enough."""
    known = read_list(path)
    worn_out: list[str] = []
    for id in passed_alone:
        entry = known.setdefault(id, FlakyTest(id))
        if len(entry.days) >= MAX_DAYS:
            worn_out.append(id)
        else:
            entry.days.append(today)
    write_list(known.values(), path)
    return worn_out


def last_failed() -> set[str]:
    """Give the ids of what pytest remembers as failed."""
    return set(json.loads(LAST_FAILED.read_text("utf-8"))) if LAST_FAILED.exists() else set()


def main(tests: list[str]) -> int:
    """Run them, print and keep the list; 1 if anything failed for good."""
    before = {id for id in last_failed() if id.startswith(tuple(tests))}
    print(f"\n== {len(before)} failed above; once more by itself", flush=True)
    pytest = [sys.executable, "-m", "pytest", "-q", "--last-failed"]
    code = subprocess.run(
        [*pytest, "--last-failed-no-failures", "none", *tests], cwd=ROOT, check=False
    ).returncode
    passed = sorted(before - last_failed()) if code in {0, 1} else []
    worn_out = record(passed, datetime.now(UTC).date().isoformat()) if passed else []
    print(f"\n== {len(passed)} of {len(before)} passed only by itself")
    for id in passed:
        print(f"  {id}{f': more than {MAX_DAYS} times, so it has failed' * (id in worn_out)}")
    if passed:
        print("They are in tests/flaky.toml now: give each a reason there, and mend it.")
    return code or (1 if worn_out else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
