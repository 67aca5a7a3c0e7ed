/** Auto layout: from left to right, along the edges, without overlaps. */

import { Graph as DagreGraph, layout as dagreLayout } from "@dagrejs/dagre";
import type { Graph, Point } from "./document";
import { around, type Box } from "./groups";

export interface Size {
  width: number;
  height: number;
}

const BETWEEN_COLUMNS = 110;
const BETWEEN_ROWS = 48;

/**
 * New places for some nodes (all of them, if none are named). What is laid out keeps its upper
 * left corner, so the canvas does not jump.
 */
export function arranged(
  graph: Graph,
  sizeOf: (nodeId: string) => Size,
  only?: ReadonlySet<string>,
): Map<string, Point> {
  const nodes = graph.nodes.filter((node) => !only?.size || only.has(node.id));
  if (nodes.length === 0) return new Map();
  const ids = new Set(nodes.map((node) => node.id));
  const drawing = new DagreGraph({ multigraph: true });
  drawing.setGraph({ rankdir: "LR", ranksep: BETWEEN_COLUMNS, nodesep: BETWEEN_ROWS });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) drawing.setNode(node.id, { ...sizeOf(node.id) });
  for (const edge of graph.edges) {
    if (ids.has(edge.source) && ids.has(edge.target)) {
      drawing.setEdge(edge.source, edge.target, {}, edge.id);
    }
  }
  dagreLayout(drawing);
  return anchored(nodes, (id) => drawing.node(id) as Box);
}

function anchored(nodes: Graph["nodes"], boxOf: (id: string) => Box): Map<string, Point> {
  const corners = nodes.map((node): [string, Point] => {
    const { x, y, width, height } = boxOf(node.id); // dagre gives centres
    return [node.id, { x: x - width / 2, y: y - height / 2 }];
  });
  const none = { width: 0, height: 0 };
  const before = around(nodes.map((node) => ({ ...node.position, ...none })));
  const after = around(corners.map(([, point]) => ({ ...point, ...none })));
  const shift = { x: before.x - after.x, y: before.y - after.y };
  return new Map(
    corners.map(([id, point]) => [
      id,
      { x: Math.round(point.x + shift.x), y: Math.round(point.y + shift.y) },
    ]),
  );
}

const GAP = 36;
const MOST_RINGS = 12;

/** The point, or the nearest one around it where a box of this size lies on no other. */
export function freePlace(boxes: readonly Box[], wanted: Point, size: Size): Point {
  for (let ring = 0; ring <= MOST_RINGS; ring += 1) {
    const free = ringOf(ring)
      .map(([column, row]) => ({
        x: Math.round(wanted.x + column * (size.width + GAP)),
        y: Math.round(wanted.y + row * (size.height + GAP)),
      }))
      .find((at) => !boxes.some((box) => overlap({ ...at, ...size }, box)));
    if (free) return free;
  }
  return wanted;
}

/** The cells at a distance: to the right and below first, as people read. */
function ringOf(ring: number): [number, number][] {
  const cells: [number, number][] = [];
  for (let row = -ring; row <= ring; row += 1) {
    for (let column = -ring; column <= ring; column += 1) {
      if (Math.max(Math.abs(row), Math.abs(column)) === ring) cells.push([column, row]);
    }
  }
  const cost = ([column, row]: [number, number]) =>
    Math.abs(row) * 2 + (column < 0 ? 1.5 : 0) + Math.abs(column) + (row < 0 ? 0.5 : 0);
  return cells.sort((a, b) => cost(a) - cost(b));
}

function overlap(a: Box, b: Box): boolean {
  const apart =
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  return !apart;
}
