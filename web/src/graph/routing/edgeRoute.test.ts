import { expect, test } from "vitest";
import type { Box } from "../groups";
import { edgePath, route } from "./edgeRoute";

const FROM = { x: 0, y: 0 };
const TO = { x: 600, y: 0 };
const box = (x: number, y: number, width = 200, height = 100): Box => ({ x, y, width, height });

/** The heights at which an edge goes along, between its ends. */
function heights(boxes: readonly Box[], to = TO): number[] {
  return route(FROM, to, boxes)
    .slice(0, -1)
    .map((curve) => curve[3].y);
}

test("an edge with nothing on it is one curve", () => {
  expect(edgePath(FROM, TO, [])).toBe("M0,0 C300,0 300,0 600,0");
  expect(edgePath(FROM, TO, [box(200, 30), box(200, -140), box(700, -50)])).toBe(
    edgePath(FROM, TO, []),
  );
});

test("an edge goes around a node the shorter way", () => {
  expect(heights([box(200, -80)])).toEqual([38, 38]);
  expect(heights([box(200, -20)])).toEqual([-38, -38]);
});

test("an edge goes around what lies on its detour, too", () => {
  expect(heights([box(200, -20), box(300, -130, 100, 100)])).toEqual([98, 98]);
});

test("an edge that leads back, and one between walls, is one curve", () => {
  expect(heights([box(-200, -50)], { x: -600, y: 0 })).toEqual([]);
  const walls = [box(12, -5000, 8, 10_000), box(580, -5000, 8, 10_000)];
  expect(heights(walls)).toEqual([]);
});

test("every edge of a column that is passed has a way, and it touches no node", () => {
  const columns = [100, 340].flatMap((x) => [-400, -200, 0, 200].map((y) => box(x, y, 180, 160)));
  for (const y of [-380, -190, 20, 300]) {
    const curves = route(FROM, { x: 600, y }, columns);
    expect(curves.length).toBe(3);
    for (const [from, , , to] of curves) {
      for (const each of columns) {
        const inside = (at: typeof from) =>
          at.x > each.x && at.x < each.x + each.width && at.y > each.y && at.y < each.y + 160;
        expect(inside(from) || inside(to)).toBe(false);
      }
    }
  }
});
