"""A copy of this repository in which a how-to page is followed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support.howto.page import HowTo

ROOT: Final = Path(__file__).parents[3]
_LINKED: Final = (".venv", "web/node_modules")
"""What is installed: shared with this checkout, never written to."""
_LEFT_OUT: Final = frozenset({".git", ".venv", "node_modules"})
_SECONDS: Final = 300
_BIN: Final = Path(sys.executable).parent


@dataclass(frozen=True)
class RepositoryCopy:
    """The files of a checkout somewhere else, with the same things installed."""

    root: Path

    def follow(self, howto: HowTo) -> None:
        """Do what a page says."""
        for step in howto.steps:
            step.apply(self.root)

    def lint(self, paths: Sequence[str]) -> None:
        """Run style and types over these files, and the rules for all: imports, names."""
        code = [path for path in paths if path.endswith(".py")]
        self.run(_BIN / "ruff", "check", "--no-cache", "--force-exclude", *code)
        self.run(_BIN / "ruff", "format", "--check", "--no-cache", "--force-exclude", *code)
        self.run(_BIN / "lint-imports", "--no-logo", "--no-cache")
        self.run(sys.executable, "-m", "tools.structure")
        words = self.run(sys.executable, "-m", "tools.vocabulary", may_fail=True)
        unknown = [line for line in words.splitlines() if any(path in line for path in paths)]
        assert not unknown, unknown
        self.run(_BIN / "basedpyright", *code)

    def replace(self, path: str, before: str, after: str) -> None:
        """Replace what a page leaves open."""
        file = self.root / path
        file.write_text(file.read_text("utf-8").replace(before, after), "utf-8")

    def make_types(self) -> None:
        """Make the editor's types from what the API says now."""
        self.run(sys.executable, "docs/tools/generate.py")
        self.npm("run", "types")

    def lint_editor(self, paths: Sequence[str]) -> None:
        """Check form, types and rules of the editor's sources."""
        sources = [path.removeprefix("web/") for path in paths if path.startswith("web/")]
        self.npm("exec", "--", "prettier", "--check", *sources)
        self.npm("exec", "--", "tsc")
        self.npm("exec", "--", "eslint", *sources)

    def test_editor(self, *tests: str) -> None:
        """Run tests of the editor."""
        self.npm("exec", "--", "vitest", "run", *tests)

    def npm(self, *words: str) -> None:
        """Run a program of the editor's packages."""
        self.run(self.root / ".venv" / "node" / "npm", *words, folder="web")

    def test(self, *tests: str) -> None:
        """Run tests of the copy, by path or node id."""
        self.run(sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests)

    def run(self, *command: str | Path, folder: str = ".", may_fail: bool = False) -> str:
        """Run a command in the copy and give its output. Raises AssertionError with it."""
        hidden = ("PYTEST_", "PYTHONPATH", "COV_")
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(hidden)
        }
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.root / folder,
            env=environment | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        output = done.stdout + done.stderr
        assert may_fail or done.returncode == 0, f"{' '.join(map(str, command))}:\n{output[-6000:]}"
        return output


def copy_repository(to: Path) -> RepositoryCopy:
    """Copy this checkout; what is installed is linked, what is built left out."""
    ignored = shutil.ignore_patterns(*_LEFT_OUT, ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, to, ignore=ignored, symlinks=True)
    for name in _LINKED:
        if (ROOT / name).exists():
            (to / name).symlink_to(ROOT / name, target_is_directory=True)
    subprocess.run(["git", "init", "-q", to], check=True)  # what lists the files of a checkout
    return RepositoryCopy(to)
