/**
 * Auto layout: from left to right, along the edges, without overlaps. Loaded when it is wanted. Where nodes
 * were before decides only where the whole comes to lie, so the same graph always looks the same.
 */

import { Graph as DagreGraph, layout as dagreLayout } from "@dagrejs/dagre";
import type { Graph, Point } from "../document";
import { boundingBox, type Box } from "../groups";
import type { Size } from "./freePosition";

const COLUMN_GAP = 110;
const ROW_GAP = 48;
const PART_GAP = 90;
/** How much wider than high separate parts are put together: as screens are. */
const ASPECT = 1.8;
/** Widths for parts put together are steps of this factor, so that a new node rarely puts them anew. */
const WIDTH_STEP = 1.6;
const MIN_WIDTH = 1600;

/** A part of the graph that no edge connects with another one, laid out from 0, 0 on. */
interface Part extends Size {
  places: ReadonlyMap<string, Point>;
}

/**
 * New places for some nodes (all of them, if none are named). As many as possible stay where they are,
 * so the canvas does not jump, and what was arranged before is arranged.
 */
export function autoLayout(
  graph: Graph,
  sizeOf: (nodeId: string) => Size,
  only?: ReadonlySet<string>,
): Map<string, Point> {
  const nodes = graph.nodes.filter((node) => !only?.size || only.has(node.id));
  const ids = new Set(nodes.map((node) => node.id));
  const edges = graph.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
  const parts = separateParts(ids, edges).map((part) => layOut(part, edges, sizeOf));
  const places = pack(parts);
  const shift = {
    x: median(nodes.map(({ id, position }) => position.x - (places.get(id)?.x ?? 0))),
    y: median(nodes.map(({ id, position }) => position.y - (places.get(id)?.y ?? 0))),
  };
  const moved = [...places].map(([id, { x, y }]): [string, Point] => [
    id,
    { x: x + shift.x, y: y + shift.y },
  ]);
  return new Map(moved);
}

/** The ids of each part, parts and nodes in the order of the document. */
function separateParts(ids: ReadonlySet<string>, edges: Graph["edges"]): Set<string>[] {
  const neighbours = new Map([...ids].map((id) => [id, new Set<string>()]));
  for (const { source, target } of edges) {
    neighbours.get(source)?.add(target);
    neighbours.get(target)?.add(source);
  }
  const seen = new Set<string>();
  return [...ids].flatMap((first) => {
    if (seen.has(first)) return [];
    const found = new Set([first]);
    for (const id of found) neighbours.get(id)?.forEach((other) => found.add(other));
    found.forEach((id) => seen.add(id));
    return [new Set([...ids].filter((id) => found.has(id)))];
  });
}

function layOut(
  ids: ReadonlySet<string>,
  edges: Graph["edges"],
  sizeOf: (nodeId: string) => Size,
): Part {
  const drawing = new DagreGraph({ multigraph: true });
  drawing.setGraph({ rankdir: "LR", ranksep: COLUMN_GAP, nodesep: ROW_GAP });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) drawing.setNode(id, { ...sizeOf(id) });
  for (const { id, source, target } of edges) {
    if (ids.has(source)) drawing.setEdge(source, target, {}, id);
  }
  dagreLayout(drawing);
  const boxes = [...ids].map((id): [string, Box] => {
    const { x, y, width, height } = drawing.node(id) as Box; // dagre gives centres
    return [id, { x: x - width / 2, y: y - height / 2, width, height }];
  });
  const around = boundingBox(boxes.map(([, box]) => box));
  const places = boxes.map(([id, { x, y }]): [string, Point] => [
    id,
    { x: Math.round(x - around.x), y: Math.round(y - around.y) },
  ]);
  return { places: new Map(places), width: around.width, height: around.height };
}

/** Puts parts beside and below one another, in rows, as people read. */
function pack(parts: readonly Part[]): Map<string, Point> {
  const area = parts.reduce((sum, { width, height }) => sum + (width + PART_GAP) * height, 0);
  let rowWidth = MIN_WIDTH;
  while (rowWidth * rowWidth < area * ASPECT) rowWidth *= WIDTH_STEP;
  const places = new Map<string, Point>();
  const corner = { x: 0, y: 0 };
  let rowHeight = 0;
  for (const part of parts) {
    if (corner.x > 0 && corner.x + part.width > rowWidth) {
      corner.x = 0;
      corner.y += rowHeight + PART_GAP;
      rowHeight = 0;
    }
    const { x: left, y: top } = corner;
    part.places.forEach(({ x, y }, id) => places.set(id, { x: left + x, y: top + y }));
    corner.x = Math.round(left + part.width + PART_GAP);
    rowHeight = Math.max(rowHeight, Math.round(part.height));
  }
  return places;
}

function median(numbers: readonly number[]): number {
  return Math.round(numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0);
}
