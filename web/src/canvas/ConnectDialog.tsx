/** Where shall the output of the selected node go? Connecting without a pointer. */

import { kindNames } from "../graph/node-types/catalogue";
import { openInputs } from "../graph/connect";
import { labelOf, OUTPUT } from "../graph/document";
import { connectHandles } from "../editing/actions";
import { TypeIcon } from "../nodes/NodeTypeIcon";
import { nodesById, useDocument } from "../stores/document";
import { useCatalogue } from "../stores/server";
import { openDialog, useSession } from "../stores/session";
import { Chooser } from "../ui/Combobox";
import { Dialog } from "../ui/Dialog";

export function ConnectDialog() {
  const open = useSession((state) => state.dialog === "connect");
  const [source] = useSession((state) => state.selectedNodes);
  if (!open || source === undefined) return null;
  return <Open source={source} />;
}

function Open({ source }: { source: string }) {
  const catalogue = useCatalogue();
  const graph = useDocument((state) => state.graph);
  const titleOf = (id: string) => {
    const node = nodesById(graph).get(id);
    return node ? labelOf(node, catalogue.byId.get(node.type)?.title) : id;
  };
  const items = openInputs(graph, catalogue, source).map(({ nodeId, spec, port }) => ({
    id: `${nodeId}.${port.handle}`,
    title: `${titleOf(nodeId)}: ${port.title}`,
    icon: <TypeIcon spec={spec} />,
    end: kindNames(catalogue, port.kinds),
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
      <Chooser
        label="Input to connect with"
        listLabel="Inputs"
        placeholder="Type the name of a node or an input"
        none="No input on the canvas takes it."
        items={items}
        choose={({ nodeId, handle }) => {
          openDialog(null);
          const to = { target: nodeId, targetHandle: handle };
          connectHandles({ source, sourceHandle: OUTPUT, ...to });
        }}
      />
    </Dialog>
  );
}
