import { describe, expect, test } from "vitest";
import { findFreePosition } from "./freePosition";

const size = { width: 300, height: 200 };

describe("a free place", () => {
  test("is the wanted one if nothing is there", () => {
    expect(findFreePosition([], { x: 10, y: 20 }, size)).toEqual({ x: 10, y: 20 });
  });

  test("is to the right first, and never on another node", () => {
    const boxes = [{ x: 0, y: 0, ...size }];
    for (let count = 0; count < 30; count += 1) {
      const at = findFreePosition(boxes, { x: 0, y: 0 }, size);
      if (count === 0) expect(at).toEqual({ x: 336, y: 0 });
      const meets = boxes.some(
        ({ x, y, width, height }) =>
          at.x < x + width && x < at.x + 300 && at.y < y + height && y < at.y + 200,
      );
      expect(meets).toBe(false);
      boxes.push({ ...at, ...size });
    }
  });
});
