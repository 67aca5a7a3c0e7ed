/** How a graph differs from the one that was saved: in places only, or in content. */

import {
  byId,
  type Graph,
  type GraphEdge,
  type GraphNode,
  persistent,
  type Point,
  withDeclarations,
} from "./document";
import { deepEqual } from "./equal";

export type Difference =
  { kind: "none" } | { kind: "positions"; positions: Record<string, Point> } | { kind: "content" };

/** Compares `graph` with what the server has. */
export function difference(saved: Graph, graph: Graph): Difference {
  if (saved.name !== graph.name || !equalEdges(saved.edges, graph.edges))
    return { kind: "content" };
  if (!deepEqual(saved.declarations, graph.declarations)) return { kind: "content" };
  if (saved.nodes === graph.nodes) return { kind: "none" };
  if (saved.nodes.length !== graph.nodes.length) return { kind: "content" };
  const positions: Record<string, Point> = {};
  for (const [index, node] of graph.nodes.entries()) {
    const was = saved.nodes[index];
    if (was === node) continue;
    if (was?.id !== node.id || !equalContent(was, node)) return { kind: "content" };
    if (!deepEqual(was.position, node.position)) positions[node.id] = node.position;
  }
  return Object.keys(positions).length ? { kind: "positions", positions } : { kind: "none" };
}

function equalEdges(a: readonly GraphEdge[], b: readonly GraphEdge[]): boolean {
  return a === b || deepEqual(a.map(persistent), b.map(persistent));
}

/** Whether two nodes are the same but for their place. */
export function equalContent(a: GraphNode, b: GraphNode): boolean {
  if (a === b) return true;
  return deepEqual({ ...persistent(a), position: null }, { ...persistent(b), position: null });
}

/** `graph` with the very objects of `like` where a record is the same, so that little is redrawn. */
export function shareRecords(graph: Graph, previous: Graph): Graph {
  const same = deepEqual(graph.declarations, previous.declarations);
  return {
    ...withDeclarations(same ? previous.declarations : graph.declarations),
    name: graph.name,
    nodes: shareEqual(graph.nodes, previous.nodes),
    edges: shareEqual(graph.edges, previous.edges),
  };
}

function shareEqual<T extends { id: string }>(
  records: readonly T[],
  previous: readonly T[],
): readonly T[] {
  const known = byId(previous);
  const result = records.map((record) => {
    const other = known.get(record.id);
    return other && deepEqual(other, record) ? other : record;
  });
  const same =
    result.length === previous.length && result.every((record, i) => record === previous[i]);
  return same ? previous : result;
}
