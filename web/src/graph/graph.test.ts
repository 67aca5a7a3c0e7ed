import { describe, expect, test } from "vitest";
import { CATALOGUE, edge, graph, node } from "../test/graphs";
import { difference, shareRecords } from "./difference";
import { serializeClip, copyNodes, withNewIds, insertClip, parseClip } from "./clipboard";
import { withData, withPositions } from "./document";
import { formOf, nodeTypeAccepting } from "./node-types/form";
import { groupNodes, groupFrames, ungroupNodes } from "./groups";
import { merge } from "./merge/merge";
import { orderedInputEdges, moveInputEdge } from "./inputOrder";
import { dragRectangle, rectangleBetween, clampRectangle } from "./node-types/rectangle";
import { formatTimestamp, parseTimestamp } from "./node-types/timestamp";

const base = graph([node("a"), node("b", "llm"), node("c", "crop")], [edge("a", "b.userMessage")]);

describe("copy and paste", () => {
  test("keeps the edges within, gives ids of its own, and goes through text", () => {
    const clip = parseClip(serializeClip(copyNodes(base, new Set(["a", "b"]))));
    expect(clip?.nodes).toHaveLength(2);
    const made = withNewIds(clip!, { x: 500, y: 500 });
    const both = insertClip(base, made);
    expect(new Set(both.nodes.map((each) => each.id)).size).toBe(5);
    expect(both.edges[1]?.source).toBe(made.nodes[0]?.id);
    expect(made.nodes[0]?.position).toEqual({ x: 500, y: 500 });
  });

  test("takes no edge to what was not copied", () => {
    expect(copyNodes(base, new Set(["b"])).edges).toEqual([]);
  });

  test("reads nothing out of other text", () => {
    expect(parseClip("Hello")).toBeNull();
    expect(parseClip('{"format": "nodeloom/graph", "nodes": 3}')).toBeNull();
  });
});

describe("what has to be saved", () => {
  test("is nothing, or only places, or content", () => {
    expect(difference(base, base)).toEqual({ kind: "none" });
    const shifted = withPositions(base, new Map([["b", { x: 9, y: 4 }]]));
    expect(difference(base, shifted)).toEqual({
      kind: "positions",
      positions: { b: { x: 9, y: 4 } },
    });
    expect(difference(base, withData(base, "a", { text: "x" }))).toEqual({ kind: "content" });
    expect(difference(base, { ...base, name: "Other" })).toEqual({ kind: "content" });
    expect(difference(base, { ...base, edges: [] })).toEqual({ kind: "content" });
  });

  test("does not see what the canvas adds to nodes", () => {
    const nodes = base.nodes.map((each) => ({ ...each, selected: true, measured: { width: 1 } }));
    expect(difference(base, { ...base, nodes })).toEqual({ kind: "none" });
  });

  test("an equal graph from the server becomes the very objects that are there", () => {
    const read = structuredClone(base);
    expect(shareRecords(read, base).nodes).toBe(base.nodes);
  });
});

describe("a merge", () => {
  const mine = withData(base, "a", { text: "mine" });

  test("takes both changes where they do not touch each other", () => {
    const theirs = { ...withData(base, "b", { model: "x" }), name: "Theirs" };
    const { graph: both, conflicts } = merge(base, mine, theirs, "mine");
    expect(conflicts).toEqual([]);
    expect(both.name).toBe("Theirs");
    expect(both.nodes.map((each) => each.data)).toEqual([{ text: "mine" }, { model: "x" }, {}]);
  });

  test("lets one side win where they do", () => {
    const theirs = withData(base, "a", { text: "theirs" });
    expect(merge(base, mine, theirs, "mine").graph.nodes[0]?.data).toEqual({ text: "mine" });
    expect(merge(base, mine, theirs, "theirs").graph.nodes[0]?.data).toEqual({ text: "theirs" });
    expect(merge(base, mine, theirs, "mine").conflicts).toEqual(["a"]);
  });

  test("leaves no edge without its nodes", () => {
    const theirs = { ...base, nodes: base.nodes.slice(1), edges: [] };
    const connected = { ...base, edges: [...base.edges, edge("a", "c.xPercent")] };
    expect(merge(base, connected, theirs, "theirs").graph.edges).toEqual([]);
  });
});

