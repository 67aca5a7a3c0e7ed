/** Workflows as files: out, with their images if wanted, and in. */

import { z } from "zod/mini";
import { zProblem } from "../generated/api/zod.gen";
import { requestJson, request } from "./client";

/** A workflow that was made from a file or a template. */
export const zImportedWorkflow = z.object({
  workflow: z.object({ id: z.number(), name: z.string() }),
  /** What keeps it from running. */
  problems: z._default(z.array(zProblem), []),
  /** What was left out or changed. */
  notes: z._default(z.array(z.string()), []),
});

export type ImportedWorkflow = z.infer<typeof zImportedWorkflow>;

/** Takes a workflow in. `json` is the file's text; `name` is for a graph that has none. */
export function importWorkflow(json: string, name: string): Promise<ImportedWorkflow> {
  const query = new URLSearchParams(name ? { name: name.slice(0, 200) } : {});
  return requestJson(zImportedWorkflow, `/api/workflows/import?${query}`, {
    method: "POST",
    body: json,
    headers: { "Content-Type": "application/json" },
  });
}

export interface ExportedFile {
  name: string;
  content: Blob;
}

/** Gives a workflow as a file, with its images and videos inside if wanted. */
export async function exportWorkflow(id: number, withAssets: boolean): Promise<ExportedFile> {
  const query = withAssets ? "?assets=true" : "";
  const answer = await request(`/api/workflows/${id}/export${query}`);
  return { name: fileNameOf(answer) ?? "workflow.json", content: await answer.blob() };
}

function fileNameOf(answer: Response): string | null {
  const header = answer.headers.get("Content-Disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  return encoded ? decodeURIComponent(encoded) : null;
}
