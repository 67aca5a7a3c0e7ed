import { expect, test } from "vitest";
import { edge, graph, node } from "../../test/graphs";
import { compareGraphs } from "./graphs";
import { compareTexts } from "./texts";

const shown = (before: string, after: string) =>
  compareTexts(before, after)
    .map(({ kind, text }) => ({ same: text, removed: `[-${text}-]`, added: `{+${text}+}` })[kind])
    .join("");

test("texts are compared word by word", () => {
  expect(shown("a red cup", "a red cup")).toBe("a red cup");
  expect(shown("a red cup", "a blue cup")).toBe("a [-red-]{+blue+} cup");
  expect(shown("one two", "one and two")).toBe("one {+and +}two");
  expect(shown("", "new")).toBe("{+new+}");
  expect(shown("old", "")).toBe("[-old-]");
  expect(shown("Ça va, Zoë?", "Ça va, Zoé!")).toBe("Ça va, [-Zoë?-]{+Zoé!+}");
});

test("both texts are whole again, whatever they are", () => {
  const words = ["tea ", "cup\n", "is ", "", "not ", "hot. "];
  for (let seed = 1; seed < 60; seed += 1) {
    const text = (by: number) =>
      Array.from({ length: 25 }, (_, i) => words[(i * by * seed + (i % by)) % words.length]).join(
        "",
      );
    const [before, after] = [text(3), text(4)];
    const pieces = compareTexts(before, after);
    const without = (kind: string) =>
      pieces
        .filter((piece) => piece.kind !== kind)
        .map((piece) => piece.text)
        .join("");
    expect([without("added"), without("removed")]).toEqual([before, after]);
  }
});

test("long texts are compared by lines, and very long ones not at all, within a moment", () => {
  const line = (i: number) => `${i} tea and coffee, each with milk and sugar\n`;
  const lines = Array.from({ length: 600 }, (_, i) => line(i));
  const changed = [`first ${lines[0]}`, ...lines.slice(1, -1), "last\n"];
  expect(compareTexts(lines.join(""), changed.join("")).filter((p) => p.kind !== "same")).toEqual([
    { kind: "removed", text: line(0) },
    { kind: "added", text: `first ${line(0)}` },
    { kind: "removed", text: line(599) },
    { kind: "added", text: "last\n" },
  ]);
  const many = (from: number) => Array.from({ length: 50_000 }, (_, i) => `${from + i}\n`).join("");
  expect(compareTexts(many(0), many(7)).map(({ kind }) => kind)).toEqual(["removed", "added"]);
});

test("graphs differ in nodes that are new, gone or changed, and not in where they stand", () => {
  const before = graph(
    [node("a"), node("b", "text", { text: "old" }), node("gone", "crop", {}, 10, 10)],
    [edge("a", "b.text"), edge("a", "gone.image")],
  );
  const after = graph(
    [
      { ...node("a"), position: { x: 500, y: 700 }, selected: true },
      node("b", "text", { text: "new" }),
      node("c", "llm", {}, 10, 20),
    ],
    [edge("a", "b.text", "another id"), edge("b", "c.userMessage")],
  );
  const { union, nodeChanges, edgeChanges } = compareGraphs(before, after);
  expect(Object.fromEntries(nodeChanges)).toEqual({ b: "changed", c: "added", gone: "removed" });
  expect(Object.fromEntries(edgeChanges)).toEqual({
    "b-c.userMessage": "added",
    "a-gone.image": "removed",
  });
  expect(union.nodes.map(({ id }) => id)).toEqual(["a", "b", "c", "gone"]);
  expect(union.edges).toHaveLength(3);
  const gone = union.nodes[3]?.position;
  expect(gone && Math.max(Math.abs(gone.x - 10), Math.abs(gone.y - 20))).toBeGreaterThan(250);
});

test("an edge that was led elsewhere is both gone and new", () => {
  const nodes = [node("a"), node("b"), node("c")];
  const { union, edgeChanges } = compareGraphs(
    graph(nodes, [edge("a", "b.text", "e")]),
    graph(nodes, [edge("a", "c.text", "e")]),
  );
  expect(Object.fromEntries(edgeChanges)).toEqual({ e: "added", "e before": "removed" });
  expect(union.edges).toHaveLength(2);
});