describe("the form of a node type", () => {
  const form = (id: string) => formOf(CATALOGUE.byId.get(id)!);

  test("comes from the schema alone", () => {
    expect(form("crop").map((group) => [group.widget, group.mediaInput])).toEqual([
      ["rectangle", "image"],
    ]);
    const fields = form("llm").flatMap((group) => group.fields);
    expect(fields.map((field) => field.widget)).toEqual([
      "line",
      "text",
      "text",
      "number",
      "number",
      "choice",
      "json",
    ]);
    expect(fields[0]?.choicesFrom).toBe("/api/models");
    expect(fields[3]).toMatchObject({ minimum: 0, maximum: 2, nullable: true, advanced: true });
    expect(form("resize")[1]?.fields[0]).toMatchObject({
      widget: "choice",
      defaultValue: "contain",
    });
  });

  test("tells which type a file becomes", () => {
    expect(nodeTypeAccepting(CATALOGUE.types, "image/png")?.spec.id).toBe("image");
    expect(nodeTypeAccepting(CATALOGUE.types, "video/mp4")?.spec.id).toBe("video");
    expect(nodeTypeAccepting(CATALOGUE.types, "text/plain")).toBeNull();
  });
});

test("groups have a frame around their members and can be dissolved", () => {
  const both = groupNodes(base, new Set(["a", "b"]), "Texts");
  const [frame] = groupFrames(both, (each) => ({ ...each.position, width: 100, height: 50 }));
  expect(frame).toMatchObject({ label: "Texts", nodeIds: ["a", "b"] });
  expect(frame!.box.x).toBeLessThan(0);
  expect(ungroupNodes(both, new Set(["a"]))).toEqual(base);
});

test("values of one input are put in order", () => {
  const many = graph([], [edge("a", "b.images"), edge("c", "b.images"), edge("d", "b.images")]);
  const ids = (edges: typeof many.edges) =>
    orderedInputEdges(edges, "b", "images").map((e) => e.source);
  expect(ids(moveInputEdge(many, "d-b.images", -1).edges)).toEqual(["a", "d", "c"]);
  expect(ids(moveInputEdge(many, "a-b.images", -1).edges)).toEqual(["a", "c", "d"]);
});

describe("a rectangle on a picture", () => {
  const start = { x: 10, y: 10, width: 50, height: 50 };

  test("never reaches over the edge", () => {
    expect(dragRectangle(start, "move", 90, -90)).toEqual({ x: 50, y: 0, width: 50, height: 50 });
    expect(dragRectangle(start, "se", 90, 90)).toEqual({ x: 10, y: 10, width: 90, height: 90 });
    expect(dragRectangle(start, "nw", 90, 90)).toEqual({ x: 59, y: 59, width: 1, height: 1 });
    expect(clampRectangle({ x: 99.999, y: 0, width: 33.333, height: 300 })).toEqual({
      x: 66.67,
      y: 0,
      width: 33.33,
      height: 100,
    });
  });

  test("can be drawn in every direction", () => {
    expect(rectangleBetween(60, 70, 20, 30)).toEqual({ x: 20, y: 30, width: 40, height: 40 });
    expect(rectangleBetween(-5, 50, 150, 200)).toEqual({ x: 0, y: 50, width: 100, height: 50 });
  });
});

test("timestamps are read as the server reads them", () => {
  expect(parseTimestamp("50%", 8)).toBe(4);
  expect(parseTimestamp("1:02.5", 100)).toBe(62.5);
  expect(parseTimestamp("1:00:00", 9)).toBe(3600);
  expect(parseTimestamp(12.5, 9)).toBe(12.5);
  expect([parseTimestamp("120%", 9), parseTimestamp("soon", 9), parseTimestamp(-1, 9)]).toEqual([
    null,
    null,
    null,
  ]);
  expect(formatTimestamp(62.5)).toBe("1:02.5");
});
