import { describe, expect, test } from "vitest";
import { edge, graph, node } from "../../test/graphs";
import { withData, withoutElements, withPositions } from "../document";
import { merge } from "./merge";

const base = graph(
  [node("a", "llm", { userMessage: "one", temperature: 0 }), node("b")],
  [edge("b", "a.userMessage")],
);
const moved = (x: number) => withPositions(base, new Map([["a", { x, y: 0 }]]));
const dataOf = (id: string, merged: ReturnType<typeof merge>) =>
  merged.graph.nodes.find((each) => each.id === id)?.data;

describe("two changes of one node", () => {
  test("of different params are both kept, and are no conflict", () => {
    const mine = withData(base, "a", { userMessage: "mine" });
    const theirs = withData(base, "a", { temperature: 1, label: "Theirs" });
    const merged = merge(base, mine, theirs, "mine");
    expect(merged.conflicts).toEqual([]);
    expect(dataOf("a", merged)).toEqual({ userMessage: "mine", temperature: 1, label: "Theirs" });
  });

  test("of which one takes a param away are both kept", () => {
    const mine = withData(base, "a", { temperature: undefined });
    const theirs = withData(base, "a", { userMessage: "theirs" });
    expect(dataOf("a", merge(base, mine, theirs, "mine"))).toEqual({ userMessage: "theirs" });
  });

  test.each([
    ["mine", "mine"],
    ["theirs", "theirs"],
  ] as const)("of the same param collide, and %s wins where it is preferred", (side, text) => {
    const mine = withData(base, "a", { userMessage: "mine", temperature: 1 });
    const theirs = withData(base, "a", { userMessage: "theirs" });
    const merged = merge(base, mine, theirs, side);
    expect(merged.conflicts).toEqual(["a"]);
    expect(dataOf("a", merged)).toEqual({ userMessage: text, temperature: 1 });
  });

  test("that move it are no conflict; mine is where I left it", () => {
    const merged = merge(base, moved(10), moved(20), "mine");
    expect(merged.conflicts).toEqual([]);
    expect(merged.graph.nodes[0]?.position.x).toBe(10);
  });

  test("of which one deletes it collide", () => {
    const mine = withoutElements(base, new Set(["a"]), new Set());
    const theirs = withData(base, "a", { userMessage: "theirs" });
    expect(merge(base, mine, theirs, "theirs").conflicts).toEqual(["a"]);
    expect(dataOf("a", merge(base, mine, theirs, "theirs"))?.["userMessage"]).toBe("theirs");
  });
});

describe("what is declared", () => {
  const declaring = (name: string) => ({
    ...base,
    declarations: { inputs: [{ name, nodeId: "b", param: "text" }], outputs: [] },
  });

  test("on one side stays, beside what the other one changed", () => {
    const theirs = withData(base, "a", { temperature: 1 });
    const merged = merge(base, declaring("topic"), theirs, "theirs");
    expect(merged.conflicts).toEqual([]);
    expect(merged.graph.declarations).toEqual(declaring("topic").declarations);
  });

  test("on both sides in another way collides; without its node it goes", () => {
    const merged = merge(base, declaring("topic"), declaring("title"), "theirs");
    expect(merged.conflicts).toEqual(["declarations"]);
    expect(merged.graph.declarations?.inputs[0]?.name).toBe("title");
    const without = withoutElements(base, new Set(["b"]), new Set());
    expect(merge(base, declaring("topic"), without, "mine").graph.declarations).toBeUndefined();
  });
});
