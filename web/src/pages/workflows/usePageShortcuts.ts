/** Keys of the page, unless somebody is typing or a dialog or menu is open. */

import { useEffect } from "react";
import { openDialog } from "../../stores/session";

const ELSEWHERE = "input, textarea, select, [role='dialog'], [role='menu']";

function press(name: string, how: (element: HTMLElement) => void): void {
  const element = document.querySelector<HTMLElement>(`[data-shortcut="${name}"]`);
  if (element) how(element);
}

const KEYS: Record<string, () => void> = {
  "/": () => press("search", (field) => field.focus()),
  n: () => press("new", (button) => button.click()),
  "?": () => openDialog("shortcuts"),
};

export function useKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { target, ctrlKey, metaKey, altKey } = event;
      if (event.defaultPrevented || ctrlKey || metaKey || altKey) return;
      if (target instanceof Element && target.closest(ELSEWHERE)) return;
      const does = KEYS[event.key.toLowerCase()];
      if (!does) return;
      event.preventDefault();
      does();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}
