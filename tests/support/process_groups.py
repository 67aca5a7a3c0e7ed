"""Which tests share a process, by folder and fixture, and which groups begin first.

`make test` runs more processes than there are processors, since many tests mostly wait: for a
lease to end, a minute's limit, a process to start. Tests that share something that is slow to
start (a fixture of scope `session` in a conftest.py of their tier: a Prefect server, a running
Nodeloom) stay together with their folder; every other file is a group of its own. Folders that
take long begin first, so that none is left over at the end: those of Prefect, whose tests mostly
wait, beside those of the editor. A folder that shares something takes at most a third of the time
of all tests by two processors; one that takes longer is better two folders. When the last test of
such a folder has run, all that was set up in its process ends: a Prefect server and a worker that
idle take a twelfth of a processor from the tests that are left.

Only the processes that run tests know fixtures; the scheduler, in another process, reads the
groups from a file that they write once they have collected.
"""

import json
import os
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

FIRST: Final = (
    "prefect/corrections",
    "e2e/pages",
    "prefect/deployments",
    "prefect/schedules",
    "e2e/canvas",
    "prefect/work_pools",
    "prefect/host",
    "e2e",
    "prefect/mirror",
    "prefect/recovery",
    "prefect",
    "chaos",
    "howto",
    "workers",
    "local",
    "cli",
)
"""Folders, the slowest first; the others follow as they are found."""
_FILE: Final = "process_groups"


class Grouped(LoadScopeScheduling):
    """Deals groups out to processes. (xdist's own `loadgroup` does nothing with pytest 9.2.)"""

    def __init__(self, config: pytest.Config, log: Any, groups: Path) -> None:
        """Read `groups` when it is there."""
        super().__init__(config, log)
        self._file = groups
        self._groups: dict[str, str] = {}

    def _split_scope(self, nodeid: str) -> str:
        if not self._groups:
            self._groups = json.loads(self._file.read_text(encoding="utf-8"))
        return self._groups[nodeid]


class ProcessGroups:
    """The pytest plugin: orders what was collected, and has the scheduler know of groups."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where the file with the groups may lie."""
        self._file = folder / "groups.json"

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Order the tests; in a process of xdist's, write their groups down."""
        items.sort(key=order)
        if given := getattr(config, "workerinput", {}).get(_FILE):
            groups = {item.nodeid: group_of(item) for item in items}
            draft = Path(f"{given}.{os.getpid()}")
            draft.write_text(json.dumps(groups), encoding="utf-8")
            draft.replace(given)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> object:
        """Run the last test of a group as if it were the last of all, if what it shares is slow."""
        if nextitem is None or not _shares_a_tier(item) or group_of(item) == group_of(nextitem):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        runtestprotocol(item, nextitem=None)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: WorkerController) -> None:
        """Tell a process of xdist's where to write."""
        node.workerinput[_FILE] = str(self._file)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Grouped:
        """Have it deal out groups."""
        return Grouped(config, log, self._file)


def group_of(item: pytest.Item) -> str:
    """Name the group of a test: its folder if it shares a tier's fixture, else its file."""
    file = _inside(item.nodeid)
    return str(file.parent if _shares_a_tier(item) else file)


def order(item: pytest.Item) -> tuple[int, bool]:
    """Say how early a test begins; equal ones stay in their order."""
    above = (str(folder) for folder in _inside(item.nodeid).parents)
    early = next((FIRST.index(folder) for folder in above if folder in FIRST), len(FIRST))
    return early, not _shares_a_tier(item)


def _shares_a_tier(item: pytest.Item) -> bool:
    """Whether it uses what a conftest.py below tests/ sets up once for all."""
    definitions = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    shared = (used[-1] for used in definitions.values() if used[-1].scope == "session")
    return any("/" in each.baseid and not each.baseid.endswith(".py") for each in shared)


def _inside(nodeid: str) -> PurePosixPath:
    return PurePosixPath(nodeid.partition("::")[0].removeprefix("tests/"))
