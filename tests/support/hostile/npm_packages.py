"""What `make` has put into .venv/npm, where there is npm: tests that need it are skipped elsewhere."""

import functools
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / ".venv" / "npm"
REASON = "npm was not here when .venv was made: run `make .venv/.npm` on a machine that has it"


def require_npm_packages() -> Path:
    """The folder; skips the test where it is not there."""
    if not (FOLDER / "corpora.json").is_file():
        pytest.skip(REASON)
    return FOLDER


@functools.cache
def corpora() -> dict[str, Any]:
    """JSON texts, each with a name that begins with y, n or i, and naughty strings."""
    return json.loads((require_npm_packages() / "corpora.json").read_text(encoding="utf-8"))
