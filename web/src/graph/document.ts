/** The document: what is saved and undone. React Flow's shapes, less what is volatile. */

import type { DeclaredInput, DeclaredOutput } from "../generated/api";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface Point {
  x: number;
  y: number;
}

export type NodeData = Record<string, Json>;

/** A set of nodes that belong together; every member carries it. */
export interface Group {
  id: string;
  label: string;
}

/** A node as React Flow has it; fields unknown to us are kept as they are. */
export interface GraphNode {
  id: string;
  type: string;
  position: Point;
  data: NodeData;
  [field: string]: unknown;
}

export interface GraphEdge {
  id: string;
  source: string;
  sourceHandle?: string | null | undefined;
  target: string;
  targetHandle?: string | null | undefined;
  data?: Record<string, Json> | null | undefined;
  [field: string]: unknown;
}

export interface Viewport extends Point {
  zoom: number;
}

/** What makes a workflow a function: params that calls give values for, outputs that are results. */
export interface Declarations {
  readonly inputs: readonly DeclaredInput[];
  readonly outputs: readonly DeclaredOutput[];
}

export const NO_DECLARATIONS: Declarations = { inputs: [], outputs: [] };

/** What a workflow is made of. Never changed in place: whoever changes it makes a new one. */
export interface Graph {
  name: string;
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** Absent: none. */
  declarations?: Declarations | undefined;
}

export const EMPTY_GRAPH: Graph = { name: "", nodes: [], edges: [] };

/** The handle of the one output that every node has. */
export const OUTPUT_HANDLE = "output";

export const MAX_LABEL_LENGTH = 200;

const VOLATILE_FIELDS = ["selected", "dragging", "resizing", "measured"];

/** The same record without the fields that say how the canvas looks right now. */
export function persistent<T extends GraphNode | GraphEdge>(record: T): T {
  if (!VOLATILE_FIELDS.some((field) => field in record)) return record;
  const kept = Object.entries(record).filter(([field]) => !VOLATILE_FIELDS.includes(field));
  return Object.fromEntries(kept) as T;
}

/** The same graph as it is sent to others. */
export function persistentGraph(graph: Graph): Graph {
  return {
    name: graph.name,
    nodes: graph.nodes.map(persistent),
    edges: graph.edges.map(persistent),
    ...withDeclarations(graph.declarations),
  };
}

/** The field of a graph that holds `declarations`; without any there is none. */
export function withDeclarations(
  declarations: Declarations | undefined,
): Pick<Graph, "declarations"> {
  const { inputs, outputs } = declarations ?? NO_DECLARATIONS;
  return inputs.length + outputs.length > 0 ? { declarations: { inputs, outputs } } : {};
}

export function byId<T extends { id: string }>(records: readonly T[]): Map<string, T> {
  return new Map(records.map((record) => [record.id, record]));
}

/** What people call the node: its label, else the title of its type. */
export function labelOf(node: GraphNode, typeTitle = node.type): string {
  const label = node.data["label"];
  return typeof label === "string" && label.trim() ? label : typeTitle;
}

export function groupOf(node: GraphNode): Group | null {
  const group = node["group"];
  if (typeof group !== "object" || group === null) return null;
  const { id, label } = group as Partial<Group>;
  return typeof id === "string" ? { id, label: typeof label === "string" ? label : "" } : null;
}

/** Gives `graph` with one node changed; the others stay the same objects. */
function withNode(graph: Graph, id: string, change: (node: GraphNode) => GraphNode): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.id === id ? change(node) : node)) };
}

/** Sets params of a node; an undefined value takes the param away, so its default holds. */
export function withData(
  graph: Graph,
  id: string,
  values: Record<string, Json | undefined>,
): Graph {
  return withNode(graph, id, (node) => {
    const entries = Object.entries({ ...node.data, ...values });
    const data = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    return { ...node, data: data as NodeData };
  });
}

export function withPositions(graph: Graph, positions: ReadonlyMap<string, Point>): Graph {
  const nodes = graph.nodes.map((node) => {
    const at = positions.get(node.id);
    if (!at || (at.x === node.position.x && at.y === node.position.y)) return node;
    return { ...node, position: { x: at.x, y: at.y } };
  });
  return { ...graph, nodes };
}

/** Takes nodes and edges away, and every edge and declaration that would dangle. */
export function withoutElements(
  graph: Graph,
  nodeIds: ReadonlySet<string>,
  edgeIds: ReadonlySet<string>,
): Graph {
  const { inputs, outputs } = graph.declarations ?? NO_DECLARATIONS;
  const stays = ({ nodeId }: { nodeId: string }) => !nodeIds.has(nodeId);
  return {
    name: graph.name,
    ...withDeclarations({ inputs: inputs.filter(stays), outputs: outputs.filter(stays) }),
    nodes: graph.nodes.filter((node) => !nodeIds.has(node.id)),
    edges: graph.edges.filter(
      (edge) => !edgeIds.has(edge.id) && !nodeIds.has(edge.source) && !nodeIds.has(edge.target),
    ),
  };
}
