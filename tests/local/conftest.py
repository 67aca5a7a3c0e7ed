"""What tests of the local parts share: a home folder that PostgreSQL may live in."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def home() -> Iterator[Path]:
    """A home folder; unlike pytest's own folders, other users may pass through it."""
    folder = Path(tempfile.mkdtemp(prefix="nodeloom-test-"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)
