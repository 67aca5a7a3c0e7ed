/** Where shall the output of the selected node go? Connecting without a pointer. */

import { formatKinds } from "../graph/node-types/catalogue";
import { compatibleInputs } from "../graph/connect";
import { labelOf, OUTPUT_HANDLE } from "../graph/document";
import { connectPorts } from "../editing/actions";
import { NodeTypeIcon } from "../nodes/NodeTypeIcon";
import { nodesById, useDocument } from "../stores/document";
import { useCatalogue } from "../stores/server";
import { openDialog, useSession } from "../stores/session";
import { Combobox } from "../ui/Combobox";
import { Dialog } from "../ui/Dialog";

export function ConnectDialog() {
  const open = useSession((state) => state.dialog === "connect");
  const [source] = useSession((state) => state.selectedNodes);
  if (!open || source === undefined) return null;
  return <OpenDialog source={source} />;
}

function OpenDialog({ source }: { source: string }) {
  const catalogue = useCatalogue();
  const graph = useDocument((state) => state.graph);
  const titleOf = (id: string) => {
    const node = nodesById(graph).get(id);
    return node ? labelOf(node, catalogue.byId.get(node.type)?.title) : id;
  };
  const items = compatibleInputs(graph, catalogue, source).map(({ nodeId, spec, port }) => ({
    id: `${nodeId}.${port.handle}`,
    title: `${titleOf(nodeId)}: ${port.title}`,
    icon: <NodeTypeIcon spec={spec} />,
    end: formatKinds(catalogue, port.kinds),
    nodeId,
    handle: port.handle,
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
        onChoose={({ nodeId, handle }) => {
          openDialog(null);
          const to = { target: nodeId, targetHandle: handle };
          connectPorts({ source, sourceHandle: OUTPUT_HANDLE, ...to });
        }}
      />
    </Dialog>
  );
}
