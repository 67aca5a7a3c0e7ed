/** What is on the map of a workflow, and where. */

import type { Box } from "../../graph/groups";

export interface MapNode extends Box {
  color: string;
}

/** Pixels of the map: twice as many as it is large on the screen, at three quarters of its width high. */
export const BACKING = { width: 464, height: 348 };
/** Left free around everything, as a share of the width. */
const MARGIN = 0.025;
const ROUNDING = 12;

/** The part of the canvas that is on the map when all of a box is to be, in the shape of the map. */
export function mapPart(all: Box): Box {
  const ratio = BACKING.height / BACKING.width;
  const width = Math.max(all.width, all.height / ratio) * (1 + 2 * MARGIN);
  const height = width * ratio;
  return {
    x: all.x + (all.width - width) / 2,
    y: all.y + (all.height - height) / 2,
    width,
    height,
  };
}

export function drawNodes(map: HTMLCanvasElement, part: Box, nodes: readonly MapNode[]): void {
  const context = map.getContext("2d");
  if (!context) return;
  const scale = BACKING.width / part.width;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, BACKING.width, BACKING.height);
  context.setTransform(scale, 0, 0, scale, -part.x * scale, -part.y * scale);
  const rounded = scale * ROUNDING > 1;
  for (const { x, y, width, height, color } of nodes) {
    context.fillStyle = color;
    if (rounded) {
      context.beginPath();
      context.roundRect(x, y, width, height, ROUNDING);
      context.fill();
    } else context.fillRect(x, y, width, height);
  }
}

/** Puts an element of the map where a box of the canvas is on it. */
export function placeOn(part: Box, box: Box, element: HTMLElement): void {
  const percent = (length: number, of: number) => `${(100 * length) / of}%`;
  Object.assign(element.style, {
    left: percent(box.x - part.x, part.width),
    top: percent(box.y - part.y, part.height),
    width: percent(box.width, part.width),
    height: percent(box.height, part.height),
  });
}
