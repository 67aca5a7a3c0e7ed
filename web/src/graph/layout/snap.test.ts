import { expect, test } from "vitest";
import { align, distribute } from "./align";
import { snap } from "./snap";

const box = (x: number, y: number, width = 100, height = 50) => ({ x, y, width, height });

test.each([
  ["left edges", box(203, 300), { x: -3, y: 0 }],
  ["right edges", box(255, 300, 50), { x: -5, y: 0 }],
  ["an edge beside the other", box(304, 300), { x: -4, y: 0 }],
  ["middles", box(222, 300, 60), { x: -2, y: 0 }],
  ["both directions", box(202, 148), { x: -2, y: 2 }],
  ["nothing, as nothing is near", box(240, 300), { x: 0, y: 0 }],
])("a box snaps to %s", (_, dragged, by) => {
  expect(snap(dragged, [box(200, 100)], 7).by).toEqual(by);
});

test("the nearest of several counts, and each line in common is shown once, along all", () => {
  const { by, guides } = snap(box(203, 300), [box(200, 100), box(204, 500), box(204, 700)], 7);
  expect(by).toEqual({ x: 1, y: 0 });
  const [left, ...more] = guides;
  expect(left).toEqual({ axis: "x", at: 204, from: 300, to: 750 });
  expect(more.map(({ at }) => at)).toEqual([304, 254]);
});

test("nodes are aligned by what is around them all", () => {
  const boxes = new Map([
    ["a", box(0, 0)],
    ["b", box(40, 200, 60, 90)],
  ]);
  const places = (to: Parameters<typeof align>[1]) => [...align(boxes, to).values()];
  expect(places("left").map(({ x }) => x)).toEqual([0, 0]);
  expect(places("centre").map(({ x }) => x)).toEqual([0, 20]);
  expect(places("right").map(({ x }) => x)).toEqual([0, 40]);
  expect(places("top").map(({ y }) => y)).toEqual([0, 0]);
  expect(places("middle").map(({ y }) => y)).toEqual([120, 100]);
  expect(places("bottom").map(({ y }) => y)).toEqual([240, 200]);
});

test("gaps between nodes become even, and the outermost stay", () => {
  const boxes = new Map([
    ["far", box(900, 5)],
    ["near", box(0, 0)],
    ["wide", box(150, 9, 300)],
  ]);
  expect([...distribute(boxes, "horizontal")]).toEqual([
    ["near", { x: 0, y: 0 }],
    ["wide", { x: 350, y: 9 }],
    ["far", { x: 900, y: 5 }],
  ]);
});
