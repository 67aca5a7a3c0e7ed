import { expect, test } from "vitest";
import { edge, graph, node } from "../../test/graphs";
import type { Graph, Point } from "../document";
import { withPositions } from "../document";
import { overlap } from "../groups";
import { autoLayout } from "./autoLayout";

const SIZE = { width: 300, height: 200 };
const sizeOf = () => SIZE;

/** Parts of a chain and two inputs each. */
function manyParts(count: number): Graph {
  const ids = Array.from({ length: count }, (_, part) =>
    ["a", "b", "c", "d"].map((x) => `${x}${part}`),
  );
  const nodes = ids.flat().map((id, index) => ({
    ...node(id),
    position: { x: (index * 733) % 1500, y: (index * 517) % 1100 },
  }));
  const edges = ids.flatMap(([a = "", b = "", c = "", d = ""]) => [
    edge(a, `${c}.userMessage`),
    edge(b, `${c}.systemPrompt`),
    edge(c, `${d}.userMessage`),
  ]);
  return graph(nodes, edges);
}

function arranged(it: Graph): Graph {
  return withPositions(it, autoLayout(it, sizeOf));
}

function moves(before: Graph, after: Graph): number[] {
  const at = new Map(before.nodes.map(({ id, position }) => [id, position]));
  return after.nodes.flatMap(({ id, position }) => {
    const was = at.get(id);
    return was ? [Math.hypot(position.x - was.x, position.y - was.y)] : [];
  });
}

const positions = (it: Graph): Point[] => it.nodes.map(({ position }) => position);

test("nothing lies on anything else, and edges lead to the right", () => {
  const { nodes, edges } = arranged(manyParts(7));
  const boxes = nodes.map(({ position }) => ({ ...position, ...SIZE }));
  boxes.forEach((box, index) => {
    for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(false);
  });
  const left = new Map(nodes.map(({ id, position }) => [id, position.x]));
  for (const { source, target } of edges) {
    expect(left.get(source)).toBeLessThan(left.get(target) ?? 0);
  }
});

test("what is arranged stays as it is when it is arranged once more", () => {
  const once = arranged(manyParts(7));
  expect(positions(arranged(once))).toEqual(positions(once));
});

test("a node that was moved goes back, and no other moves", () => {
  const once = arranged(manyParts(7));
  const disturbed = withPositions(once, new Map([["c3", { x: -4000, y: 9000 }]]));
  expect(positions(arranged(disturbed))).toEqual(positions(once));
});

test("a node more moves others by no more than its room", () => {
  const once = arranged(manyParts(7));
  const more = { ...node("new"), position: { x: 0, y: 0 } };
  const grown = {
    ...once,
    nodes: [...once.nodes, more],
    edges: [...once.edges, edge("a3", "new.userMessage")],
  };
  const distances = moves(once, arranged(grown));
  expect(Math.max(...distances)).toBeLessThanOrEqual(SIZE.height + 48);
  expect(distances.filter((each) => each > 0).length).toBeLessThan(distances.length / 2);
});

test("separate parts fill a screen's shape rather than a column or a row", () => {
  const places = positions(arranged(manyParts(12)));
  const span = (values: number[]) => Math.max(...values) - Math.min(...values);
  const width = span(places.map(({ x }) => x)) + SIZE.width;
  const height = span(places.map(({ y }) => y)) + SIZE.height;
  expect(width / height).toBeGreaterThan(0.8);
  expect(width / height).toBeLessThan(3.2);
  const filled = (12 * 4 * SIZE.width * SIZE.height) / (width * height);
  expect(filled).toBeGreaterThan(0.3);
});
