/**
 * Tooltips: one for the page, beside whichever element has a `data-tooltip`, when the pointer rests
 * there or the keyboard comes there. Never the only place of something important.
 */

import { useEffect, useState } from "react";

const DELAY_MS = 500;
/** From an edge of the window to the middle of the widest one, in pixels. */
const MARGIN = 148;
const ROOM_ABOVE = 48;

interface Shown {
  text: string;
  box: DOMRect;
}

export function Tooltips() {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => listen(setShown), []);
  if (!shown) return null;
  const { text, box } = shown;
  const above = box.top > ROOM_ABOVE;
  const left = Math.max(MARGIN, Math.min(innerWidth - MARGIN, box.left + box.width / 2));
  return (
    <div
      className={above ? "tooltip tooltip--above" : "tooltip"}
      style={{ left, top: above ? box.top - 6 : box.bottom + 6 }}
      aria-hidden
    >
      {text}
    </div>
  );
}

/** Follows pointer and keyboard; gives how to stop. */
function listen(set: (shown: Shown | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let current: Element | null = null;
  const point = (element: Element | null, delay: number) => {
    if (element === current) return;
    clearTimeout(timer);
    set(null);
    current = element;
    if (!element) return;
    timer = setTimeout(() => {
      const text = element.getAttribute("data-tooltip");
      if (text && element.isConnected) set({ text, box: element.getBoundingClientRect() });
    }, delay);
  };
  const withTooltip = ({ target }: Event) =>
    target instanceof Element ? target.closest("[data-tooltip]") : null;
  const onPointer = (event: PointerEvent) => {
    const over = (event.target as Element).closest(".tooltip"); // it stays for who goes over it
    if (!over && event.pointerType !== "touch") point(withTooltip(event), DELAY_MS);
  };
  const onFocus = (event: Event) => {
    const element = withTooltip(event);
    if (element?.matches(":focus-visible")) point(element, 0);
  };
  const hide = () => point(null, 0);
  const onKey = (event: KeyboardEvent) => event.key === "Escape" && hide();
  const stop = new AbortController();
  const options = { signal: stop.signal, capture: true };
  document.addEventListener("pointerover", onPointer, options);
  document.addEventListener("focusin", onFocus, options);
  document.addEventListener("focusout", hide, options);
  document.addEventListener("pointerdown", hide, options);
  document.addEventListener("wheel", hide, { ...options, passive: true });
  document.addEventListener("keydown", onKey, options);
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}
