/** Where shall the output of the selected node go? Connecting without a pointer. */

import { formatKinds, specOf } from "../graph/node-types/catalogue";
import { compatibleInputs } from "../graph/connect";
import type { GraphNode } from "../graph/document";
import { nodeNames } from "../graph/names";
import { connectPorts } from "../editing/actions";
import { NodeTypeIcon } from "../nodes/NodeTypeIcon";
import { nodesById, useDocument } from "../stores/document";
import { useCatalogue } from "../stores/server";
import { openDialog, useSession } from "../stores/session";
import { Combobox } from "../ui/lists/Combobox";
import { Dialog } from "../ui/Dialog";

export function ConnectDialog() {
  const open = useSession((state) => state.dialog === "connect");
  const [selected = ""] = useSession((state) => state.selectedNodes);
  const source = useDocument((state) => nodesById(state.graph).get(selected));
  return open && source && <OpenDialog source={source} />;
}

function OpenDialog({ source }: { source: GraphNode }) {
  const catalogue = useCatalogue();
  const graph = useDocument((state) => state.graph);
  const names = nodeNames(graph.nodes, catalogue);
  const titleOf = ({ id }: GraphNode) => names.get(id) ?? "";
  const severalOutputs = (specOf(catalogue, source)?.outputs.length ?? 0) > 1;
  const inputs = compatibleInputs(graph, catalogue, source);
  const items = inputs.map(({ output, node, spec, port }) => ({
    id: `${output.handle}.${node.id}.${port.handle}`,
    title: `${severalOutputs ? `${output.title} → ` : ""}${titleOf(node)}: ${port.title}`,
    icon: <NodeTypeIcon spec={spec} />,
    hint: formatKinds(catalogue, port.kinds),
    connection: {
      ...{ source: source.id, sourceHandle: output.handle },
      ...{ target: node.id, targetHandle: port.handle },
    },
  }));
  return (
    <Dialog
      open
      onClose={() => openDialog(null)}
      title={`Connect “${titleOf(source)}” with …`}
      description="Every input that takes what this node gives."
    >
      <Combobox
        label="Input to connect with"
        listLabel="Inputs"
        placeholder="Type the name of a node or an input"
        emptyText="No input on the canvas takes it."
        items={items}
        onChoose={({ connection }) => {
          openDialog(null);
          connectPorts(connection);
        }}
      />
    </Dialog>
  );
}
