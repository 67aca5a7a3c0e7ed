/** The command palette: every command by typing a part of its name. */

import { useState } from "react";
import { openDialog, useSession } from "../stores/session";
import { Dialog } from "../ui/Dialog";
import { allCommands, type Command } from "./commands";
import { shown } from "./keys";

export default function Palette() {
  const open = useSession((state) => state.dialog === "palette");
  return (
    <Dialog open={open} onClose={() => openDialog(null)} title="What do you want to do?">
      {open && <Search />}
    </Dialog>
  );
}

function Search() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = allCommands().filter(
    ({ title, section, enabled }) =>
      enabled?.() !== false &&
      words.every((word) => `${title} ${section}`.toLowerCase().includes(word)),
  );
  const choose = (command: Command | undefined) => {
    openDialog(null);
    if (command) requestAnimationFrame(() => command.run());
  };
  return (
    <>
      <input
        className="field"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `command-${found[at].id}` : undefined}
        aria-label="Command"
        placeholder="Type a command"
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(at + 1, found.length - 1));
          else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
          else if (event.key === "Enter") choose(found[at]);
          else return;
          event.preventDefault();
        }}
      />
      <div id="palette-list" className="palette" role="listbox" aria-label="Commands">
        {found.map((command, index) => (
          <div
            key={command.id}
            id={`command-${command.id}`}
            className="menu-item"
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            data-highlighted={index === at ? "" : undefined}
            ref={(row) => {
              if (index === at) row?.scrollIntoView({ block: "nearest" });
            }}
            onPointerMove={() => setAt(index)}
            onClick={() => choose(command)}
            onKeyDown={() => undefined}
          >
            <span>{command.title}</span>
            <span className="menu-item__end">{command.keys[0] && shown(command.keys[0])}</span>
          </div>
        ))}
      </div>
    </>
  );
}
