/** What nodes of a run are called: as they were then, else as they are now. */

import { useCallback } from "react";
import { nodeNames } from "../../graph/names";
import { useDocument } from "../../stores/document";
import type { NodeRun } from "../../stores/runs";
import { useCatalogue } from "../../stores/server";

export function useNodeNames(ran?: Readonly<Record<string, NodeRun>>): (nodeId: string) => string {
  const graph = useDocument((state) => state.graph);
  const catalogue = useCatalogue();
  return useCallback(
    (nodeId) => {
      const now = nodeNames(graph.nodes, catalogue).get(nodeId);
      const then = ran?.[nodeId];
      if (!then || then.label === now?.replace(/ \(\d+\)$/, "")) return now ?? "a deleted node";
      if (then.label !== `${then.nodeType} ${nodeId}`) return then.label;
      return now ?? catalogue.byId.get(then.nodeType)?.title ?? then.nodeType; // it had no label
    },
    [ran, graph, catalogue],
  );
}
