/** The command palette: every command by typing a part of its name. */

import { openDialog, useSession } from "../../stores/session";
import { Combobox } from "../../ui/Combobox";
import { Dialog } from "../../ui/Dialog";
import type { Command } from "../commands/command";
import { allCommands } from "../commands/commands";
import { formatKeys } from "../commands/keyBindings";

export default function CommandPalette() {
  const open = useSession((state) => state.dialog === "palette");
  return (
    <Dialog open={open} onClose={() => openDialog(null)} title="What do you want to do?">
      {open && <Commands />}
    </Dialog>
  );
}

function Commands() {
  const items = allCommands()
    .filter(({ enabled }) => enabled?.() !== false)
    .map((command) => ({ ...command, keywords: command.section, hint: firstKeys(command) }));
  return (
    <Combobox
      label="Command"
      listLabel="Commands"
      placeholder="Type a command"
      emptyText="No command has these words."
      items={items}
      onChoose={({ run }) => {
        openDialog(null);
        requestAnimationFrame(() => run());
      }}
    />
  );
}

function firstKeys({ keys: [first] }: Command) {
  return first && formatKeys(first);
}
