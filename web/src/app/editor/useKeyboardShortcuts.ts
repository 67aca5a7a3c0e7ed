/** Runs commands by their keys, unless somebody is typing or a dialog is open. */

import { useEffect } from "react";
import { paste, pasteFiles } from "../../editing/actions";
import { COMMANDS } from "../commands/commands";
import { matches } from "../commands/keyBindings";

const FIELDS = "input, textarea, select, [contenteditable='true']";
const POPUPS = "[role='dialog'], [role='menu'], [role='listbox'], .add-menu";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(FIELDS);
}

function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(POPUPS) !== null;
}

/** What works while somebody types: it would never be text. */
const ALWAYS = new Set(["palette", "run-all"]);

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || isElsewhere(event.target)) return;
  const command = COMMANDS.find(
    ({ id, keys }) =>
      keys.some((each) => matches(event, each)) && (!isTyping(event.target) || ALWAYS.has(id)),
  );
  if (!command || command.enabled?.() === false || takesTextItself(command.id)) return;
  event.preventDefault();
  command.run();
}

/** Somebody copies text that is selected on the page. */
function takesTextItself(id: string): boolean {
  return (id === "copy" || id === "cut") && (getSelection()?.toString() ?? "") !== "";
}

function onPaste(event: ClipboardEvent): void {
  if (isTyping(event.target) || isElsewhere(event.target)) return;
  const files = [...(event.clipboardData?.files ?? [])];
  event.preventDefault();
  if (files.length) pasteFiles(files);
  else void paste(event.clipboardData?.getData("text/plain"));
}

export function useKeyboard(): void {
  useEffect(() => {
    addEventListener("keydown", onKeyDown);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("keydown", onKeyDown);
      removeEventListener("paste", onPaste);
    };
  }, []);
}
