"""Each how-to page is followed in a copy of the repository: it must say what is needed."""

from pathlib import Path

import pytest

from support.howto.copy import ROOT, RepositoryCopy, copy_repository
from support.howto.page import HowTo, read_page

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


def test_add_a_node_type(copy: RepositoryCopy) -> None:
    followed(copy, "add-a-node-type", most=1)
    copy.test("tests/tasks/nodes/test_mirror.py", "tests/tasks/nodes/test_nodes.py")
