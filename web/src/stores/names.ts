/** Names of nodes, for components. */

import { nodeNames, withNodeNames } from "../graph/names";
import { useDocument } from "./document";
import { useCatalogue } from "./server";

/** What a node of the open document is called. */
export function useNodeName(nodeId: string): string {
  const catalogue = useCatalogue();
  return useDocument((state) => nodeNames(state.graph.nodes, catalogue).get(nodeId) ?? "A node");
}

/** A sentence of the server as people read it. */
export function useReadable(text: string): string {
  const catalogue = useCatalogue();
  return useDocument((state) => withNodeNames(text, state.graph.nodes, catalogue));
}
