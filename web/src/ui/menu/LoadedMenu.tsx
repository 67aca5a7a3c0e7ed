/** A menu that was opened once; it opens at once, and from then on whenever its button is pressed. */

import { Menu as Base } from "@base-ui/react/menu";
import { type MenuEntries, type MenuProps, SEPARATOR } from "./entries";

export function Entries({ entries }: { entries: MenuEntries }) {
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

export default function LoadedMenu({ trigger, entries, heading }: MenuProps) {
  return (
    <Base.Root defaultOpen>
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
