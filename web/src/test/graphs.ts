/** Graphs and the real catalogue, for tests. */

import type { NodeTypePage } from "../generated/api";
import page from "../generated/catalogue.json" with { type: "json" };
import { makeCatalogue, type OutputPort } from "../graph/node-types/catalogue";
import type { Graph, GraphEdge, GraphNode, NodeData } from "../graph/document";

const PAGE = page as unknown as NodeTypePage;
export const CATALOGUE = makeCatalogue(PAGE);

export function node(id: string, type = "text", data: NodeData = {}, x = 0, y = 0): GraphNode {
  return { id, type, position: { x, y }, data };
}

/** `edge("a", "b.image")`: from the output of a to the input image of b. */
export function edge(source: string, to: string, id = `${source}-${to}`): GraphEdge {
  const [target = "", targetHandle = ""] = to.split(".");
  return { id, source, sourceHandle: "output", target, targetHandle };
}

export function graph(nodes: GraphNode[], edges: GraphEdge[] = [], name = "Test"): Graph {
  return { name, nodes, edges };
}

function output(handle: string, kind: OutputPort["kind"], isList = false): OutputPort {
  return { handle, kind, isList, title: handle.toUpperCase(), description: "" };
}

/** The real catalogue and a node type `fork`, which has more than one output. */
export const FORKING_CATALOGUE = makeCatalogue({
  ...PAGE,
  items: [
    ...PAGE.items,
    ...PAGE.items.slice(0, 1).map((spec) => ({
      ...spec,
      ...{ id: "fork", title: "Fork", inputs: [] },
      outputs: [output("yes", "text"), output("number", "number"), output("all", "image", true)],
    })),
  ],
});
