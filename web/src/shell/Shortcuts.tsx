/** The sheet of keyboard shortcuts. */

import { openDialog, useSession } from "../stores/session";
import { Dialog } from "../ui/Dialog";
import { COMMANDS, type Command } from "./commands";
import { shown } from "./keys";

const MOUSE: [string, string][] = [
  ["Drag from a port", "Connect; drop on the empty canvas to add a node there"],
  ["Double-click the canvas", "Add a node"],
  ["Shift and drag", "Select with a frame"],
  ["Scroll, or drag the canvas", "Pan"],
  ["Ctrl and scroll, or pinch", "Zoom"],
  ["Arrow keys", "Move the selected nodes"],
];

export function Shortcuts() {
  const open = useSession((state) => state.dialog === "shortcuts");
  const sections = [...new Set(COMMANDS.map((command) => command.section))];
  return (
    <Dialog open={open} onClose={() => openDialog(null)} title="Keyboard and mouse" wide>
      <div className="shortcuts">
        {sections.map((section) => (
          <Section
            key={section}
            title={section}
            commands={COMMANDS.filter((each) => each.section === section)}
          />
        ))}
        <section>
          <h3>Mouse and touch</h3>
          <dl>
            {MOUSE.map(([what, does]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
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
                <kbd key={keys}>{shown(keys)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
