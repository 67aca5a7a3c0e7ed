import { describe, expect, test } from "vitest";
import CASES from "../../../tests/cases/problems.json" with { type: "json" };
import { CATALOGUE, edge, FORKING_CATALOGUE, graph, node } from "../test/graphs";
import {
  compatibleInputs,
  connect,
  connectionWithNode,
  downstream,
  upstream,
  connectionError,
  connectionProblem,
} from "./connect";
import type { Graph } from "./document";

const photo = node("photo", "image");
const words = node("words", "text");
const crop = node("crop", "crop");
const model = node("model", "llm");
const nodes = [photo, words, crop, model];
const into = (source: string, target: string, targetHandle: string) => ({
  ...{ source, sourceHandle: "output", target, targetHandle },
});

const CODES = new Set([
  ...["dangling_edge", "unknown_handle", "kind_mismatch", "duplicate_connection", "cycle"],
]);
/** A document with one of these is no graph, so nothing can be connected in it. */
const NOT_OF_CONNECTIONS = new Set(["malformed", "duplicate_edge_id", "id_too_long"]);

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

/** Cases that the server's check is tested by, too; those that are graphs in form at least. */
const WELL_FORMED = CASES.filter(
  ({ document, problems }) =>
    "edges" in document && problems.every(({ code }) => !NOT_OF_CONNECTIONS.has(code)),
);

describe("the server's cases of connections", () => {
  test.each(WELL_FORMED)("$name", ({ document, problems }) => {
    const { nodes, edges } = document as unknown as Graph;
    const found = edges.flatMap((each, index) => {
      const before = { nodes, edges: edges.slice(0, index) };
      const code = connectionProblem(before, CATALOGUE, each)?.code;
      return code ? [`${each.id} ${code}`] : [];
    });
    const expected = problems.filter(({ code }) => CODES.has(code));
    expect(found.sort()).toEqual(expected.map(({ edgeId, code }) => `${edgeId} ${code}`).sort());
  });

  test("are about every reason there is", () => {
    const codes = WELL_FORMED.flatMap(({ problems }) => problems.map(({ code }) => code));
    expect([...CODES].filter((code) => !codes.includes(code))).toEqual([]);
  });
});

test("which kinds fit is the catalogue's to say", () => {
  const image = CATALOGUE.kinds.get("image")!;
  const kinds = new Map(CATALOGUE.kinds).set("image", { ...image, fits: ["image", "text"] });
  const lenient = { ...CATALOGUE, kinds };
  const connection = into("photo", "model", "userMessage");
  expect(connectionError(graph(nodes), lenient, connection)).toBeNull();
  expect(connectionError(graph(nodes), CATALOGUE, connection)).not.toBeNull();
});

test("of a node with several outputs, each fits what its own kind and being a list fit", () => {
  const fork = node("fork", "fork");
  const all = graph([...nodes, fork]);
  const fits = (output: string, target: string, targetHandle: string) => {
    const connection = { source: "fork", sourceHandle: output, target, targetHandle };
    return connectionProblem(all, FORKING_CATALOGUE, connection)?.code ?? "fits";
  };
  expect(fits("yes", "model", "userMessage")).toBe("fits");
  expect(fits("number", "crop", "xPercent")).toBe("fits");
  expect(fits("all", "model", "images")).toBe("fits");
  expect(fits("all", "crop", "image")).toBe("kind_mismatch");
  expect(fits("output", "crop", "image")).toBe("unknown_handle");
  const offered = compatibleInputs(all, FORKING_CATALOGUE, fork).map(
    ({ output, node: { id }, port }) => `${output.handle} ${id}.${port.handle}`,
  );
  expect(offered).toContain("all model.images");
  expect(offered).not.toContain("all crop.image");
});

test("what a node needs and what needs it", () => {
  const edges = [edge("a", "b.x"), edge("b", "c.x"), edge("d", "c.x")];
  expect([...downstream(edges, "b")].sort()).toEqual(["b", "c"]);
  expect([...upstream(edges, "c")].sort()).toEqual(["a", "b", "c", "d"]);
});

test("a line that ends on a node enters where it is most likely meant, or says why not", () => {
  const all = graph([...nodes, node("other", "llm")]);
  const from = (nodeId: string, type: "source" | "target", handle = "output") => ({
    ...{ nodeId, handle, type },
  });
  const meant =
    (...args: Parameters<typeof from>) =>
    (target: string) =>
      connectionWithNode(all, CATALOGUE, from(...args), target);
  expect(meant("other", "source")("model")).toMatchObject({
    connection: { source: "other", target: "model", targetHandle: "userMessage" },
  });
  expect(meant("photo", "source")("crop")).toMatchObject({ connection: { targetHandle: "image" } });
  expect(meant("model", "target", "images")("photo")).toMatchObject({
    connection: { source: "photo", targetHandle: "images" },
  });
  expect(meant("photo", "source")("words")).toEqual({ error: "This node has no input for that." });
  expect(meant("model", "target", "images")("words")).toMatchObject({
    error: "“Images” takes image, and this gives text.",
  });
});
