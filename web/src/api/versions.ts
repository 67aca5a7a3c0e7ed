/** What a workflow was: its history on the server. */

import type { VersionMark } from "../generated/api";
import { zVersionPage, zVersionRead } from "../generated/api/zod.gen";
import { requestJson } from "./client";
import type { HistoricalGraph } from "./runs";
import { zHistoricalGraph } from "./workflows";

export type { VersionRead } from "../generated/api";

export interface ListVersionsOptions {
  limit?: number;
  cursor?: string | null;
  /** Every save, not only the last one of each session. */
  everySave?: boolean;
}

/** The history of a workflow, the newest first. */
export function listVersions(workflowId: number, wanted: ListVersionsOptions = {}) {
  const { limit = 30, cursor, everySave = false } = wanted;
  const query = new URLSearchParams({ limit: String(limit), ...(cursor ? { cursor } : {}) });
  if (everySave) query.set("every", "true");
  return requestJson(zVersionPage, `/api/workflows/${workflowId}/versions?${query}`);
}

/** A version by its revision or its id. */
export async function readVersion(workflowId: number, version: string): Promise<HistoricalGraph> {
  const path = `/api/workflows/${workflowId}/versions/${version}`;
  const { id, revision, ...graph } = await requestJson(zHistoricalGraph, path);
  return { id, revision, graph };
}

/** Names or pins a version: neither is ever forgotten. */
export function markVersion(workflowId: number, revision: number, mark: VersionMark) {
  const path = `/api/workflows/${workflowId}/versions/${revision}`;
  return requestJson(zVersionRead, path, { method: "PATCH", json: mark });
}
