/** What nodes of a run are called: as they were then, else as they are now. */

import { useCallback } from "react";
import { labelOf } from "../../graph/document";
import { nodesById, useDocument } from "../../stores/document";
import type { NodeRun } from "../../stores/runs";
import { useCatalogue } from "../../stores/server";

export function useNodeNames(ran?: Readonly<Record<string, NodeRun>>): (nodeId: string) => string {
  const graph = useDocument((state) => state.graph);
  const { byId } = useCatalogue();
  return useCallback(
    (nodeId) => {
      const label = ran?.[nodeId]?.label;
      const node = nodesById(graph).get(nodeId);
      return label ?? (node ? labelOf(node, byId.get(node.type)?.title) : nodeId);
    },
    [ran, graph, byId],
  );
}
