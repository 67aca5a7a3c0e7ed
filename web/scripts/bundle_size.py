"""Prints what the editor loads first; with `--check`, fails if that has grown beyond its budget."""

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

DIST = Path(__file__).parents[1] / "dist"
ENTRY = "index.html"
BUDGET = {
    "list of workflows": ("src/pages/workflows/WorkflowsPage.tsx", 150_000),
    "editor": ("src/app/editor/EditorPage.tsx", 290_000),
    "form of a function": ("src/pages/function/FunctionPage.tsx", 155_000),
    "Clerk's sign-in, beside": ("src/app/SignIn.tsx", 60_000),
}
"""What each page needs before it is there, scripts, styles and the font, in bytes after gzip."""
BESIDE = "beside"
"""Of what is counted without what every page needs."""

Manifest = dict[str, Any]


def closure(manifest: Manifest, name: str) -> set[str]:
    """Give the files of a chunk and of everything that it imports at once."""
    found: set[str] = set()
    waiting, seen = [name], {name}
    while waiting:
        chunk = manifest[waiting.pop()]
        found |= {chunk["file"], *chunk.get("css", [])}
        new = [each for each in chunk.get("imports", []) if each not in seen]
        seen |= set(new)
        waiting += new
    return {file for file in found if file.endswith((".js", ".css"))}


def fonts() -> set[str]:
    """Give the fonts that the page asks for at once."""
    return set(
        re.findall(r'href="/(editor/[^"]+\.woff2)"', (DIST / "index.html").read_text("utf-8"))
    )


def size(files: set[str]) -> int:
    """Give the bytes of files after gzip."""
    return sum(len(gzip.compress((DIST / file).read_bytes(), 6)) for file in files)


def main() -> int:
    """Print the sizes; give 1 if one is over its budget."""
    manifest: Manifest = json.loads((DIST / ".vite" / "manifest.json").read_text("utf-8"))
    always = closure(manifest, ENTRY) | fonts()
    sizes = {
        page: size(closure(manifest, chunk) - always)
        if page.endswith(BESIDE)
        else size(closure(manifest, chunk) | always)
        for page, (chunk, _) in BUDGET.items()
    }
    everything = size({f"editor/{path.name}" for path in (DIST / "editor").iterdir()})
    words = [f"{page} {bytes / 1000:.0f} kB" for page, bytes in sizes.items()]
    print(f"First load, gzip: {', '.join(words)}; everything {everything / 1000:.0f} kB.")
    over = [page for page, bytes in sizes.items() if bytes > BUDGET[page][1]]
    if not over or "--check" not in sys.argv[1:]:
        return 0
    print(f"Over the budget of web/scripts/bundle_size.py: {', '.join(over)}.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
