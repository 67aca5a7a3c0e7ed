"""Node types of tests, beside those of the product while a test asks for them."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import tasks.nodes
from api.routes import node_types as node_type_routes
from support.nodes.types import branch
from tasks.registry import node_types


@contextmanager
def added_node_types() -> Generator[None]:
    """Have `support.nodes.types` among the node types: a file for each is all that it takes."""
    tasks.nodes.__path__.append(str(Path(branch.__file__).parent))
    _forget()
    try:
        yield
    finally:
        tasks.nodes.__path__.pop()
        for name in ("branch", "numbers"):
            sys.modules.pop(f"tasks.nodes.{name}", None)
        _forget()


def _forget() -> None:
    node_types.cache_clear()
    node_type_routes._catalogue.cache_clear()  # pyright: ignore[reportPrivateUsage]
