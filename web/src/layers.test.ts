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
/** More are not found any more by looking. */
const MAX_FILES = 15;

const everything = readdirSync(ROOT, { recursive: true, encoding: "utf8" });
const files = everything
  .filter((name) => /\.tsx?$/.test(name) && !name.includes("generated"))
  .filter((name) => !name.includes(".test.") && !name.startsWith("test/"));

const sourceOf = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** The files that a file imports, types and what is loaded later included. */
function importsOf(file: string): string[] {
  return [...sourceOf(file).matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)]
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

test("no file imports itself by way of others, not even for a type", () => {
  const byModule = new Map(files.map((file) => [file.replace(/\.tsx?$/, ""), file]));
  const open = new Map(
    files.map((file) => [file, importsOf(file).flatMap((name) => byModule.get(name) ?? [])]),
  );
  // Files that import nothing of what is left go, again and again; circles stay.
  for (let size = -1; size !== open.size;) {
    size = open.size;
    for (const [file, others] of open) {
      if (!others.some((other) => open.has(other))) open.delete(file);
    }
  }
  expect([...open.keys()]).toEqual([]);
});

test("no folder has more files than one can look through", () => {
  const names = everything.filter((name) => /\.\w+$/.test(name));
  const counts = new Map<string, number>();
  for (const name of names) counts.set(dirname(name), (counts.get(dirname(name)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([]);
});

test("no file of the editor keeps state in variables of its own", () => {
  const layers = /^(editing|stores|sync)\//;
  const found = files.filter(
    (file) => layers.test(file) && /^(export )?let /m.test(sourceOf(file)),
  );
  expect(found).toEqual([]);
});

test("no file names a node type", () => {
  const ids = CATALOGUE.types
    .map((spec) => spec.id)
    .filter((id) => !(CATALOGUE.kinds as Map<string, unknown>).has(id));
  const pattern = new RegExp(`type\\s*[=!]==?\\s*"(${ids.join("|")})"|case "(${ids.join("|")})"`);
  expect(files.filter((file) => pattern.test(sourceOf(file)))).toEqual([]);
});
