"""Writes the catalogue as the API serves it, for the tests of the editor: `make types`."""

import json
import sys
from pathlib import Path

from schemas.wire.catalogue import NodeTypePage
from tasks.registry import catalogue

PATH = Path(__file__).parents[1] / "src" / "generated" / "catalogue.json"


def text() -> str:
    """Give the file's text; params stay in the order of the form."""
    page = NodeTypePage(items=catalogue()).model_dump(mode="json")
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """Write the file, or with `--check` say whether it is out of date."""
    current = PATH.is_file() and PATH.read_text(encoding="utf-8") == text()
    if "--check" not in sys.argv[1:]:
        PATH.write_text(text(), encoding="utf-8")
    elif not current:
        print("web/src/generated/catalogue.json is out of date; run `make types`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
