/** How a graph differs from the one that was saved: in places only, or in content. */

import { byId, type Graph, type GraphEdge, type GraphNode, lasting, type Point } from "./document";
import { equal } from "./equal";

export type Difference =
  { kind: "none" } | { kind: "positions"; positions: Record<string, Point> } | { kind: "content" };

/** Compares `graph` with what the server has. */
export function difference(saved: Graph, graph: Graph): Difference {
  if (saved.name !== graph.name || !sameEdges(saved.edges, graph.edges)) return { kind: "content" };
  if (saved.nodes === graph.nodes) return { kind: "none" };
  if (saved.nodes.length !== graph.nodes.length) return { kind: "content" };
  const positions: Record<string, Point> = {};
  for (const [index, node] of graph.nodes.entries()) {
    const was = saved.nodes[index];
    if (was === node) continue;
    if (was?.id !== node.id || !sameContent(was, node)) return { kind: "content" };
    if (!equal(was.position, node.position)) positions[node.id] = node.position;
  }
  return Object.keys(positions).length ? { kind: "positions", positions } : { kind: "none" };
}

function sameEdges(a: readonly GraphEdge[], b: readonly GraphEdge[]): boolean {
  return a === b || equal(a.map(lasting), b.map(lasting));
}

/** Whether two nodes are the same but for their place. */
function sameContent(a: GraphNode, b: GraphNode): boolean {
  if (a === b) return true;
  return equal({ ...lasting(a), position: null }, { ...lasting(b), position: null });
}

/** `graph` with the very objects of `like` where a record is the same, so that little is redrawn. */
export function sharing(graph: Graph, like: Graph): Graph {
  return {
    name: graph.name,
    nodes: shared(graph.nodes, like.nodes),
    edges: shared(graph.edges, like.edges),
  };
}

function shared<T extends { id: string }>(records: readonly T[], like: readonly T[]): readonly T[] {
  const known = byId(like);
  const result = records.map((record) => {
    const other = known.get(record.id);
    return other && equal(other, record) ? other : record;
  });
  const same = result.length === like.length && result.every((record, i) => record === like[i]);
  return same ? like : result;
}
