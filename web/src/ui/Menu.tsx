/** Menus behind a button. */

import { Menu as Base } from "@base-ui/react/menu";
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

function Entries({ entries }: { entries: MenuEntries }) {
  return entries.map((entry, index) =>
    entry === SEPARATOR ? (
      <Base.Separator key={index} className="menu-separator" />
    ) : (
      <Base.Item
        key={entry.label}
        className={entry.danger ? "menu-item menu-item--danger" : "menu-item"}
        disabled={entry.disabled ?? false}
        onClick={entry.run}
      >
        {entry.icon}
        <span>{entry.label}</span>
        {entry.keys && <span className="menu-item__end">{entry.keys}</span>}
      </Base.Item>
    ),
  );
}

export interface MenuProps {
  trigger: ReactElement;
  entries: MenuEntries;
  /** What or whom the entries are about. */
  heading?: string;
}

/** A button (`trigger`) that opens a menu. */
export function Menu({ trigger, entries, heading }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="positioner" sideOffset={6} align="end">
          <Base.Popup className="popup">
            {heading ? (
              <Base.Group>
                <Base.GroupLabel className="menu-heading">{heading}</Base.GroupLabel>
                <Entries entries={entries} />
              </Base.Group>
            ) : (
              <Entries entries={entries} />
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
