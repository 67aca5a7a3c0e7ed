/** Copying parts of a graph, within a workflow and between workflows and windows. */

import { z } from "zod/mini";
import {
  type Graph,
  type GraphEdge,
  type GraphNode,
  groupOf,
  persistent,
  type Point,
} from "./document";
import { newId } from "./id";

const FORMAT = "nodeloom/graph";

export interface Clip {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

const zPoint = z.object({ x: z.number(), y: z.number() });

export const zNode = z.looseObject({
  id: z.string().check(z.minLength(1)),
  type: z.string().check(z.minLength(1)),
  position: zPoint,
  data: z._default(z.record(z.string(), z.json()), {}),
});

export const zEdge = z.looseObject({
  id: z.string().check(z.minLength(1)),
  source: z.string(),
  sourceHandle: z.nullish(z.string()),
  target: z.string(),
  targetHandle: z.nullish(z.string()),
  data: z.nullish(z.record(z.string(), z.json())),
});

const zClip = z.object({
  format: z.literal(FORMAT),
  nodes: z.array(zNode),
  edges: z.array(zEdge),
});

/** The nodes and the edges between them. */
export function copyNodes(graph: Graph, nodeIds: ReadonlySet<string>): Clip {
  return {
    nodes: graph.nodes.filter((node) => nodeIds.has(node.id)).map(persistent),
    edges: graph.edges
      .filter((edge) => nodeIds.has(edge.source) && nodeIds.has(edge.target))
      .map(persistent),
  };
}

/** What goes to the clipboard: readable text, so that it can also be sent to somebody. */
export function serializeClip(clip: Clip): string {
  return JSON.stringify({ format: FORMAT, ...clip }, null, 1);
}

/** Reads the clipboard; null: there is something else in it. */
export function parseClip(text: string): Clip | null {
  if (!text.includes(FORMAT)) return null;
  try {
    return zClip.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The clip with ids of its own, its upper left corner at a point. */
export function withNewIds(clip: Clip, at: Point): Clip {
  const left = Math.min(...clip.nodes.map((node) => node.position.x));
  const top = Math.min(...clip.nodes.map((node) => node.position.y));
  const ids = new Map(clip.nodes.map((node) => [node.id, newId(node.type)]));
  const groups = new Map<string, string>();
  const nodes = clip.nodes.map((node) => ({
    ...withNewGroupId(node, groups),
    id: ids.get(node.id) ?? node.id,
    position: { x: at.x + node.position.x - left, y: at.y + node.position.y - top },
  }));
  const edges = clip.edges.map((edge) => ({
    ...edge,
    id: newId("edge"),
    source: ids.get(edge.source) ?? edge.source,
    target: ids.get(edge.target) ?? edge.target,
  }));
  return { nodes, edges };
}

function withNewGroupId(node: GraphNode, groups: Map<string, string>): GraphNode {
  const group = groupOf(node);
  if (!group) return node;
  const id = groups.get(group.id) ?? newId("group");
  groups.set(group.id, id);
  return { ...node, group: { ...group, id } };
}

export function insertClip(graph: Graph, clip: Clip): Graph {
  return {
    ...graph,
    nodes: [...graph.nodes, ...clip.nodes],
    edges: [...graph.edges, ...clip.edges],
  };
}
