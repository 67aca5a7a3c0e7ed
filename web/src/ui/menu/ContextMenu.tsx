/** A menu at a point of the screen. */

import { Menu as Base } from "@base-ui/react/menu";
import type { MenuEntries } from "./entries";
import { Entries } from "./LoadedMenu";

interface ContextMenuProps {
  /** In pixels of the window. */
  at: { x: number; y: number };
  label: string;
  entries: MenuEntries;
  onClose: () => void;
}

/** Loaded when it is first needed, hence the default export. */
export default function ContextMenu({ at, label, entries, onClose }: ContextMenuProps) {
  const anchor = { getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) };
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Positioner className="positioner" anchor={anchor} align="start" sideOffset={2}>
          <Base.Popup className="popup" aria-label={label}>
            <Entries entries={entries} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
