/** Snapping: what is dragged comes to lie in line with the edges and middles of what is near it. */

import type { Point } from "../document";
import type { Box } from "../groups";

/** A line that shows what was snapped to; `at` is its x if it is vertical, else its y. */
export interface Guide {
  axis: "x" | "y";
  at: number;
  from: number;
  to: number;
}

export interface Snap {
  /** By how much the dragged box is to be moved further. */
  by: Point;
  guides: readonly Guide[];
}

const LENGTHS = { x: "width", y: "height" } as const;
const MAX_SLACK = 0.5;

/** Where a box snaps to others that are at most `reach` away from being in line with it. */
export function snap(box: Box, others: readonly Box[], reach: number): Snap {
  const by = { x: nearest("x", box, others, reach), y: nearest("y", box, others, reach) };
  const snapped = { ...box, x: box.x + (by.x ?? 0), y: box.y + (by.y ?? 0) };
  const guides = [
    ...(by.x === null ? [] : guidesOf("x", snapped, others)),
    ...(by.y === null ? [] : guidesOf("y", snapped, others)),
  ];
  return { by: { x: by.x ?? 0, y: by.y ?? 0 }, guides };
}

/** Both edges, and the middle. */
function linesOf(axis: "x" | "y", box: Box): { edges: [number, number]; middle: number } {
  const [start, length] = [box[axis], box[LENGTHS[axis]]];
  return { edges: [start, start + length], middle: start + length / 2 };
}

/** The shortest way to be in line with another box; null: none is near. */
function nearest(axis: "x" | "y", box: Box, others: readonly Box[], reach: number): number | null {
  const own = linesOf(axis, box);
  let best: number | null = null;
  const propose = (way: number) => {
    if (Math.abs(way) <= reach && (best === null || Math.abs(way) < Math.abs(best))) best = way;
  };
  for (const other of others) {
    const { edges, middle } = linesOf(axis, other);
    for (const mine of own.edges) for (const theirs of edges) propose(theirs - mine);
    propose(middle - own.middle);
  }
  return best;
}

/** One line for each edge or middle that is in line with others, along all of these. */
function guidesOf(axis: "x" | "y", box: Box, others: readonly Box[]): Guide[] {
  const across = axis === "x" ? "y" : "x";
  const own = linesOf(axis, box);
  const guides = new Map<number, Guide>();
  const extend = (at: number, other: Box) => {
    const key = Math.round(at);
    const known = guides.get(key);
    const from = Math.min(box[across], other[across], known?.from ?? Infinity);
    const ends = [box, other].map((each) => each[across] + each[LENGTHS[across]]);
    guides.set(key, { axis, at, from, to: Math.max(...ends, known?.to ?? -Infinity) });
  };
  for (const other of others) {
    const { edges, middle } = linesOf(axis, other);
    for (const mine of own.edges)
      if (edges.some((theirs) => Math.abs(theirs - mine) <= MAX_SLACK)) extend(mine, other);
    if (Math.abs(middle - own.middle) <= MAX_SLACK) extend(own.middle, other);
  }
  return [...guides.values()];
}
