/** The order of what enters an input that takes many: edge `data.order`, then that of the edges. */

import type { Graph, GraphEdge } from "./document";

export function orderedInputEdges(
  edges: readonly GraphEdge[],
  nodeId: string,
  handle: string,
): readonly GraphEdge[] {
  return edges
    .filter((edge) => edge.target === nodeId && edge.targetHandle === handle)
    .map((edge, index) => ({ edge, order: orderOf(edge), index }))
    .sort((a, b) => a.order - b.order || a.index - b.index)
    .map(({ edge }) => edge);
}

function orderOf(edge: GraphEdge): number {
  const order = edge.data?.["order"];
  return typeof order === "number" ? order : Number.POSITIVE_INFINITY;
}

/** Puts an edge one place earlier (-1) or later (1) among those that enter the same input. */
export function moveInputEdge(graph: Graph, edgeId: string, by: -1 | 1): Graph {
  const edge = graph.edges.find((each) => each.id === edgeId);
  if (!edge?.targetHandle) return graph;
  const ids = orderedInputEdges(graph.edges, edge.target, edge.targetHandle).map((each) => each.id);
  const at = ids.indexOf(edgeId);
  const other = ids[at + by];
  if (other === undefined) return graph;
  ids[at + by] = edgeId;
  ids[at] = other;
  const edges = graph.edges.map((each) => {
    const order = ids.indexOf(each.id);
    return order < 0 ? each : { ...each, data: { ...each.data, order } };
  });
  return { ...graph, edges };
}
