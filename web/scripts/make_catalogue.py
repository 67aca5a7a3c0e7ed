"""Writes the catalogue as the API serves it, for the tests of the editor: `make types`."""

import json
from pathlib import Path

from api.models import NodeTypePage
from tasks.registry import catalogue

PATH = Path(__file__).parents[1] / "src" / "generated" / "catalogue.json"


def text() -> str:
    """Give the file's text."""
    page = NodeTypePage(items=catalogue()).model_dump(mode="json")
    return json.dumps(page, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
