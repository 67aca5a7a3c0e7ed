import { expect, test } from "vitest";
import { type Graph, withData, withPositions } from "../graph/document";
import { groupNodes } from "../graph/groups";
import { NODE_WIDTH } from "../graph/layout/nodeSize";
import { CATALOGUE, edge, graph, node } from "../test/graphs";
import { FlowElements, type NodeAppearance, VIRTUALIZE_ABOVE } from "./flowElements";

const size = { width: 300, height: 100 };
const start = graph(
  [node("photo", "image"), node("crop", "crop"), node("model", "llm")],
  [edge("photo", "crop.image"), edge("crop", "model.images")],
);
const sizes = new Map(start.nodes.map(({ id }) => [id, size]));

function looking(changes: Partial<NodeAppearance> = {}): NodeAppearance {
  return { selectedNodes: new Set(), sizes, dragged: new Map(), ...changes };
}

/** The ids of what is drawn again when one thing follows another. */
function redrawn(before: [Graph, NodeAppearance], after: [Graph, NodeAppearance]): string[] {
  const elements = new FlowElements(CATALOGUE);
  const known = new Set(elements.nodesOf(...before));
  const drawn = elements.nodesOf(...after);
  return drawn.filter((element) => !known.has(element)).map(({ id }) => id);
}

test("a node is drawn again only if something of it changed", () => {
  const now = looking();
  const dragged = looking({ dragged: new Map([["crop", { x: 5, y: 5 }]]) });
  const selected = looking({ selectedNodes: new Set(["model"]) });
  const places = new Map([["photo", { x: 9, y: 9 }]]);
  expect(redrawn([start, now], [start, now])).toEqual([]);
  expect(redrawn([start, now], [start, dragged])).toEqual(["crop"]);
  expect(redrawn([start, now], [start, selected])).toEqual(["model"]);
  expect(redrawn([start, now], [withPositions(start, places), now])).toEqual(["photo"]);
  expect(redrawn([start, now], [withData(start, "model", { model: "x" }), now])).toEqual(["model"]);
});

test("a new edge draws the node that it enters, and no other", () => {
  const edges = [...start.edges, edge("photo", "model.images")];
  expect(redrawn([start, looking()], [{ ...start, edges }, looking()])).toEqual(["model"]);
});

test("edges have the kind of what they bring, and stay the same while nodes are moved", () => {
  const elements = new FlowElements(CATALOGUE);
  const none = new Set<string>();
  const edges = elements.edgesOf(start, none);
  expect(edges.map(({ data }) => data?.kind)).toEqual(["image", "image"]);
  const moved = withPositions(start, new Map([["crop", { x: 5, y: 5 }]]));
  expect(elements.edgesOf(moved, none)).toEqual(edges);
  expect(elements.edgesOf(moved, none)[0]).toBe(edges[0]);
  const [first, second] = elements.edgesOf(moved, new Set([edges[0]?.id ?? ""]));
  expect([first?.selected, second]).toEqual([true, edges[1]]);
});

test("a group has a frame behind its members, which follows them", () => {
  const elements = new FlowElements(CATALOGUE);
  const grouped = groupNodes(start, new Set(["photo", "crop"]), "Images");
  const [frame, ...nodes] = elements.nodesOf(grouped, looking());
  expect(frame).toMatchObject({ type: "frame", zIndex: -1, selectable: false });
  expect(nodes.map(({ id }) => id)).toEqual(["photo", "crop", "model"]);
  expect(elements.nodesOf(grouped, looking())[0]).toBe(frame);
  const dragged = looking({ dragged: new Map([["crop", { x: 500, y: 0 }]]) });
  expect(elements.nodesOf(grouped, dragged)[0]?.width).toBeGreaterThan(frame?.width ?? Infinity);
});

test("in a large graph what was not drawn yet has an estimated size and ports", () => {
  const many = graph(Array.from({ length: VIRTUALIZE_ABOVE + 1 }, (_, at) => node(`n${at}`)));
  const unmeasured = looking({ sizes: new Map([["n0", size]]) });
  const [first, second] = new FlowElements(CATALOGUE).nodesOf(many, unmeasured);
  expect([first?.measured, first?.handles]).toEqual([size, undefined]);
  expect(second?.measured?.width).toBe(NODE_WIDTH);
  expect(second?.handles?.map(({ type }) => type)).toContain("source");
  const few = new FlowElements(CATALOGUE).nodesOf(start, looking({ sizes: new Map() }));
  expect(few.every(({ measured }) => measured === undefined)).toBe(true);
});
