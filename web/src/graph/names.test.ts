import { expect, test } from "vitest";
import { CATALOGUE, node } from "../test/graphs";
import { nodeNames, newLabel, withNodeNames } from "./names";

const nodes = [
  node("llm-k3v9w2ab", "llm"),
  node("b", "text", { label: "Brief" }),
  node("llm-x", "llm"),
  node("c", "crop", { label: "Brief" }),
];

test("nodes of the same name are told apart, and none is called by its id", () => {
  expect([...nodeNames(nodes, CATALOGUE).values()]).toEqual([
    ...["LLM", "Brief", "LLM (2)", "Brief (2)"],
  ]);
});

test("a new label is that of no other node", () => {
  expect(newLabel("LLM", new Set(["Brief"]))).toBe("LLM");
  expect(newLabel("LLM", new Set(["LLM"]))).toBe("LLM 2");
  expect(newLabel("LLM 2", new Set(["LLM", "LLM 2", "LLM 3"]))).toBe("LLM 4");
});

test("sentences of the server call nodes by their names", () => {
  const said =
    "Not run, because “llm llm-k3v9w2ab” and “llm llm-x” gave no output; “no node” stays.";
  expect(withNodeNames(said, nodes, CATALOGUE)).toBe(
    "Not run, because “LLM” and “LLM (2)” gave no output; “no node” stays.",
  );
});
