// @vitest-environment happy-dom
import { expect, test } from "vitest";
import type { NodeExecutionRead, Value } from "../../generated/api";
import { createStores } from "../../stores/editorStores";
import { CATALOGUE, node } from "../../test/graphs";
import { anExecution, aRun } from "../../test/runs";
import { listResults } from "./resultList";
import { fitted, moved, zoomed } from "./zoom";

const ID = "00000000-0000-4000-8000-000000000001";
const image = (assetId: string): Extract<Value, { kind: "image" }> => ({
  ...{ kind: "image", assetId, mediaType: "image/png", width: 400, height: 200, bytes: 9 },
  url: `/api/assets/${assetId}`,
});

function resultsOf(executions: NodeExecutionRead[]) {
  const stores = createStores();
  stores.runs.merge({ ...aRun(ID, [], "COMPLETED"), nodeExecutions: executions });
  stores.runs.show(ID);
  const nodes = ["crop", "b", "gone", "all"].map((id) => node(id));
  return listResults(nodes, stores.runs.state, CATALOGUE);
}

test("results follow one another as they were made; what gave none is left out", () => {
  const made = (id: string, second: number, output: Value) => ({
    ...anExecution(id, "COMPLETED", output),
    startedAt: `2026-01-01T00:00:0${second}Z`,
  });
  const list: Value = { kind: "list", of: "image", items: [image("1"), image("2")] };
  const results = resultsOf([
    made("all", 3, list),
    { ...made("crop", 2, image("c")), input: { image: image("whole") } },
    made("b", 1, { kind: "text", text: "b" }),
    anExecution("gone", "FAILED"),
    made("of-another-graph", 1, { kind: "text", text: "x" }),
  ]);
  expect(results.map(({ nodeId, item }) => `${nodeId} ${item}`)).toEqual([
    ...["b 0", "crop 0", "all 0", "all 1"],
  ]);
  expect(results[1]?.givenImages.map(({ assetId }) => assetId)).toEqual(["whole"]);
});

const stage = { width: 800, height: 600 };

test("an image is shown whole, and a small one as large as it is", () => {
  expect(fitted({ width: 1600, height: 300 }, stage)).toEqual({ scale: 0.5, x: 0, y: 0 });
  expect(fitted({ width: 40, height: 30 }, stage).scale).toBe(1);
  expect(fitted({ width: 0, height: 0 }, stage).scale).toBe(1);
});

test("what is under the pointer stays there while it grows, and the stage stays filled", () => {
  const size = { width: 1600, height: 1200 };
  const whole = fitted(size, stage);
  const about = { x: 100, y: -50 };
  const twice = zoomed(whole, 2, about, size, stage);
  const under = (at: typeof whole) => (about.x - at.x) / at.scale;
  expect(twice.scale).toBe(1);
  expect(under(twice)).toBeCloseTo(under(whole));
  expect(moved(twice, { x: 9999, y: -9999 }, size, stage)).toEqual({ scale: 1, x: 400, y: -300 });
  expect(moved(whole, { x: 50, y: 50 }, size, stage)).toEqual(whole);
  expect(zoomed(whole, 1e6, about, size, stage).scale).toBe(8);
});
