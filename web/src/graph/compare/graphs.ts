/** How two graphs differ, node by node and edge by edge; pure. */

import { equalContent } from "../difference";
import { byId, type Graph, type GraphEdge, type GraphNode, OUTPUT_HANDLE } from "../document";
import { findFreePosition } from "../layout/freePosition";

export type Change = "added" | "removed" | "changed";

export interface GraphComparison {
  /** The later graph, with what only the earlier one has. */
  union: Graph;
  /** By id; what is the same is left out. */
  nodeChanges: ReadonlyMap<string, Change>;
  edgeChanges: ReadonlyMap<string, Change>;
}

/** About as large as nodes are drawn, so that removed ones cover none. */
const SIZE = { width: 320, height: 260 };

export function compareGraphs(before: Graph, after: Graph): GraphComparison {
  const earlier = byId(before.nodes);
  const later = byId(after.nodes);
  const nodeChanges = new Map<string, Change>();
  for (const node of after.nodes) {
    const was = earlier.get(node.id);
    if (!was) nodeChanges.set(node.id, "added");
    else if (!equalContent(was, node)) nodeChanges.set(node.id, "changed");
  }
  const removed = before.nodes.filter(({ id }) => !later.has(id));
  for (const { id } of removed) nodeChanges.set(id, "removed");
  const { edges, edgeChanges } = compareEdges(before.edges, after.edges);
  const nodes = [...after.nodes, ...besideOthers(removed, after.nodes)];
  return { union: { ...after, nodes, edges }, nodeChanges, edgeChanges };
}

/** Edges are the same if they lead from and to the same, whatever they are called. */
function compareEdges(before: readonly GraphEdge[], after: readonly GraphEdge[]) {
  const earlier = new Set(before.map(endsOf));
  const later = new Set(after.map(endsOf));
  const ids = new Set(after.map(({ id }) => id));
  const removed = before
    .filter((edge) => !later.has(endsOf(edge)))
    .map((edge) => (ids.has(edge.id) ? { ...edge, id: `${edge.id} before` } : edge));
  const added = after.filter((edge) => !earlier.has(endsOf(edge)));
  const edgeChanges = new Map<string, Change>([
    ...added.map(({ id }) => [id, "added"] as const),
    ...removed.map(({ id }) => [id, "removed"] as const),
  ]);
  return { edges: [...after, ...removed], edgeChanges };
}

function endsOf({ source, sourceHandle, target, targetHandle }: GraphEdge): string {
  return JSON.stringify([source, sourceHandle ?? OUTPUT_HANDLE, target, targetHandle ?? null]);
}

/** Removed nodes where they were, or near to that where something else stands now. */
function besideOthers(removed: readonly GraphNode[], others: readonly GraphNode[]): GraphNode[] {
  const boxes = others.map(({ position }) => ({ ...position, ...SIZE }));
  return removed.map((node) => {
    const position = findFreePosition(boxes, node.position, SIZE);
    boxes.push({ ...position, ...SIZE });
    return { ...node, position };
  });
}
