"""Judges pages by axe-core: https://github.com/dequelabs/axe-core, which `make lint-web` installs."""

import json
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

AXE: Final = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""WCAG 2.2 AA."""
STILL: Final = """() => document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().iterations < 100)
  .forEach((each) => each.finish())"""


def violations(page: Page) -> list[str]:
    """Give what is against the rules on the page as it stands, a line for each place."""
    page.evaluate(STILL)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate(f"() => axe.run({json.dumps(options)})")
    assert found["passes"], "axe looked at nothing"
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')} {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
