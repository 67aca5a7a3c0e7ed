from pathlib import Path

import pytest

from support.node import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "assets")
