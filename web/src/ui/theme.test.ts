/** Rules about the styles: one scale of letters, and one length of motion. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
/** Nodes that are seen from far away have letters that can be read there. */
const FAR = "nodes/far.css";

const sheets = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".css") && name !== FAR)
  .map((name): [string, string] => [name, readFileSync(join(ROOT, name), "utf8")]);

function declarations(property: RegExp): string[] {
  return sheets.flatMap(([name, text]) =>
    [...text.matchAll(property)].map((found) => `${name}: ${found.slice(1).join("")}`),
  );
}

test("letters have the sizes and weights of the scale", () => {
  const sizes = declarations(/font-size: ([^;]+);|font: ([^;]+);/g);
  const weights = declarations(/font-weight: ([^;]+);/g);
  expect(sizes.length).toBeGreaterThan(40);
  expect(sizes.filter((size) => !/var\(--type-\d\)|[\d.]em$|inherit$/.test(size))).toEqual([]);
  expect(weights.filter((weight) => !/(var\(--(medium|bold)\)|400|300 900)$/.test(weight))).toEqual(
    [],
  );
});

test("what moves has moved within the time that the theme says, which is less than 200 ms", () => {
  const moves = declarations(/transition:\s*([^;]+);/g);
  expect(moves.length).toBeGreaterThan(5);
  expect(moves.filter((move) => /\d(ms|s)\b/.test(move))).toEqual([]);
  const [quick] = declarations(/--quick: (\d+)ms;/g);
  expect(Number(quick?.split(": ")[1])).toBeLessThan(200);
});
