/** Runs on the server. */

import type { RunCreate } from "../generated/api";
import { zRunPage, zRunRead } from "../generated/api/zod.gen";
import { randomWord } from "../graph/id";
import { call, send } from "./client";

export type { NodeExecutionRead, RunRead, RunSummary } from "../generated/api";

/** Starts a run. A key of its own makes sure that a repeated request starts no second one. */
export function startRun(workflowId: number, wanted: RunCreate) {
  return call(zRunRead, `/api/workflows/${workflowId}/runs`, {
    method: "POST",
    json: wanted,
    headers: { "Idempotency-Key": randomWord(24) },
  });
}

export function readRun(id: string, signal?: AbortSignal) {
  return call(zRunRead, `/api/runs/${id}`, signal ? { signal } : {});
}

export function listRuns(workflowId: number, limit = 20, cursor: string | null = null) {
  const query = new URLSearchParams({ limit: String(limit), ...(cursor ? { cursor } : {}) });
  return call(zRunPage, `/api/workflows/${workflowId}/runs?${query}`);
}

export async function cancelRun(id: string): Promise<void> {
  await send(`/api/runs/${id}/cancel`, { method: "POST" });
}
