/** Which node shall be here? Opens where a connection was dropped, or by a double click. */

import { searchNodeTypes } from "../graph/node-types/catalogue";
import { NodeTypeIcon } from "../nodes/NodeTypeIcon";
import { useCatalogue } from "../stores/server";
import { type AddRequest, useSession } from "../stores/session";
import { addConnectedNode, fittingHandles } from "../editing/actions";
import { Combobox } from "../ui/lists/Combobox";

export function AddNodeMenu() {
  const adding = useSession((state) => state.addRequest);
  return adding && <OpenMenu key={`${adding.screen.x},${adding.screen.y}`} adding={adding} />;
}

function close(): void {
  useSession.setState({ addRequest: null });
}

function OpenMenu({ adding }: { adding: AddRequest }) {
  const { types } = useCatalogue();
  const fitting = types.filter((type) => !adding.from || fittingHandles(type, adding.from));
  const { x, y } = menuPosition(adding);
  return (
    <div
      className="add-menu popup"
      style={{ left: x, top: y }}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || close()}
      onKeyDown={(event) => event.key === "Escape" && close()}
      // The field keeps the keyboard.
      onPointerDown={(event) => event.target instanceof HTMLInputElement || event.preventDefault()}
    >
      <Combobox
        label="Node to add"
        listLabel="Nodes"
        placeholder="Add a node …"
        items={fitting.map((spec) => ({ ...spec, icon: <NodeTypeIcon spec={spec} /> }))}
        search={searchNodeTypes}
        emptyText="No node fits here."
        onChoose={({ id }) => {
          close();
          const chosen = fitting.find((spec) => spec.id === id);
          if (chosen) addConnectedNode(chosen, adding);
        }}
      />
    </div>
  );
}

function menuPosition({ screen }: AddRequest) {
  return {
    x: Math.max(8, Math.min(screen.x, innerWidth - 260)),
    y: Math.max(8, Math.min(screen.y, innerHeight - 320)),
  };
}
