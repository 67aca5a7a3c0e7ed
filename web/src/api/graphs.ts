/** The calls that bring or take graphs. What the editor does not know in them is kept. */

import type { Edge } from "../generated/api";
import {
  type Declarations,
  type Graph,
  NO_DECLARATIONS,
  persistentGraph,
  type Viewport,
  withDeclarations,
} from "../graph/document";
import * as sdk from "./sdk";

/** A graph apart from what the server knows about it. */
function splitGraph<T extends Declarations & { name: string; nodes: unknown; edges: unknown }>({
  name,
  nodes,
  edges,
  inputs,
  outputs,
  ...about
}: T) {
  const graph = { name, nodes, edges, ...withDeclarations({ inputs, outputs }) };
  return { ...about, graph: graph as Graph };
}

export async function readWorkflow(workflowId: number, signal: AbortSignal | null = null) {
  return splitGraph(await sdk.readWorkflow({ path: { workflowId }, signal }));
}

export type StoredWorkflow = Pick<
  Awaited<ReturnType<typeof readWorkflow>>,
  "graph" | "id" | "revision" | "viewport"
>;

/** Makes a workflow without any node; gives its id. */
export async function createWorkflow(): Promise<number> {
  const body = { name: "Untitled workflow", nodes: [], edges: [] };
  return (await sdk.createWorkflow({ body })).id;
}

/** Saves the whole graph. Raises ApiError 409 if somebody saved since `revision`. */
export async function saveWorkflow(
  workflowId: number,
  revision: number,
  graph: Graph,
  viewport: Viewport,
): Promise<StoredWorkflow> {
  const { name, nodes, edges, declarations } = persistentGraph(graph);
  const { inputs, outputs } = declarations ?? NO_DECLARATIONS;
  return splitGraph(
    await sdk.saveWorkflow({
      path: { workflowId },
      headers: { "If-Match": String(revision) },
      body: {
        ...{ name, nodes: [...nodes], edges: [...edges] as Edge[], viewport },
        ...{ inputs: [...inputs], outputs: [...outputs] },
      },
    }),
  );
}

/** Saves an old version as the next revision. Raises ApiError 409 if somebody saved since `revision`. */
export async function restoreVersion(
  workflowId: number,
  version: string,
  revision: number,
): Promise<StoredWorkflow> {
  const headers = { "If-Match": String(revision) };
  return splitGraph(await sdk.restoreVersion({ path: { workflowId, version }, headers }));
}

/** A version by its revision or its id. */
export async function readVersion(workflowId: number, version: string) {
  return splitGraph(await sdk.readVersion({ path: { workflowId, version } }));
}

/** The graph that a run ran. */
export async function readRunGraph(runId: string) {
  return splitGraph(await sdk.readRunGraph({ path: { runId } }));
}

/** A graph of the history; `revision` is null where the history does not know it any more. */
export type HistoricalGraph = Awaited<ReturnType<typeof readRunGraph>>;
