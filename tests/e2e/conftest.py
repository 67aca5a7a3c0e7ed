"""The whole product, started as a newcomer starts it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.nodeloom import Up


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("e2e")
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def e2e_home() -> Iterator[Path]:
    """A home folder that all tests of a session share: the first start is the slow one."""
    folder = Path(tempfile.mkdtemp(prefix="nodeloom-test-"))
    folder.chmod(0o711)  # as root, PostgreSQL runs as another user
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home folder of one test's own."""
    folder = Path(tempfile.mkdtemp(prefix="nodeloom-test-"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def up(e2e_home: Path) -> Iterator[Up]:
    """A running Nodeloom."""
    with Up(e2e_home) as running:
        yield running
