/** What a workflow was: its history on the server. */

import type { VersionMark } from "../generated/api";
import { zVersionPage, zVersionRead } from "../generated/api/zod.gen";
import { call } from "./client";
import type { GraphAsItWas } from "./runs";
import { zGraphAsItWas } from "./workflows";

export type { VersionRead } from "../generated/api";

export interface VersionsWanted {
  limit?: number;
  cursor?: string | null;
  /** Every save, not only the last one of each session. */
  every?: boolean;
}

/** The history of a workflow, the newest first. */
export function listVersions(workflowId: number, wanted: VersionsWanted = {}) {
  const { limit = 30, cursor, every = false } = wanted;
  const query = new URLSearchParams({ limit: String(limit), ...(cursor ? { cursor } : {}) });
  if (every) query.set("every", "true");
  return call(zVersionPage, `/api/workflows/${workflowId}/versions?${query}`);
}

/** A version by its revision or its id. */
export async function readVersion(workflowId: number, version: string): Promise<GraphAsItWas> {
  const path = `/api/workflows/${workflowId}/versions/${version}`;
  const { id, revision, ...graph } = await call(zGraphAsItWas, path);
  return { id, revision, graph };
}

/** Names or pins a version: neither is ever forgotten. */
export function markVersion(workflowId: number, revision: number, mark: VersionMark) {
  const path = `/api/workflows/${workflowId}/versions/${revision}`;
  return call(zVersionRead, path, { method: "PATCH", json: mark });
}
