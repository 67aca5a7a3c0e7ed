/** Keys of the page, unless somebody is typing or a dialog or menu is open. */

import { useEffect } from "react";
import { openDialog } from "../../stores/session";

const IGNORED_IN = "input, textarea, select, [role='dialog'], [role='menu']";

function withElement(name: string, run: (element: HTMLElement) => void): void {
  const element = document.querySelector<HTMLElement>(`[data-shortcut="${name}"]`);
  if (element) run(element);
}

const SHORTCUTS: Record<string, () => void> = {
  "/": () => withElement("search", (field) => field.focus()),
  n: () => withElement("new", (button) => button.click()),
  "?": () => openDialog("shortcuts"),
};

export function usePageShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { target, ctrlKey, metaKey, altKey } = event;
      if (event.defaultPrevented || ctrlKey || metaKey || altKey) return;
      if (target instanceof Element && target.closest(IGNORED_IN)) return;
      const shortcut = SHORTCUTS[event.key.toLowerCase()];
      if (!shortcut) return;
      event.preventDefault();
      shortcut();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}
