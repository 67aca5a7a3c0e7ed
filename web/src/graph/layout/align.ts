/** Nodes in a line, and with even gaps between them. */

import type { Point } from "../document";
import { boundingBox, type Box } from "../groups";

export type Alignment = "left" | "centre" | "right" | "top" | "middle" | "bottom";
export type Axis = "horizontal" | "vertical";

/** Where boxes come to lie that are aligned with an edge, or the middle, of what is around them all. */
export function align(boxes: ReadonlyMap<string, Box>, alignment: Alignment): Map<string, Point> {
  const around = boundingBox([...boxes.values()]);
  const place = ({ x, y, width, height }: Box): Point => {
    switch (alignment) {
      case "left":
        return { x: around.x, y };
      case "centre":
        return { x: around.x + (around.width - width) / 2, y };
      case "right":
        return { x: around.x + around.width - width, y };
      case "top":
        return { x, y: around.y };
      case "middle":
        return { x, y: around.y + (around.height - height) / 2 };
      case "bottom":
        return { x, y: around.y + around.height - height };
    }
  };
  return new Map([...boxes].map(([id, box]) => [id, rounded(place(box))]));
}

/** Where boxes come to lie with even gaps, in the order they have; the outermost stay. */
export function distribute(boxes: ReadonlyMap<string, Box>, axis: Axis): Map<string, Point> {
  const [start, length] =
    axis === "horizontal" ? (["x", "width"] as const) : (["y", "height"] as const);
  const middle = (box: Box) => box[start] + box[length] / 2;
  const ordered = [...boxes].sort(([, a], [, b]) => middle(a) - middle(b));
  const around = boundingBox([...boxes.values()]);
  const filled = ordered.reduce((sum, [, box]) => sum + box[length], 0);
  const gap = (around[length] - filled) / Math.max(1, ordered.length - 1);
  let next = around[start];
  return new Map(
    ordered.map(([id, box]) => {
      const at = { x: box.x, y: box.y, [start]: next };
      next += box[length] + gap;
      return [id, rounded(at)];
    }),
  );
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}
