/** The sheet of keyboard shortcuts. */

import { openDialog, useSession } from "../stores/session";
import { Dialog } from "../ui/Dialog";
import type { Command } from "./commands/command";
import { COMMANDS } from "./commands/commands";
import { formatKeys } from "./commands/keyBindings";

const POINTER: [string, string][] = [
  ["Drag from a port", "Connect; drop on the empty canvas to add a node there"],
  ["Double-click the canvas", "Add a node"],
  ["Shift and drag", "Select with a frame"],
  ["Scroll, or drag the canvas", "Pan"],
  ["Ctrl and scroll, or pinch", "Zoom"],
];

const WORKFLOW_LIST: [string, string][] = [
  ["/", "Search"],
  ["N", "New workflow"],
  ["Arrow keys", "From one workflow to the next"],
  ["Enter", "Open"],
  ["F2", "Rename"],
  ["Del", "Delete; Undo brings it back"],
];

const CANVAS_KEYS: [string, string][] = [
  ["Tab", "From node to node, and to what is in them"],
  ["Enter or Space", "Select the node"],
  ["Arrow keys", "Move the selected nodes; with Shift farther"],
  ["Escape", "Close a dialog, a menu or a list; let go of the node"],
];

export default function ShortcutsDialog() {
  const open = useSession((state) => state.dialog === "shortcuts");
  const withKeys = COMMANDS.filter((command) => command.keys.length > 0);
  const sections = [...new Set(withKeys.map((command) => command.section))];
  return (
    <Dialog open={open} onClose={() => openDialog(null)} title="Keyboard and mouse" wide>
      <div className="shortcuts">
        {sections.map((section) => (
          <Section
            key={section}
            title={section}
            commands={withKeys.filter((each) => each.section === section)}
          />
        ))}
        <Table title="Mouse and touch" rows={POINTER} />
        <Table title="Keyboard on the canvas" rows={CANVAS_KEYS} />
        <Table title="In the list of workflows" rows={WORKFLOW_LIST} />
      </div>
    </Dialog>
  );
}

function Table({ title, rows }: { title: string; rows: readonly [string, string][] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {rows.map(([what, does]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Section({ title, commands }: { title: string; commands: readonly Command[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {commands.map((command) => (
          <div key={command.id}>
            <dt>{command.title}</dt>
            <dd>
              {command.keys.map((keys) => (
                <kbd key={keys}>{formatKeys(keys)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
