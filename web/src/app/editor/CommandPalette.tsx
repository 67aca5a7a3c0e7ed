/** The command palette: every command by typing a part of its name. */

import { openDialog, useSession } from "../../stores/session";
import { Combobox } from "../../ui/lists/Combobox";
import { Dialog } from "../../ui/Dialog";
import type { Command } from "../commands/command";
import { allCommands, findCommands } from "../commands/commands";
import { formatKeys } from "../commands/keyBindings";

export default function CommandPalette() {
  const dialog = useSession((state) => state.dialog);
  const close = () => openDialog(null);
  if (dialog === "find") {
    return (
      <Dialog open onClose={close} title="Which node do you look for?">
        <Combobox
          label="Node to go to"
          listLabel="Nodes"
          placeholder="Type a name, or something that is written in it"
          emptyText="No node on the canvas has these words."
          items={findCommands().map((each) => ({ ...each, title: each.title.slice(GO.length) }))}
          onChoose={run}
        />
      </Dialog>
    );
  }
  return (
    <Dialog open={dialog === "palette"} onClose={close} title="What do you want to do?">
      {dialog === "palette" && <Commands />}
    </Dialog>
  );
}

const GO = "Go to: ";

function run(command: Pick<Command, "run">): void {
  openDialog(null);
  requestAnimationFrame(() => command.run());
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
      onChoose={run}
    />
  );
}

function firstKeys({ keys: [first] }: Command) {
  return first && formatKeys(first);
}
