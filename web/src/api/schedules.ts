/** Schedules of workflows: when they run by themselves. */

import type { z } from "zod/mini";
import type { Overlap } from "../generated/api";
import {
  zNextTimes,
  type zScheduleCreate,
  zSchedulePage,
  zScheduleRead,
  type zScheduleUpdate,
} from "../generated/api/zod.gen";
import { requestJson, request } from "./client";

export type { Overlap };
export type ScheduleRead = z.infer<typeof zScheduleRead>;
export type Timing = ScheduleRead["timing"];
export type TickRead = NonNullable<ScheduleRead["lastTick"]>;
type ScheduleCreate = z.input<typeof zScheduleCreate>;
type ScheduleUpdate = z.input<typeof zScheduleUpdate>;

/** The schedules of a workflow, the newest first. */
export function listSchedules(workflowId: number, cursor: string | null = null) {
  const query = new URLSearchParams({ limit: "50", ...(cursor ? { cursor } : {}) });
  return requestJson(zSchedulePage, `/api/workflows/${workflowId}/schedules?${query}`);
}

export function createSchedule(workflowId: number, wanted: ScheduleCreate) {
  return requestJson(zScheduleRead, `/api/workflows/${workflowId}/schedules`, {
    method: "POST",
    json: wanted,
  });
}

export function changeSchedule(id: string, wanted: ScheduleUpdate) {
  return requestJson(zScheduleRead, `/api/schedules/${id}`, { method: "PATCH", json: wanted });
}

export async function deleteSchedule(id: string): Promise<void> {
  await request(`/api/schedules/${id}`, { method: "DELETE" });
}

/** The next times that there would be. Raises ApiError, which says what is wrong with the timing. */
export async function previewTimes(workflowId: number, timing: Timing, signal: AbortSignal) {
  const path = `/api/workflows/${workflowId}/schedules/preview`;
  return (await requestJson(zNextTimes, path, { method: "POST", json: { timing }, signal }))
    .nextTimes;
}
