/** The command palette: every command by typing a part of its name. */

import { openDialog, useSession } from "../../stores/session";
import { Chooser } from "../../ui/Combobox";
import { Dialog } from "../../ui/Dialog";
import { allCommands, type Command } from "../commands/commands";
import { shown } from "../commands/keyBindings";

export default function Palette() {
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
    .map((command) => ({ ...command, also: command.section, end: firstKeys(command) }));
  return (
    <Chooser
      label="Command"
      listLabel="Commands"
      placeholder="Type a command"
      none="No command has these words."
      items={items}
      choose={({ run }) => {
        openDialog(null);
        requestAnimationFrame(() => run());
      }}
    />
  );
}

function firstKeys({ keys: [first] }: Command) {
  return first && shown(first);
}
