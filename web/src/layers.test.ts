/** Rules about the sources themselves: who may import whom, and what no file may know. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";
import { CATALOGUE } from "./test/graphs";

const ROOT = import.meta.dirname;
/** A folder may import from itself and from those after it. */
const LAYERS = [
  "main.tsx",
  "app",
  "pages",
  "panels",
  "canvas",
  "nodes",
  "editing",
  "ui",
  "sync",
  "stores",
  "api",
  "graph",
  "generated",
];

const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes("generated"))
  .filter((name) => !name.includes(".test.") && !name.startsWith("test/"));

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)]
    .map((found) => relative(ROOT, normalize(join(ROOT, dirname(file), found[1] ?? ""))))
    .filter((name) => !name.endsWith(".css"));
}

const layerOf = (file: string) => LAYERS.indexOf(file.split("/")[0] ?? "");

test("every folder imports only what lies below it", () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((other) => layerOf(other) >= 0 && layerOf(other) < layerOf(file))
      .map((other) => `${file} imports ${other}`),
  );
  expect(wrong).toEqual([]);
});

test("no file names a node type", () => {
  const ids = CATALOGUE.types
    .map((spec) => spec.id)
    .filter((id) => !(CATALOGUE.kinds as Map<string, unknown>).has(id));
  const pattern = new RegExp(`type\\s*[=!]==?\\s*"(${ids.join("|")})"|case "(${ids.join("|")})"`);
  const found = files.filter((file) => pattern.test(readFileSync(join(ROOT, file), "utf8")));
  expect(found).toEqual([]);
});
