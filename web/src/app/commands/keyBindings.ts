/** Keys of commands: matched with what is pressed, and written for people. */

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** Whether the event is `keys`, such as `Mod+Shift+Z`. */
export function matchesKeys(event: KeyPress, keys: string, mac = MAC): boolean {
  const parts = keys === "+" ? ["+"] : keys.split("+");
  const key = parts.at(-1) ?? "";
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  const alt = event.altKey !== parts.includes("Alt");
  if (other || alt || mod !== parts.includes("Mod")) return false;
  if (isSymbol(key)) return event.key === key;
  if (event.shiftKey !== parts.includes("Shift")) return false;
  return pressedKey(event).toLowerCase() === key.toLowerCase();
}

/** Signs such as `?` and `+` need Shift on some keyboards and not on others. */
function isSymbol(key: string): boolean {
  return key.length === 1 && !/[A-Za-z0-9]/.test(key);
}

/** With Shift a digit key gives a sign, with Alt a letter another one on a Mac; the key is what counts. */
function pressedKey({ key, code, altKey }: KeyPress): string {
  if (altKey && /^Key[A-Z]$/.test(code)) return code.slice(3);
  return /^Digit\d$/.test(code) ? code.slice(5) : key;
}

const MAC_NAMES: Record<string, string> = {
  ...{ Mod: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↩", Delete: "⌦" },
};
const KEY_NAMES: Record<string, string> = { Mod: "Ctrl", Delete: "Del", Escape: "Esc" };

/** "Ctrl Shift Z", "⌘⇧Z" */
export function formatKeys(keys: string, mac = MAC): string {
  const parts = keys === "+" ? ["+"] : keys.split("+");
  const signs = mac ? { ...KEY_NAMES, ...MAC_NAMES } : KEY_NAMES;
  return parts.map((part) => signs[part] ?? part).join(mac ? "" : " ");
}
