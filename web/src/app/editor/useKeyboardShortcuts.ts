/** Runs commands by their keys, unless somebody is typing or a dialog is open. */

import { useEffect } from "react";
import { pasteFiles } from "../../editing/actions";
import { paste } from "../../editing/copying";
import { COMMANDS } from "../commands/commands";
import { matchesKeys } from "../commands/keyBindings";

const TEXT_FIELDS = "input, textarea, select, [contenteditable='true']";
const POPUPS = "[role='dialog'], [role='menu'], [role='listbox'], .add-menu";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(TEXT_FIELDS);
}

function isInPopup(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(POPUPS) !== null;
}

/** What works while somebody types: it would never be text. */
const ALLOWED_WHILE_TYPING = new Set(["palette", "find", "run-all"]);

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || isInPopup(event.target)) return;
  const command = COMMANDS.find(
    ({ id, keys }) =>
      keys.some((each) => matchesKeys(event, each)) &&
      (!isTyping(event.target) || ALLOWED_WHILE_TYPING.has(id)),
  );
  if (!command || command.enabled?.() === false || copiesSelectedText(command.id)) return;
  event.preventDefault();
  command.run();
}

/** Somebody copies text that is selected on the page. */
function copiesSelectedText(id: string): boolean {
  return (id === "copy" || id === "cut") && (getSelection()?.toString() ?? "") !== "";
}

function onPaste(event: ClipboardEvent): void {
  if (isTyping(event.target) || isInPopup(event.target)) return;
  const files = [...(event.clipboardData?.files ?? [])];
  event.preventDefault();
  if (files.length) pasteFiles(files);
  else void paste(event.clipboardData?.getData("text/plain"));
}

export function useKeyboardShortcuts(): void {
  useEffect(() => {
    addEventListener("keydown", onKeyDown);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("keydown", onKeyDown);
      removeEventListener("paste", onPaste);
    };
  }, []);
}
