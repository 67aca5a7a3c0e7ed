"""Prints how large the editor is; with `--check`, fails if it has grown beyond its budget."""

import gzip
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "dist" / "editor"
BUDGET = {".js": 330_000, ".css": 20_000}
"""Bytes after gzip, of all files of a kind together."""


def sizes() -> dict[str, tuple[int, int]]:
    """Give bytes of each kind of file, as they are and after gzip."""
    found: dict[str, tuple[int, int]] = dict.fromkeys(BUDGET, (0, 0))
    for path in FOLDER.iterdir():
        if path.suffix in found:
            data = path.read_bytes()
            raw, small = found[path.suffix]
            found[path.suffix] = (raw + len(data), small + len(gzip.compress(data, 6)))
    return found


def main() -> int:
    """Print the sizes; give 1 if one is over its budget."""
    found = sizes()
    words = [
        f"{suffix[1:]} {raw / 1000:.0f} kB ({small / 1000:.0f} kB gzip)"
        for suffix, (raw, small) in found.items()
    ]
    print("The editor: " + ", ".join(words) + ".")
    over = [suffix for suffix, (_, small) in found.items() if small > BUDGET[suffix]]
    if not over or "--check" not in sys.argv[1:]:
        return 0
    print(f"Over the budget of web/scripts/bundle_size.py: {', '.join(over)}.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
