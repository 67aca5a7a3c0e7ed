from pathlib import Path

import pytest

from support.nodes.node_runner import NodeRunner


@pytest.fixture
def node_runner(tmp_path: Path) -> NodeRunner:
    return NodeRunner(tmp_path / "assets")
