import { describe, expect, test } from "vitest";
import { edge, graph, node } from "../../test/graphs";
import {
  changeDeclared,
  declareInput,
  declareOutput,
  findInput,
  findOutput,
  moveDeclared,
  removeDeclared,
  typedInputs,
} from "./declarations";

const plain = graph([node("a"), node("b")], [edge("a", "b.text")]);
const namesOf = (declared: readonly { name: string }[] | undefined) =>
  declared?.map((each) => each.name);

describe("a name", () => {
  test.each([
    ["Product text", "product_text"],
    ["Größe (px)", "gro_e_px"],
    ["2nd line", "nd_line"],
    ["製品", "value"],
  ])("is made of the title %s", (title, name) => {
    const declared = declareInput(plain, "a", "text", title);
    expect(namesOf(declared.declarations?.inputs)).toEqual([name]);
    expect(findInput(declared, "a", "text")?.title).toBe(title);
  });

  test("is given once", () => {
    const one = declareInput(plain, "a", "text", "Text");
    const two = declareInput(one, "b", "text", "Text");
    expect(namesOf(two.declarations?.inputs)).toEqual(["text", "text_2"]);
    expect(declareInput(two, "a", "text", "Other")).toBe(two);
  });
});

test("declarations are changed, moved and removed, and the last one leaves nothing", () => {
  let now = declareInput(declareInput(plain, "a", "text", "One"), "b", "text", "Two");
  now = moveDeclared(now, "inputs", "two", -1);
  expect(namesOf(now.declarations?.inputs)).toEqual(["two", "one"]);
  expect(moveDeclared(now, "inputs", "two", -1)).toEqual(now);
  now = changeDeclared(now, "inputs", "one", { required: true, title: undefined });
  expect(now.declarations?.inputs[1]).toEqual({
    ...{ name: "one", nodeId: "a", param: "text", required: true },
  });
  now = removeDeclared(removeDeclared(now, "inputs", "one"), "inputs", "two");
  expect(now).toEqual(plain);
});

test("an output is a result by its handle", () => {
  const now = declareOutput(declareOutput(plain, "a", "output", "Post"), "b", "mask", "Mask");
  expect(now.declarations?.outputs).toEqual([
    { name: "post", nodeId: "a", title: "Post" },
    { name: "mask", nodeId: "b", title: "Mask", handle: "mask" },
  ]);
  expect(findOutput(now, "a")?.name).toBe("post");
  expect(findOutput(now, "b")).toBeUndefined();
  expect(namesOf(removeDeclared(now, "outputs", "post").declarations?.outputs)).toEqual(["mask"]);
});

test("what is typed is what a call would give", () => {
  const drawn = graph([
    node("a", "text", { text: "Cats" }),
    node("p", "image", { source: { kind: "asset", assetId: "7" } }),
    node("u", "image", { source: { kind: "url", url: "https://example.com/a.png" } }),
    node("e", "text", { text: "" }),
  ]);
  const inputs = [
    { name: "topic", nodeId: "a", param: "text" },
    { name: "photo", nodeId: "p", param: "source" },
    { name: "other", nodeId: "u", param: "source" },
    { name: "empty", nodeId: "e", param: "text" },
  ];
  expect(typedInputs({ ...drawn, declarations: { inputs, outputs: [] } })).toEqual({
    topic: "Cats",
    photo: { assetId: "7" },
    other: { url: "https://example.com/a.png" },
  });
});
