"""The how-to pages are followed in a copy of the repository: each must say what is needed.

All of them in the same copy, one after another: what is linted and tested there once takes a
minute of processor time, and each page by itself nearly as much.
"""

from pathlib import Path

import pytest

from support.howto.copy import ROOT, RepositoryCopy, copy_repository
from support.howto.page import HowTo, read_page

PAGES = ROOT / "docs" / "howto"
MOST_FILES = {
    "add-a-field-of-runs": 6,
    "add-a-node-type": 1,
    "add-a-page-of-the-editor": 5,
    "add-a-provider": 4,
    "add-a-setting": 2,
    "add-an-error-code": 2,
    "add-an-event": 7,
    "add-outputs": 1,
    "add-previews": 1,
}
"""How many files each page may have somebody touch, without tests and what is generated."""
TESTS = (
    "tests/db/migrations",
    "tests/api/openapi/test_models.py",
    "tests/api/pages/test_editor.py::test_every_address_of_a_page_gives_the_document_under_a_strict_policy",
    "tests/schemas/test_codes.py",
    "tests/schemas/test_settings.py",
    "tests/tasks/nodes/test_nodes.py",
)
"""Those that may notice what the pages change, beside the tests that they add."""
needs_editor = pytest.mark.skipif(
    not (ROOT / "web" / "node_modules" / ".dev").exists(),
    reason="the packages of the editor's lint and tests are not installed: `make lint-web`",
)


@pytest.fixture(scope="module")
def pages() -> dict[str, HowTo]:
    return {name: read_page(PAGES / f"{name}.md") for name in MOST_FILES}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, pages: dict[str, HowTo]) -> RepositoryCopy:
    """A copy in which somebody did what the pages say."""
    copy = copy_repository(tmp_path_factory.mktemp("howto") / "nodeloom")
    for page in pages.values():
        newest = max((copy.root / "db" / "migrations" / "versions").glob("[0-9]*_*.py")).stem
        copy.follow(page)
        for path in page.paths:  # pages do not name the newest migration, so that they stay true
            copy.replace(path, "NEWEST", newest)
    return copy


def all_paths(pages: dict[str, HowTo]) -> list[str]:
    return list(dict.fromkeys(path for page in pages.values() for path in page.paths))


def test_every_page_is_followed() -> None:
    assert {path.stem for path in PAGES.glob("add-*.md")} == MOST_FILES.keys()


@pytest.mark.parametrize("name", MOST_FILES)
def test_a_page_has_few_files_touched(name: str, pages: dict[str, HowTo]) -> None:
    assert len(pages[name].touched_by_hand) <= MOST_FILES[name], pages[name].touched_by_hand


def test_what_the_pages_change_is_clean(copy: RepositoryCopy, pages: dict[str, HowTo]) -> None:
    copy.lint(all_paths(pages))


def test_what_the_pages_change_works(copy: RepositoryCopy, pages: dict[str, HowTo]) -> None:
    added = [
        path
        for path in all_paths(pages)
        if path.startswith("tests/") and Path(path).name.startswith("test_")
    ]
    known = {test.partition("::")[0] for test in TESTS}
    copy.test(*TESTS, *(path for path in added if path not in known))


@needs_editor
def test_the_editor_with_what_the_pages_change(
    copy: RepositoryCopy, pages: dict[str, HowTo]
) -> None:
    copy.make_types()
    copy.lint_editor(all_paths(pages))
    copy.test_editor("src/pages/node-types", "src/sync/runs", "src/stores")
