from pathlib import Path

import pytest

from schemas.values import ImageValue
from support.nodes.media import encoded, numbered_pixels, stored
from support.nodes.node_runner import NodeRunner


@pytest.fixture
def node_runner(tmp_path: Path) -> NodeRunner:
    return NodeRunner(tmp_path / "assets")


@pytest.fixture
def photo(node_runner: NodeRunner) -> ImageValue:
    """A PNG of 40 by 30 pixels, each of another colour."""
    return stored(encoded(numbered_pixels((40, 30))), node_runner.child)
