/** Problems of a graph that is not on the canvas, each under the name of what it is about. */

import type { Problem } from "../../../generated/api";
import type { GraphEdge, GraphNode } from "../../../graph/document";
import { nodeNames, withNodeNames, withoutName } from "../../../graph/names";
import { type Catalogue, portOf } from "../../../graph/node-types/catalogue";
import { formOf } from "../../../graph/node-types/form";

export interface ProblemPlace {
  place: string;
  /** What is wrong there, each in a sentence. */
  messages: string[];
}

/** Keys under which other programs put the graph. */
const WRAPPER_KEYS = ["workflow", "graph", "flow", "data"];

/** `document` is the graph as it came, which may be none; places come in the order of `problems`. */
export function problemsByPlace(
  problems: readonly Problem[],
  document: unknown,
  catalogue: Catalogue,
): ProblemPlace[] {
  const { nodes, edges } = readElements(document);
  const names = nodeNames(nodes, catalogue);
  const places = new Map<string, Set<string>>();
  for (const problem of problems) {
    const place = placeOf(problem, { nodes, edges }, names, catalogue);
    const message = withNodeNames(withoutName(problem.message), nodes, catalogue);
    places.set(place, (places.get(place) ?? new Set()).add(message));
  }
  return [...places].map(([place, messages]) => ({ place, messages: [...messages] }));
}

interface Elements {
  nodes: readonly GraphNode[];
  edges: readonly Partial<GraphEdge>[];
}

function placeOf(
  problem: Problem,
  elements: Elements,
  names: ReadonlyMap<string, string>,
  catalogue: Catalogue,
): string {
  const { nodeId, edgeId } = problem;
  if (nodeId) {
    const within = fieldTitle(problem, elements.nodes, catalogue);
    return [names.get(nodeId) ?? "A node", within].filter(Boolean).join(", ");
  }
  const edge = elements.edges.find(({ id }) => id === edgeId);
  return edgeId
    ? connectionName(names.get(edge?.source ?? ""), names.get(edge?.target ?? ""))
    : "The workflow";
}

/** What the form calls the param or the input that a problem is about. */
function fieldTitle(
  { nodeId, param, port }: Problem,
  nodes: readonly GraphNode[],
  catalogue: Catalogue,
): string | undefined {
  const spec = catalogue.byId.get(nodes.find(({ id }) => id === nodeId)?.type ?? "");
  const fields = spec ? formOf(spec).flatMap((group) => group.fields) : [];
  return fields.find(({ name }) => name === param)?.title ?? portOf(spec, port)?.title;
}

function connectionName(from: string | undefined, to: string | undefined): string {
  if (from && to) return `The connection from ${from} to ${to}`;
  if (from) return `A connection from ${from}`;
  return to ? `A connection to ${to}` : "A connection";
}

function readElements(document: unknown): Elements {
  const outer = object(document);
  const inner = WRAPPER_KEYS.map((key) => object(outer[key])).find(({ nodes }) => nodes);
  const graph = outer["nodes"] ? outer : (inner ?? {});
  return {
    nodes: list(graph["nodes"]).flatMap(({ id, type, data }) =>
      typeof id === "string" && typeof type === "string"
        ? [{ id, type, position: { x: 0, y: 0 }, data: object(data) as GraphNode["data"] }]
        : [],
    ),
    edges: list(graph["edges"]),
  };
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
