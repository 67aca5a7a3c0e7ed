"""Judges pages by axe-core: https://github.com/dequelabs/axe-core, which `make lint-web` installs."""

import json
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

AXE: Final = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""WCAG 2.2 AA."""
ANIMATIONS_ENDED: Final = """() => document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().iterations < 100)
  .forEach((each) => each.finish())"""


def violations(page: Page, *within: str) -> list[str]:
    """Give what is against the rules on the page as it stands, a line for each place.

    `within`: selectors of the parts of the page to look at; none: all of it.
    """
    page.evaluate(ANIMATIONS_ENDED)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    parts = [selector for selector in within if page.locator(selector).count()]
    context = json.dumps({"include": parts}) if parts else "document"
    found: dict[str, Any] = page.evaluate(f"() => axe.run({context}, {json.dumps(options)})")
    assert found["passes"], "axe looked at nothing"
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')} {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
