/** What a menu offers. */

import type { ReactElement } from "react";

export interface MenuEntry {
  label: string;
  icon?: ReactElement;
  /** Keys that do the same. */
  keys?: string;
  disabled?: boolean;
  danger?: boolean;
  run: () => void;
}

/** A line between entries. */
export const SEPARATOR = "separator";

export type MenuEntries = readonly (MenuEntry | typeof SEPARATOR)[];

export interface MenuProps {
  trigger: ReactElement;
  entries: MenuEntries;
  /** What or whom the entries are about. */
  heading?: string;
}
