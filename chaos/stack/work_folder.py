"""A folder for everything that is started to be tried or measured."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def work_folder(name: str, *, keep: bool = False) -> Generator[Path]:
    """Give an empty folder, and remove it at the end unless it is to be kept.

    As root, PostgreSQL runs as another user. It may pass through here, or its data would lie
    outside and stay behind.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"nodeloom-{name}-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
