/** Arrow keys go from card to card, up and down as they stand on the screen. */

import type { KeyboardEvent } from "react";

const ARROWS: Record<string, "x" | "y"> = {
  ArrowLeft: "x",
  ArrowRight: "x",
  ArrowUp: "y",
  ArrowDown: "y",
};

export function moveCardFocus(event: KeyboardEvent<HTMLElement>): void {
  const axis = ARROWS[event.key];
  const from = event.target as HTMLElement;
  if (!axis || !from.matches(".card__name")) return;
  const names = [...event.currentTarget.querySelectorAll<HTMLElement>("a.card__name")];
  const step = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1;
  const by = axis === "x" ? 1 : columnsOf(names);
  const to = names[names.indexOf(from) + step * by];
  if (!to) return;
  event.preventDefault();
  to.focus();
}

function columnsOf(names: readonly HTMLElement[]): number {
  const top = names[0]?.getBoundingClientRect().top;
  const below = names.findIndex((name) => name.getBoundingClientRect().top !== top);
  return below < 0 ? names.length : below;
}
