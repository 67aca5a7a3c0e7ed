/** Which node shall be here? Opens where a connection was dropped, or by a double click. */

import { useEffect, useRef, useState } from "react";
import type { NodeTypeSpec } from "../graph/node-types/catalogue";
import { searchNodeTypes } from "../graph/node-types/catalogue";
import { NodeTypeIcon } from "../nodes/NodeTypeIcon";
import { useCatalogue } from "../stores/server";
import { type AddRequest, useSession } from "../stores/session";
import { addConnectedNode, fittingHandles } from "../editing/actions";

export function AddNodeMenu() {
  const adding = useSession((state) => state.addRequest);
  return adding && <OpenMenu key={`${adding.screen.x},${adding.screen.y}`} adding={adding} />;
}

function close(): void {
  useSession.setState({ addRequest: null });
}

function OpenMenu({ adding }: { adding: AddRequest }) {
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const found = useMatchingTypes(adding, search);
  useEffect(() => input.current?.focus(), []);
  const choose = (spec: NodeTypeSpec | undefined) => {
    close();
    if (spec) addConnectedNode(spec, adding);
  };
  const { x, y } = menuPosition(adding);
  return (
    <div
      className="add-menu popup"
      style={{ left: x, top: y }}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || close()}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
        else if (event.key === "ArrowDown") setAt((at + 1) % Math.max(1, found.length));
        else if (event.key === "ArrowUp")
          setAt((at + found.length - 1) % Math.max(1, found.length));
        else if (event.key === "Enter") choose(found[at]);
        else return;
        event.preventDefault();
      }}
    >
      <input
        ref={input}
        className="field"
        role="combobox"
        aria-expanded="true"
        aria-controls="add-menu-list"
        aria-activedescendant={found[at] ? `add-${found[at].id}` : undefined}
        aria-label="Node to add"
        placeholder="Add a node …"
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setAt(0);
        }}
      />
      <div id="add-menu-list" role="listbox" aria-label="Nodes">
        {found.map((spec, index) => (
          <div
            key={spec.id}
            id={`add-${spec.id}`}
            className="menu-item"
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            data-highlighted={index === at ? "" : undefined}
            onPointerDown={(event) => event.preventDefault()}
            onPointerEnter={() => setAt(index)}
            onClick={() => choose(spec)}
            onKeyDown={() => undefined}
          >
            <NodeTypeIcon spec={spec} />
            {spec.title}
          </div>
        ))}
        {found.length === 0 && <p className="add-menu__empty muted">No node fits here.</p>}
      </div>
    </div>
  );
}

/** The node types that match the search and can be connected. */
function useMatchingTypes({ from }: AddRequest, search: string): NodeTypeSpec[] {
  const { types } = useCatalogue();
  return searchNodeTypes(types, search).filter((type) => !from || fittingHandles(type, from));
}

function menuPosition({ screen }: AddRequest) {
  return {
    x: Math.max(8, Math.min(screen.x, innerWidth - 260)),
    y: Math.max(8, Math.min(screen.y, innerHeight - 320)),
  };
}
