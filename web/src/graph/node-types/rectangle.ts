/** A rectangle in percent of an image: moved and resized without ever reaching over its edge. */

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The side or corner that is held; `move`: the whole; `draw`: a new one. */
export type DragHandle = "move" | "n" | "s" | "e" | "w" | "ne" | "nw" | "se" | "sw";

const MIN_SIZE = 1;

const DIGITS = 2;

export function clampRectangle(rectangle: Rectangle): Rectangle {
  const width = clamp(rectangle.width, MIN_SIZE, 100);
  const height = clamp(rectangle.height, MIN_SIZE, 100);
  const x = clamp(rectangle.x, 0, 100 - width);
  const y = clamp(rectangle.y, 0, 100 - height);
  return roundRectangle({ x, y, width, height });
}

/** The rectangle after its hold moved by so many percent of the image. */
export function dragRectangle(
  start: Rectangle,
  handle: DragHandle,
  dx: number,
  dy: number,
): Rectangle {
  if (handle === "move") return clampRectangle({ ...start, x: start.x + dx, y: start.y + dy });
  const right = start.x + start.width;
  const bottom = start.y + start.height;
  const x = handle.includes("w") ? clamp(start.x + dx, 0, right - MIN_SIZE) : start.x;
  const y = handle.includes("n") ? clamp(start.y + dy, 0, bottom - MIN_SIZE) : start.y;
  const x2 = handle.includes("e") ? clamp(right + dx, start.x + MIN_SIZE, 100) : right;
  const y2 = handle.includes("s") ? clamp(bottom + dy, start.y + MIN_SIZE, 100) : bottom;
  return roundRectangle({ x, y, width: x2 - x, height: y2 - y });
}

/** The rectangle between two points, in percent. */
export function rectangleBetween(ax: number, ay: number, bx: number, by: number): Rectangle {
  const [x, x2] = [clamp(Math.min(ax, bx), 0, 100), clamp(Math.max(ax, bx), 0, 100)];
  const [y, y2] = [clamp(Math.min(ay, by), 0, 100), clamp(Math.max(ay, by), 0, 100)];
  return clampRectangle({ x, y, width: x2 - x, height: y2 - y });
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** Two digits, the far edges never above 100. */
function roundRectangle({ x, y, width, height }: Rectangle): Rectangle {
  const round = (value: number) => Number(value.toFixed(DIGITS));
  const [left, top] = [round(x), round(y)];
  return {
    x: left,
    y: top,
    width: round(Math.min(width, 100 - left)),
    height: round(Math.min(height, 100 - top)),
  };
}
