"""A how-to page as data: the files that it writes and the changes that it makes.

In a page, a fenced block whose first line names a path after its language is a step:

- ```` ```python tasks/nodes/upper.py ````: the whole of a new file;
- ```` ```diff schemas/settings.py ````: lines of a file that is there. Those that begin with a
  space or a minus must stand in it exactly once; line numbers are not needed.

Blocks without a path are read by people only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BLOCK: Final = re.compile(
    r"^```(?P<language>\w+) (?P<path>[\w./-]+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_GENERATED: Final = ("docs/errors/", "docs/openapi.json", "docs/settings.md", "web/src/generated/")


@dataclass(frozen=True)
class NewFile:
    """A file that the page writes."""

    path: str
    text: str

    def apply(self, root: Path) -> None:
        """Write it. Raises AssertionError where there is one already."""
        target = root / self.path
        assert not target.exists(), f"{self.path} is there already: the page is not true any more"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.text, encoding="utf-8")


@dataclass(frozen=True)
class Change:
    """Lines that the page has changed in a file: each hunk as (before, after)."""

    path: str
    hunks: tuple[tuple[str, str], ...]

    def apply(self, root: Path) -> None:
        """Make it. Raises AssertionError where the lines before do not stand there once."""
        target = root / self.path
        text = target.read_text(encoding="utf-8")
        for before, after in self.hunks:
            found = text.count(before)
            assert found == 1, (
                f"{self.path} has {found} times, where the page needs it once:\n{before}"
            )
            text = text.replace(before, after)
        target.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class HowTo:
    """A page; `steps` in their order."""

    text: str
    steps: tuple[NewFile | Change, ...]

    @property
    def paths(self) -> list[str]:
        """The files of all steps, each once."""
        return list(dict.fromkeys(step.path for step in self.steps))

    @property
    def touched_by_hand(self) -> list[str]:
        """The files that somebody writes or changes, without tests and what is generated."""
        return [
            path for path in self.paths if not _is_test(path) and not path.startswith(_GENERATED)
        ]

    @property
    def listed(self) -> list[str]:
        """The files in the page's table of files to touch."""
        return re.findall(r"^\| `([^`]+)` \|", self.text, re.MULTILINE)


def _is_test(path: str) -> bool:
    return path.startswith(("tests/", "web/src/test/")) or ".test." in path


def read_page(page: Path) -> HowTo:
    """Read a page. Raises AssertionError where its table and its steps differ."""
    text = page.read_text(encoding="utf-8")
    howto = HowTo(text, tuple(_steps(text)))
    assert sorted(howto.listed) == sorted(howto.paths), "the table lists other files than the steps"
    return howto


def _steps(text: str) -> Iterator[NewFile | Change]:
    for block in _BLOCK.finditer(text):
        if block["language"] == "diff":
            yield Change(block["path"], tuple(_hunks(block["body"])))
        else:
            yield NewFile(block["path"], block["body"])


def _hunks(body: str) -> Iterator[tuple[str, str]]:
    """Split at lines that begin with `@@`."""
    for hunk in re.split(r"^@@.*\n", body, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] or "\n" for line in lines if not line.startswith("+"))
        after = "".join(line[1:] or "\n" for line in lines if not line.startswith("-"))
        if before != after:
            yield before, after
