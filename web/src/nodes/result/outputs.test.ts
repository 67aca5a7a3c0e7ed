import { expect, test } from "vitest";
import type { NodeRun } from "../../stores/runs";
import { CATALOGUE, FORKING_CATALOGUE } from "../../test/graphs";
import { outputAt, outputsOf } from "./outputs";

const text = (words: string) => ({ kind: "text" as const, text: words });
const gave = (output: NodeRun["output"], outputs: NodeRun["outputs"] = {}) =>
  ({ output, outputs }) as NodeRun;

test("an only output needs no name; of several, those that were not taken are left out", () => {
  const [plain, fork] = [CATALOGUE.byId.get("text"), FORKING_CATALOGUE.byId.get("fork")];
  expect(outputsOf(gave(text("a")), plain)).toEqual([
    { handle: "output", title: null, value: text("a") },
  ]);
  expect(outputsOf(gave(null, { yes: text("a") }), fork)).toEqual([
    { handle: "yes", title: "YES", value: text("a") },
  ]);
  expect(outputsOf(gave(null), plain)).toEqual([]);
});

test("what came out at a handle is what the edge there brings on", () => {
  const run = gave(text("main"), { yes: text("a") });
  expect(outputAt(run)).toEqual(text("main"));
  expect(outputAt(run, "yes")).toEqual(text("a"));
  expect(outputAt(run, "no")).toBeNull();
});
