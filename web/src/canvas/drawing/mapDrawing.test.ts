import { expect, test } from "vitest";
import { BACKING, mapPart, placeOn } from "./mapDrawing";

test.each([
  { name: "wide", box: { x: -100, y: 50, width: 4000, height: 300 } },
  { name: "high", box: { x: 0, y: -900, width: 300, height: 28_000 } },
])("all of a $name workflow is on the map, in the map's shape and in its middle", ({ box }) => {
  const part = mapPart(box);
  expect(part.width / part.height).toBeCloseTo(BACKING.width / BACKING.height);
  expect(part.x).toBeLessThan(box.x);
  expect(part.y).toBeLessThan(box.y);
  expect(part.x + part.width / 2).toBeCloseTo(box.x + box.width / 2);
  expect(part.y + part.height / 2).toBeCloseTo(box.y + box.height / 2);
});

test("the view is put where it is on the map", () => {
  const element = { style: {} } as HTMLElement;
  const part = { x: -100, y: 0, width: 1000, height: 750 };
  placeOn(part, { x: 150, y: 75, width: 500, height: 375 }, element);
  const { left, top, width, height } = element.style;
  expect([left, top, width, height]).toEqual(["25%", "10%", "50%", "50%"]);
});
