/** Workflows as files: out, with their pictures if wanted, and in. */

import { z } from "zod";
import { zProblem } from "../generated/api/zod.gen";
import { call, send } from "./client";

/** A workflow that was made from a file or a template. */
export const zMade = z.object({
  workflow: z.object({ id: z.number(), name: z.string() }),
  /** What keeps it from running. */
  problems: z.array(zProblem).default([]),
  /** What was left out or changed. */
  notes: z.array(z.string()).default([]),
});

export type Made = z.infer<typeof zMade>;

/** Takes a workflow in. `json` is the file's text; `name` is for a graph that has none. */
export function importWorkflow(json: string, name: string): Promise<Made> {
  const query = new URLSearchParams(name ? { name: name.slice(0, 200) } : {});
  return call(zMade, `/api/workflows/import?${query}`, {
    method: "POST",
    body: json,
    headers: { "Content-Type": "application/json" },
  });
}

export interface FileOut {
  name: string;
  content: Blob;
}

/** Gives a workflow as a file, with its pictures and videos inside if wanted. */
export async function exportWorkflow(id: number, withAssets: boolean): Promise<FileOut> {
  const query = withAssets ? "?assets=true" : "";
  const answer = await send(`/api/workflows/${id}/export${query}`);
  return { name: nameOf(answer) ?? "workflow.json", content: await answer.blob() };
}

function nameOf(answer: Response): string | null {
  const said = answer.headers.get("Content-Disposition") ?? "";
  const coded = /filename\*=UTF-8''([^;]+)/i.exec(said)?.[1];
  return coded ? decodeURIComponent(coded) : null;
}
