import { describe, expect, test } from "vitest";
import { CATALOGUE, edge, graph, node } from "../test/graphs";
import { connect, downstream, upstream, connectionError } from "./connect";

const photo = node("photo", "image");
const words = node("words", "text");
const crop = node("crop", "crop");
const model = node("model", "llm");
const nodes = [photo, words, crop, model];
const into = (source: string, target: string, targetHandle: string) => ({
  ...{ source, sourceHandle: "output", target, targetHandle },
});

describe("a connection", () => {
  test("of a kind that the input takes is possible", () => {
    expect(connectionError(graph(nodes), CATALOGUE, into("photo", "crop", "image"))).toBeNull();
    expect(connectionError(graph(nodes), CATALOGUE, into("words", "crop", "xPercent"))).toBeNull();
  });

  test("of another kind is not, and the reason names both kinds", () => {
    const reason = connectionError(graph(nodes), CATALOGUE, into("photo", "model", "userMessage"));
    expect(reason).toBe("“User message” takes text, and this gives image.");
  });

  test("cannot make a circle, however long", () => {
    const long = graph(nodes, [edge("words", "model.userMessage"), edge("model", "crop.xPercent")]);
    expect(connectionError(long, CATALOGUE, into("crop", "model", "images"))).toMatch(/circle/);
    expect(connectionError(long, CATALOGUE, into("words", "words", "text"))).toMatch(/itself/);
  });

  test("is not made twice", () => {
    const made = graph(nodes, [edge("photo", "model.images")]);
    expect(connectionError(made, CATALOGUE, into("photo", "model", "images"))).toMatch(/already/);
  });

  test("replaces the one before where the input takes one value", () => {
    const other = node("other", "image");
    const one = connect(graph([...nodes, other]), CATALOGUE, into("photo", "crop", "image"));
    const two = connect(one, CATALOGUE, into("other", "crop", "image"));
    expect(two.edges.map((each) => each.source)).toEqual(["other"]);
  });

  test("joins the others where the input takes many", () => {
    const other = node("other", "image");
    const one = connect(graph([...nodes, other]), CATALOGUE, into("photo", "model", "images"));
    const two = connect(one, CATALOGUE, into("other", "model", "images"));
    expect(two.edges.map((each) => each.source)).toEqual(["photo", "other"]);
  });
});

test("what a node needs and what needs it", () => {
  const edges = [edge("a", "b.x"), edge("b", "c.x"), edge("d", "c.x")];
  expect([...downstream(edges, "b")].sort()).toEqual(["b", "c"]);
  expect([...upstream(edges, "c")].sort()).toEqual(["a", "b", "c", "d"]);
});
