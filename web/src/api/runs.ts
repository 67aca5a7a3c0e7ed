/** Runs on the server. */

import type { RunCreate, RunStatus } from "../generated/api";
import { zNodeExecutionRead, zRunPage, zRunRead } from "../generated/api/zod.gen";
import type { Graph } from "../graph/document";
import { randomId } from "../graph/id";
import { requestJson, request } from "./client";
import { zHistoricalGraph } from "./workflows";

export type {
  NodeExecutionRead,
  RunRead,
  RunStatus,
  RunSummary,
  Usage,
  Value,
} from "../generated/api";

/** Starts a run. A key of its own makes sure that a repeated request starts no second one. */
export function startRun(workflowId: number, wanted: RunCreate) {
  return requestJson(zRunRead, `/api/workflows/${workflowId}/runs`, {
    method: "POST",
    json: wanted,
    headers: { "Idempotency-Key": randomId(24) },
  });
}

export function readRun(id: string, signal?: AbortSignal) {
  return requestJson(zRunRead, `/api/runs/${id}`, signal ? { signal } : {});
}

export function readRunNode(runId: string, nodeId: string, signal: AbortSignal) {
  const path = `/api/runs/${runId}/nodes/${encodeURIComponent(nodeId)}`;
  return requestJson(zNodeExecutionRead, path, { signal });
}

export interface ListRunsOptions {
  limit?: number;
  cursor?: string | null;
  /** Only runs in these states; none: in any. */
  statuses?: readonly RunStatus[];
}

/** Runs of a workflow, the newest first. */
export function listRuns(workflowId: number, wanted: ListRunsOptions = {}) {
  const { limit = 20, cursor, statuses = [] } = wanted;
  const query = new URLSearchParams({ limit: String(limit), ...(cursor ? { cursor } : {}) });
  for (const status of statuses) query.append("status", status);
  return requestJson(zRunPage, `/api/workflows/${workflowId}/runs?${query}`);
}

export interface HistoricalGraph {
  graph: Graph;
  /** The version's id, which always names it. */
  id: string;
  /** Null where the history does not know the version any more. */
  revision: number | null;
}

/** The graph that a run ran. */
export async function readRunGraph(id: string): Promise<HistoricalGraph> {
  const { name, nodes, edges, ...version } = await requestJson(
    zHistoricalGraph,
    `/api/runs/${id}/graph`,
  );
  return { id: version.id, revision: version.revision, graph: { name, nodes, edges } };
}

export async function cancelRun(id: string): Promise<void> {
  await request(`/api/runs/${id}/cancel`, { method: "POST" });
}
