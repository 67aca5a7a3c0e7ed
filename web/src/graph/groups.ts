/** Groups: sets of nodes with a name, drawn as a frame around them. A node is in one at most. */

import { type Graph, type GraphNode, type Group, groupOf, type Point } from "./document";
import { newId } from "./id";

export interface Box extends Point {
  width: number;
  height: number;
}

export interface GroupFrame extends Group {
  box: Box;
  nodeIds: string[];
}

const PADDING = 28;
const HEADER = 36;

export function groupNodes(graph: Graph, nodeIds: ReadonlySet<string>, label = "Group"): Graph {
  const group: Group = { id: newId("group"), label };
  const nodes = graph.nodes.map((node) => (nodeIds.has(node.id) ? { ...node, group } : node));
  return { ...graph, nodes };
}

/** Dissolves every group that one of the nodes is in. */
export function ungroupNodes(graph: Graph, nodeIds: ReadonlySet<string>): Graph {
  const ids = new Set(
    graph.nodes.filter((node) => nodeIds.has(node.id)).map((node) => groupOf(node)?.id),
  );
  const nodes = graph.nodes.map((node) => {
    const group = groupOf(node);
    if (!group || !ids.has(group.id)) return node;
    const { group: dropped, ...rest } = node;
    return rest;
  });
  return { ...graph, nodes };
}

export function renameGroup(graph: Graph, groupId: string, label: string): Graph {
  const nodes = graph.nodes.map((node) =>
    groupOf(node)?.id === groupId ? { ...node, group: { id: groupId, label } } : node,
  );
  return { ...graph, nodes };
}

/** The frame of every group, around the boxes of its members. */
export function groupFrames(
  graph: Pick<Graph, "nodes">,
  boxOf: (node: GraphNode) => Box | null,
): GroupFrame[] {
  const members = new Map<string, { group: Group; boxes: Box[]; nodeIds: string[] }>();
  for (const node of graph.nodes) {
    const group = groupOf(node);
    const box = group && boxOf(node);
    if (!group || !box) continue;
    const entry = members.get(group.id) ?? { group, boxes: [], nodeIds: [] };
    entry.boxes.push(box);
    entry.nodeIds.push(node.id);
    members.set(group.id, entry);
  }
  return [...members.values()].map(({ group, boxes, nodeIds }) => ({
    ...group,
    nodeIds,
    box: withPadding(boundingBox(boxes)),
  }));
}

export function boundingBox(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

export function overlap(a: Box, b: Box): boolean {
  const apart =
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  return !apart;
}

function withPadding(box: Box): Box {
  return {
    x: box.x - PADDING,
    y: box.y - PADDING - HEADER,
    width: box.width + 2 * PADDING,
    height: box.height + 2 * PADDING + HEADER,
  };
}
