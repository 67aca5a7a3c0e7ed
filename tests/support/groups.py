"""Which tests share a process, and which groups begin first.

`make test` runs more processes than there are processors, since many tests mostly wait: for a
lease to end, a minute's limit, a process to start. What shares something that is slow to start
(a Prefect server, a home folder) stays together; what shares nothing and takes long stands
alone; and the longest begin first, so that none is left over at the end.
"""

from pathlib import PurePosixPath
from typing import Final

from xdist.scheduler import LoadScopeScheduling

GROUPS: Final[dict[str, str]] = {
    "e2e/test_clients.py": "up",
    "e2e/test_examples.py": "up",
    "e2e/test_up.py": "up",
    "e2e/test_editor_canvas.py": "editor",
    "e2e/test_editor_kit.py": "editor",
    "e2e/test_editor_nodes.py": "editor",
    "e2e/test_editor_a11y.py": "editor-pages",
    "e2e/test_editor_pages.py": "editor-pages",
    "e2e/test_editor_runs.py": "editor-pages",
    "e2e/test_editor_schedules.py": "editor-pages",
    "prefect/test_cancel.py": "prefect-kills",
    "prefect/test_paused.py": "prefect-kills",
    "prefect/test_poison.py": "prefect-kills",
    "prefect/test_recovery.py": "prefect-kills",
    "prefect/test_artifacts.py": "prefect-operators",
    "prefect/test_dashboards.py": "prefect-operators",
    "prefect/test_deployment.py": "prefect-operators",
    "prefect/test_docs.py": "prefect-operators",
    "prefect/test_places.py": "prefect-operators",
    "prefect/test_alarms.py": "prefect-pools",
    "prefect/test_work_pools.py": "prefect-pools",
    "prefect": "prefect",
    "unit/cli": "unit-cli",
    "unit": "unit",
    "property": "property",
}
"""By file or folder, the nearest one wins; other files are groups of their own."""
ALONE: Final = frozenset({"workers/test_shared_limits.py"})
"""Each test is a group of its own."""
FIRST: Final = (
    "up",
    "prefect-kills",
    "prefect",
    "editor",
    "e2e/",
    "chaos/",
    "workers/",
    "unit-cli",
    "local/",
    "api/test_serve.py",
)
"""Beginnings of names of groups, the longest first; the others follow as they are found."""


class Grouped(LoadScopeScheduling):
    """Deals the groups out to processes. (xdist's own `loadgroup` does nothing with pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """Name the group of a test."""
    path, _, name = nodeid.partition("::")
    file = PurePosixPath(path.removeprefix("tests/"))
    if file.as_posix() in ALONE:
        return f"{file}:{name}"
    for place in (file, *file.parents):
        if place.as_posix() in GROUPS:
            return GROUPS[place.as_posix()]
    return file.as_posix()


def place_of(nodeid: str) -> int:
    """Say how early the group of a test begins; equal ones stay in their order."""
    group = group_of(nodeid)
    return next((place for place, start in enumerate(FIRST) if group.startswith(start)), len(FIRST))
