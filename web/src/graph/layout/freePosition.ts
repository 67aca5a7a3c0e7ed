/** Where there is room for a new node. */

import type { Point } from "../document";
import { type Box, overlap } from "../groups";

export interface Size {
  width: number;
  height: number;
}

const GAP = 36;
const MAX_RINGS = 12;

/** The point, or the nearest one around it where a box of this size lies on no other. */
export function findFreePosition(boxes: readonly Box[], wanted: Point, size: Size): Point {
  for (let ring = 0; ring <= MAX_RINGS; ring += 1) {
    const free = cellsOfRing(ring)
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
function cellsOfRing(ring: number): [number, number][] {
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
