/** How an image lies on its stage: pure, in CSS pixels of the screen. */

import type { Point } from "../../graph/document";
import type { Size } from "../../graph/layout/freePosition";

/** `scale`: pixels of the screen for one of the image; x, y: its middle, from that of the stage. */
export interface Placement extends Point {
  scale: number;
}

const MAX_SCALE = 8;
const MIN_SCALE = 0.05;

/** The whole image, and never larger than it is. */
export function fitted(image: Size, stage: Size): Placement {
  if (!image.width || !image.height || !stage.width || !stage.height)
    return { scale: 1, x: 0, y: 0 };
  const scale = Math.min(stage.width / image.width, stage.height / image.height, 1);
  return { scale, x: 0, y: 0 };
}

/** Larger or smaller by a factor, about a point that stays where it is. */
export function zoomed(
  at: Placement,
  factor: number,
  about: Point,
  image: Size,
  stage: Size,
): Placement {
  const least = Math.min(MIN_SCALE, fitted(image, stage).scale);
  const scale = Math.min(MAX_SCALE, Math.max(least, at.scale * factor));
  const grown = scale / at.scale;
  const x = about.x - (about.x - at.x) * grown;
  const y = about.y - (about.y - at.y) * grown;
  return within({ scale, x, y }, image, stage);
}

export function moved(at: Placement, by: Point, image: Size, stage: Size): Placement {
  return within({ ...at, x: at.x + by.x, y: at.y + by.y }, image, stage);
}

/** Nothing beside the image is shown as long as the image fills the stage. */
function within({ scale, x, y }: Placement, image: Size, stage: Size): Placement {
  const bound = (value: number, size: number, room: number) => {
    const most = Math.max(0, (size * scale - room) / 2);
    return Math.min(most, Math.max(-most, value));
  };
  return {
    scale,
    x: bound(x, image.width, stage.width),
    y: bound(y, image.height, stage.height),
  };
}
