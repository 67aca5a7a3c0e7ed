"""Each how-to page is followed in a copy of the repository: it must say what is needed."""

from pathlib import Path

import pytest

from support.howto.copy import ROOT, RepositoryCopy, copy_repository
from support.howto.page import HowTo, read_page

needs_editor = pytest.mark.skipif(
    not (ROOT / "web" / "node_modules" / ".dev").exists(),
    reason="the packages of the editor's lint and tests are not installed: `make lint-web`",
)
PAGES = ROOT / "docs" / "howto"


@pytest.fixture
def copy(tmp_path: Path) -> RepositoryCopy:
    return copy_repository(tmp_path / "nodeloom")


def followed(copy: RepositoryCopy, page: str, *, most: int) -> HowTo:
    """Follow a page that has at most so many files touched by hand, and lint what comes out."""
    howto = read_page(PAGES / f"{page}.md")
    assert len(howto.touched_by_hand) <= most
    copy.follow(howto)
    copy.lint(howto)
    return howto


def newest_migration(copy: RepositoryCopy) -> str:
    """The one that a new migration follows; pages do not name it, so that they stay true."""
    return max((copy.root / "db" / "migrations" / "versions").glob("[0-9]*_*.py")).stem


def test_add_a_provider(copy: RepositoryCopy) -> None:
    followed(copy, "add-a-provider", most=4)
    copy.test("tests/tasks/providers/llamacpp/test_client.py", "tests/schemas/test_settings.py")


def test_add_a_node_type(copy: RepositoryCopy) -> None:
    followed(copy, "add-a-node-type", most=1)
    copy.test("tests/tasks/nodes/test_mirror.py", "tests/tasks/nodes/test_nodes.py")


def test_add_outputs(copy: RepositoryCopy) -> None:
    followed(copy, "add-outputs", most=1)
    copy.test("tests/tasks/nodes/test_contains.py", "tests/tasks/nodes/test_nodes.py")


@needs_editor
def test_add_a_field_of_runs(copy: RepositoryCopy) -> None:
    newest = newest_migration(copy)
    howto = followed(copy, "add-a-field-of-runs", most=6)
    copy.replace("db/migrations/versions/0099_pinned_runs.py", "NEWEST", newest)
    copy.test("tests/db/migrations", "tests/api/routes/test_pinned_runs.py")
    copy.test("tests/api/openapi/test_models.py")
    copy.make_types()
    copy.lint_editor(howto)


@needs_editor
def test_add_an_event(copy: RepositoryCopy) -> None:
    newest = newest_migration(copy)
    howto = followed(copy, "add-an-event", most=7)
    copy.replace("db/migrations/versions/0099_cancel_events.py", "NEWEST", newest)
    copy.test("tests/db/migrations", "tests/api/live")
    copy.make_types()
    copy.lint_editor(howto)


@needs_editor
def test_add_a_page_of_the_editor(copy: RepositoryCopy) -> None:
    howto = followed(copy, "add-a-page-of-the-editor", most=5)
    copy.test("tests/api/pages/test_editor.py", "-k", "every_address")
    copy.lint_editor(howto)
    copy.test_editor("src/pages/node-types")


def test_add_a_setting(copy: RepositoryCopy) -> None:
    followed(copy, "add-a-setting", most=2)
    copy.test("tests/api/routes/test_catalogue_cache.py", "tests/schemas/test_settings.py")


def test_add_an_error_code(copy: RepositoryCopy) -> None:
    followed(copy, "add-an-error-code", most=2)
    copy.test("tests/tasks/nodes/test_open_placeholder.py", "tests/schemas/test_codes.py")
