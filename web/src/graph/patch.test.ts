import { describe, expect, test } from "vitest";
import { edge, graph, node } from "../test/graphs";
import { withData, withoutElements, withPositions } from "./document";
import { apply, diff, invert, isEmpty, combine } from "./patch";

const before = graph(
  [node("a"), node("b"), node("c")],
  [edge("a", "b.text"), edge("b", "c.text"), edge("a", "c.text")],
);

describe("a patch", () => {
  test("turns one graph into the other and back, in the same order", () => {
    const after = withoutElements(before, new Set(["b"]), new Set());
    const patch = diff(before, after);
    expect(apply(before, patch)).toEqual(after);
    expect(apply(after, invert(patch))).toEqual(before);
  });

  test("holds nothing but what changed", () => {
    const after = withData(before, "b", { text: "Hello" });
    const patch = diff(before, after);
    expect(patch.nodes.map((change) => change.id)).toEqual(["b"]);
    expect(patch.nodes[0]?.before).toBe(before.nodes[1]);
    expect(patch.edges).toEqual([]);
  });

  test("of nothing is empty", () => {
    expect(isEmpty(diff(before, before))).toBe(true);
    expect(isEmpty(diff(before, withPositions(before, new Map())))).toBe(true);
  });

  test("joined with the next one does both at once", () => {
    const one = withData(before, "a", { text: "H" });
    const two = withData({ ...one, name: "Other" }, "a", { text: "Hi" });
    const both = combine(diff(before, one), diff(one, two));
    expect(apply(before, both)).toEqual(two);
    expect(apply(two, invert(both))).toEqual(before);
    expect(both.nodes).toHaveLength(1);
  });
});

test("undoing any walk through a document gives its beginning, and redoing it its end", () => {
  let random = 7;
  const next = (below: number) => {
    random = (random * 48271) % 2147483647;
    return random % below;
  };
  for (let walk = 0; walk < 30; walk += 1) {
    let now = before;
    const patches = [];
    for (let step = 0; step < 20; step += 1) {
      const id = now.nodes[next(Math.max(1, now.nodes.length))]?.id ?? "a";
      const changes = [
        () => withData(now, id, { text: String(step) }),
        () => withoutElements(now, new Set([id]), new Set()),
        () => ({ ...now, nodes: [...now.nodes, node(`n${String(step)}`)] }),
        () => withPositions(now, new Map([[id, { x: step, y: 1 }]])),
      ];
      const then = changes[next(changes.length)]?.() ?? now;
      patches.push(diff(now, then));
      now = then;
    }
    const back = patches.toReversed().reduce((at, patch) => apply(at, invert(patch)), now);
    expect(back).toEqual(before);
    expect(patches.reduce(apply, before)).toEqual(now);
  }
});

test("a patch has what is declared; what is about a node goes with it, and comes back", () => {
  const inputs = [{ name: "topic", nodeId: "a", param: "text" }];
  const outputs = [{ name: "post", nodeId: "b" }];
  const declared = { ...before, declarations: { inputs, outputs } };
  expect(apply(declared, invert(diff(before, declared)))).toEqual(before);
  const after = withoutElements(declared, new Set(["b"]), new Set());
  expect(after.declarations).toEqual({ inputs, outputs: [] });
  expect(apply(after, invert(diff(declared, after)))).toEqual(declared);
});
