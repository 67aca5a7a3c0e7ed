"""Rules about the repository itself: what must not be in it, and how long a file may be."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = 400
TEST_LINES = 600
"""A table of cases may be longer than code."""
REGISTRIES = (
    r"pypi\.(?:org|io)",
    r"pythonhosted\.org",
    r"registry\.(?:npmjs|yarnpkg)\.",
    r"npm\.pkg\.",
    r"(?:file|https?)://\S*/simple\b",
    r"(?:index|registry|extra-index)[-_]url\s*[=:]\s*\S",
)
GENERATED = Path("web/src/generated")
BINARY = {
    ".jpg",
    ".avif",
    ".heic",
    ".mkv",
    ".webm",
    ".jpeg",
    ".png",
    ".webp",
    ".mp4",
    ".gif",
    ".ico",
    ".woff2",
}


def tracked() -> list[Path]:
    """Every file that git has or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is no git checkout")
    paths = [ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


def test_no_file_names_a_package_registry() -> None:
    pattern = re.compile("|".join(REGISTRIES))
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found


def test_lock_files_hold_versions_and_hashes_and_no_address() -> None:
    for name in map(str, ROOT.glob("requirements*.lock")):
        text = (ROOT / name).read_text()
        assert "://" not in text
        packages = re.findall(r"^[\w.-]+==", text, flags=re.MULTILINE)
        hashed = re.findall(r"^[\w.-]+==[^\n]*\\\n    --hash=sha256:", text, flags=re.MULTILINE)
        assert packages
        assert len(packages) == len(hashed)


def test_the_lock_file_of_the_editor_holds_versions_and_hashes_and_no_address() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert all("version" in package and "integrity" in package for package in packages)
    assert not any("resolved" in package for package in packages)


def test_no_source_file_is_longer_than_the_limit() -> None:
    long: dict[str, int] = {}
    for path in tracked():
        name = path.relative_to(ROOT)
        limit = TEST_LINES if name.parts[0] == "tests" else LINES
        count = len(path.read_text(encoding="utf-8").splitlines())
        written = (
            path.suffix in {".py", ".ts", ".tsx", ".js", ".css"} and GENERATED not in name.parents
        )
        if written and count > limit:
            long[str(name)] = count
    assert not long


def test_no_file_holds_what_looks_like_a_secret() -> None:
    pattern = re.compile(
        r"AIza[0-9A-Za-z_-]{35}|sk_(?:live|test)_[0-9A-Za-z]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY"
    )
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path != Path(__file__) and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert not found
