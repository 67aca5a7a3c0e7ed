/** Auto layout: from left to right, along the edges, without overlaps. Loaded when it is wanted. */

import { Graph as DagreGraph, layout as dagreLayout } from "@dagrejs/dagre";
import type { Graph, Point } from "../document";
import { boundingBox, type Box } from "../groups";
import type { Size } from "./freePosition";

const COLUMN_GAP = 110;
const ROW_GAP = 48;

/**
 * New places for some nodes (all of them, if none are named). What is laid out keeps its upper
 * left corner, so the canvas does not jump.
 */
export function autoLayout(
  graph: Graph,
  sizeOf: (nodeId: string) => Size,
  only?: ReadonlySet<string>,
): Map<string, Point> {
  const nodes = graph.nodes.filter((node) => !only?.size || only.has(node.id));
  if (nodes.length === 0) return new Map();
  const ids = new Set(nodes.map((node) => node.id));
  const drawing = new DagreGraph({ multigraph: true });
  drawing.setGraph({ rankdir: "LR", ranksep: COLUMN_GAP, nodesep: ROW_GAP });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) drawing.setNode(node.id, { ...sizeOf(node.id) });
  for (const edge of graph.edges) {
    if (ids.has(edge.source) && ids.has(edge.target)) {
      drawing.setEdge(edge.source, edge.target, {}, edge.id);
    }
  }
  dagreLayout(drawing);
  return keepTopLeft(nodes, (id) => drawing.node(id) as Box);
}

function keepTopLeft(nodes: Graph["nodes"], boxOf: (id: string) => Box): Map<string, Point> {
  const corners = nodes.map((node): [string, Point] => {
    const { x, y, width, height } = boxOf(node.id); // dagre gives centres
    return [node.id, { x: x - width / 2, y: y - height / 2 }];
  });
  const none = { width: 0, height: 0 };
  const before = boundingBox(nodes.map((node) => ({ ...node.position, ...none })));
  const after = boundingBox(corners.map(([, point]) => ({ ...point, ...none })));
  const shift = { x: before.x - after.x, y: before.y - after.y };
  return new Map(
    corners.map(([id, point]) => [
      id,
      { x: Math.round(point.x + shift.x), y: Math.round(point.y + shift.y) },
    ]),
  );
}
