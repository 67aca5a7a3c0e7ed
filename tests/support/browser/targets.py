"""Measures what can be hit with a pointer or a finger."""

from typing import Final

from playwright.sync_api import Page

SMALL: Final = """() => {
  const found = [];
  const selector = 'button, a[href], input, textarea, select, summary, [role=menuitem], [role=option], '
    + '[role=tab], .react-flow__handle';
  const union = (a, b) => {
    const left = Math.min(a.left, b.left), top = Math.min(a.top, b.top);
    return new DOMRect(left, top, Math.max(a.right, b.right) - left, Math.max(a.bottom, b.bottom) - top);
  };
  for (const each of document.querySelectorAll(selector)) {
    const style = getComputedStyle(each);
    let box = each.getBoundingClientRect();
    const seen = box.width && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
    if (!seen || style.visibility === 'hidden' || each.closest('[inert], .visually-hidden')) continue;
    if (each.matches('.react-flow__handle')) {
      const around = getComputedStyle(each, '::before');
      const scale = box.width / each.offsetWidth;
      box = new DOMRect(0, 0, parseFloat(around.width) * scale, parseFloat(around.height) * scale);
    }
    for (const label of each.labels ?? []) box = union(box, label.getBoundingClientRect());
    if (each.matches('a.card__name')) box = each.closest('.card').getBoundingClientRect();
    if (box.width > 23.9 && box.height > 23.9) continue;
    const name = each.getAttribute('aria-label') || each.textContent || each.id;
    found.push(`${each.className} ${name}: ${box.width.toFixed(1)} × ${box.height.toFixed(1)}`);
  }
  return found;
}"""
"""A field and its label are one target, and so is a link that covers its card; what is inert is none."""


def small_targets(page: Page) -> list[str]:
    """Give the targets in view that are smaller than 24 CSS pixels, a line for each."""
    found: list[str] = page.evaluate(SMALL)
    return found
