/**
 * What may be connected with what. Which kinds fit which ports is the catalogue's to say. The
 * server's check has the same rules; both are held to `tests/cases/problems.json`.
 */

import {
  accepts,
  type Catalogue,
  formatKinds,
  type NodeTypeSpec,
  outputOf,
  type OutputPort,
  type Port,
  portOf,
  specOf,
} from "./node-types/catalogue";
import type { Graph, GraphEdge, GraphNode } from "./document";
import { OUTPUT_HANDLE } from "./document";
import { newId } from "./id";

export interface Connection {
  source: string;
  sourceHandle?: string | null | undefined;
  target: string;
  targetHandle?: string | null | undefined;
}

/** Why a connection is impossible: the code that the server's check has for it, and a sentence. */
export interface ConnectionProblem {
  code: "dangling_edge" | "unknown_handle" | "kind_mismatch" | "duplicate_connection" | "cycle";
  message: string;
}

/** What is wrong with a connection that would be added to the graph; null: it is possible. */
export function connectionProblem(
  graph: Pick<Graph, "nodes" | "edges">,
  catalogue: Catalogue,
  connection: Connection,
): ConnectionProblem | null {
  const source = graph.nodes.find((node) => node.id === connection.source);
  const target = graph.nodes.find((node) => node.id === connection.target);
  if (!source || !target) {
    return { code: "dangling_edge", message: "One of the two nodes is not there any more." };
  }
  if (source.id === target.id) {
    return { code: "cycle", message: "A node cannot be connected with itself." };
  }
  const output = outputOf(specOf(catalogue, source), connection.sourceHandle);
  const port = portOf(specOf(catalogue, target), connection.targetHandle);
  if (!output || !port)
    return { code: "unknown_handle", message: "There is no such input or output." };
  if (!accepts(catalogue, port, output)) {
    const [given, taken] = [formatOutput(catalogue, output), formatKinds(catalogue, port.kinds)];
    const message = `“${port.title}” takes ${taken}, and this gives ${given}.`;
    return { code: "kind_mismatch", message };
  }
  const entering = graph.edges.filter((edge) => targetsSameInput(edge, connection));
  if (entering.some((edge) => edge.source === source.id)) {
    return { code: "duplicate_connection", message: "These two are connected already." };
  }
  if (downstream(graph.edges, target.id).has(source.id)) {
    const message = "That would be a circle: this output depends on the node it would enter.";
    return { code: "cycle", message };
  }
  return null;
}

function formatOutput(catalogue: Catalogue, { kind, isList }: OutputPort): string {
  return (isList ? "a list of: " : "") + formatKinds(catalogue, [kind]);
}

/** Why the connection is impossible, as a sentence; null: it is possible. */
export function connectionError(
  graph: Pick<Graph, "nodes" | "edges">,
  catalogue: Catalogue,
  connection: Connection,
): string | null {
  return connectionProblem(graph, catalogue, connection)?.message ?? null;
}

export interface CompatibleInput {
  output: OutputPort;
  node: GraphNode;
  spec: NodeTypeSpec;
  port: Port;
}

/** Every input that an output of a node could be connected with; of each node, likely ones first. */
export function compatibleInputs(
  graph: Graph,
  catalogue: Catalogue,
  sourceNode: GraphNode,
): CompatibleInput[] {
  const outputs = specOf(catalogue, sourceNode)?.outputs ?? [];
  return graph.nodes.flatMap((node) => {
    const spec = specOf(catalogue, node);
    if (!spec) return [];
    const ports = spec.inputs.toSorted((a, b) => portPriority(b) - portPriority(a));
    const found = ports.flatMap((port) => outputs.map((output) => ({ output, node, spec, port })));
    return found.filter(({ output, port }) => {
      const from = { source: sourceNode.id, sourceHandle: output.handle };
      const connection = { ...from, target: node.id, targetHandle: port.handle };
      return !connectionProblem(graph, catalogue, connection);
    });
  });
}

/**
 * The connection that is most likely meant where a line from a handle ends at a node rather than at
 * one of its handles; or why there is none.
 */
export function connectionWithNode(
  graph: Pick<Graph, "nodes" | "edges">,
  catalogue: Catalogue,
  from: { nodeId: string; handle: string; type: "source" | "target" },
  nodeId: string,
): { connection: Connection } | { error: string } {
  const node = graph.nodes.find(({ id }) => id === nodeId);
  const spec = node && specOf(catalogue, node);
  const inputs = spec?.inputs.toSorted((a, b) => portPriority(b) - portPriority(a)) ?? [];
  const candidates: Connection[] =
    from.type === "source"
      ? inputs.map(({ handle }) => ({
          ...{ source: from.nodeId, sourceHandle: from.handle, target: nodeId },
          targetHandle: handle,
        }))
      : (spec?.outputs ?? []).map(({ handle }) => ({
          ...{ source: nodeId, sourceHandle: handle, target: from.nodeId },
          targetHandle: from.handle,
        }));
  const problems = candidates.map((each) => connectionProblem(graph, catalogue, each));
  const found = candidates[problems.indexOf(null)];
  if (found) return { connection: found };
  // Of many inputs that take something else, none is worth naming.
  const several = from.type === "source";
  const told = problems.find((problem) => !several || problem?.code !== "kind_mismatch");
  return { error: told?.message ?? "This node has no input for that." };
}

/** How likely an input is meant: what must be connected, or takes many, is made for it. */
export function portPriority(port: Port): number {
  const { preferred, required, many, param } = port;
  return (preferred ? 8 : 0) + (required ? 4 : 0) + (many ? 2 : 0) + (param ? 0 : 1);
}

/** Whether the edge enters the same input as the connection. */
export function targetsSameInput(edge: GraphEdge, connection: Connection): boolean {
  return edge.target === connection.target && edge.targetHandle === connection.targetHandle;
}

/** The node and everything that depends on it. */
export function downstream(edges: readonly GraphEdge[], from: string): Set<string> {
  return reachableFrom(from, adjacency(edges, "source", "target"));
}

/** The node and everything it needs. */
export function upstream(edges: readonly GraphEdge[], from: string): Set<string> {
  return reachableFrom(from, adjacency(edges, "target", "source"));
}

function adjacency(
  edges: readonly GraphEdge[],
  from: "source" | "target",
  to: "source" | "target",
): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    const list = next.get(edge[from]);
    if (list) list.push(edge[to]);
    else next.set(edge[from], [edge[to]]);
  }
  return next;
}

function reachableFrom(from: string, next: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set([from]);
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const other of next.get(id) ?? []) {
      if (seen.has(other)) continue;
      seen.add(other);
      open.push(other);
    }
  }
  return seen;
}

/** Connects; where the input takes one value only, the new edge replaces the one that was there. */
export function connect(graph: Graph, catalogue: Catalogue, connection: Connection): Graph {
  if (connectionError(graph, catalogue, connection)) return graph;
  const target = graph.nodes.find((node) => node.id === connection.target);
  const port = target && portOf(specOf(catalogue, target), connection.targetHandle);
  const kept = port?.many
    ? graph.edges
    : graph.edges.filter((edge) => !targetsSameInput(edge, connection));
  const edge: GraphEdge = {
    id: newId("edge"),
    source: connection.source,
    sourceHandle: connection.sourceHandle ?? OUTPUT_HANDLE,
    target: connection.target,
    targetHandle: connection.targetHandle ?? null,
  };
  return { ...graph, edges: [...kept, edge] };
}
