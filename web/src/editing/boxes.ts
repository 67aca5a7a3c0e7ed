/** Where nodes are on the canvas and how large: as measured, else as estimated. */

import type { GraphNode } from "../graph/document";
import type { Box } from "../graph/groups";
import { estimateNode } from "../graph/layout/nodeSize";
import { currentCatalogue } from "../stores/server";
import { useSession } from "../stores/session";

/** Drawn size of a node whose type nobody knows. */
const DEFAULT_SIZE = { width: 300, height: 180 };

export function nodeBox({ id, type, position }: GraphNode): Box {
  const spec = currentCatalogue().byId.get(type);
  const size = useSession.getState().sizes.get(id) ?? (spec && estimateNode(spec).size);
  const { width, height } = size ?? DEFAULT_SIZE;
  return { ...position, width, height };
}
