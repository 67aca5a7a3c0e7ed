/** Workflows on the server. */

import { z } from "zod/mini";
import { zCheckResult, zPlanRead, zWorkflowPage } from "../generated/api/zod.gen";
import type { RunCreate } from "../generated/api";
import { zEdge, zNode } from "../graph/clipboard";
import { type Graph, persistentGraph, type Point, type Viewport } from "../graph/document";
import { requestJson, request } from "./client";

const zViewport = z.object({ x: z.number(), y: z.number(), zoom: z.number().check(z.positive()) });

/** Read loosely: fields of nodes that we do not know are kept. */
const zWorkflow = z.object({
  id: z.number(),
  revision: z.number(),
  name: z.string(),
  nodes: z.array(zNode),
  edges: z.array(zEdge),
  viewport: zViewport,
  updatedAt: z.string(),
});

/** A graph of the history; read loosely, too. */
export const zHistoricalGraph = z.object({
  id: z.string(),
  revision: z.nullable(z.number()),
  name: z.string(),
  nodes: z.array(zNode),
  edges: z.array(zEdge),
});

export interface StoredWorkflow {
  id: number;
  revision: number;
  graph: Graph;
  viewport: Viewport;
  updatedAt: string;
}

function toStoredWorkflow({
  id,
  revision,
  viewport,
  updatedAt,
  ...graph
}: z.infer<typeof zWorkflow>) {
  return { id, revision, viewport, updatedAt, graph } satisfies StoredWorkflow;
}

const DEFAULT_VIEWPORT: Viewport = { x: 0, y: 0, zoom: 1 };

export async function readWorkflow(id: number, signal?: AbortSignal): Promise<StoredWorkflow> {
  return toStoredWorkflow(
    await requestJson(zWorkflow, `/api/workflows/${id}`, signal ? { signal } : {}),
  );
}

export async function createWorkflow(
  graph: Graph,
  viewport = DEFAULT_VIEWPORT,
): Promise<StoredWorkflow> {
  const json = { ...persistentGraph(graph), viewport };
  return toStoredWorkflow(await requestJson(zWorkflow, "/api/workflows", { method: "POST", json }));
}

/** Saves the whole graph. Raises ApiError 409 if somebody saved since `revision`. */
export async function saveWorkflow(
  id: number,
  revision: number,
  graph: Graph,
  viewport: Viewport,
): Promise<StoredWorkflow> {
  const json = { ...persistentGraph(graph), viewport };
  const headers = { "If-Match": String(revision) };
  return toStoredWorkflow(
    await requestJson(zWorkflow, `/api/workflows/${id}`, { method: "PUT", json, headers }),
  );
}

export async function savePositions(id: number, positions: Record<string, Point>): Promise<void> {
  await request(`/api/workflows/${id}/positions`, { method: "PATCH", json: { positions } });
}

export interface WorkflowFilter {
  /** A part of the name. */
  text?: string;
  sort?: "updated" | "name";
  /** Those that can be brought back, instead of the others. */
  deleted?: boolean;
}

export function listWorkflows(
  limit = 50,
  { text = "", sort = "updated", deleted = false }: WorkflowFilter = {},
  cursor: string | null = null,
  signal?: AbortSignal,
) {
  const query = new URLSearchParams({ limit: String(limit) });
  if (text) query.set("q", text);
  if (sort !== "updated") query.set("sort", sort);
  if (deleted) query.set("deleted", "true");
  if (cursor) query.set("cursor", cursor);
  return requestJson(zWorkflowPage, `/api/workflows?${query}`, signal ? { signal } : {});
}

/** Undoes a deletion. */
export async function undeleteWorkflow(id: number): Promise<void> {
  await request(`/api/workflows/${id}/undelete`, { method: "POST" });
}

/** Copies a workflow; gives the copy. */
export async function duplicateWorkflow(id: number): Promise<StoredWorkflow> {
  return toStoredWorkflow(
    await requestJson(zWorkflow, `/api/workflows/${id}/duplicate`, { method: "POST" }),
  );
}

export async function deleteWorkflow(id: number): Promise<void> {
  await request(`/api/workflows/${id}`, { method: "DELETE" });
}

export async function renameWorkflow(id: number, name: string): Promise<StoredWorkflow> {
  return toStoredWorkflow(
    await requestJson(zWorkflow, `/api/workflows/${id}`, { method: "PATCH", json: { name } }),
  );
}

/** Saves an old version as the next revision. Raises ApiError 409 if somebody saved since `revision`. */
export async function restoreVersion(
  id: number,
  version: string,
  revision: number,
): Promise<StoredWorkflow> {
  const path = `/api/workflows/${id}/versions/${version}/restore`;
  const headers = { "If-Match": String(revision) };
  return toStoredWorkflow(await requestJson(zWorkflow, path, { method: "POST", headers }));
}

/** Every problem of the graph as it is stored. */
export function checkWorkflow(id: number) {
  return requestJson(zCheckResult, `/api/workflows/${id}/check`, { method: "POST" });
}

/** What a run would do with each node. */
export function planWorkflow(id: number, wanted: RunCreate) {
  return requestJson(zPlanRead, `/api/workflows/${id}/plan`, { method: "POST", json: wanted });
}
