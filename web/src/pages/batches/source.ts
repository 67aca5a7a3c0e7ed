/** What a batch is made from: a pasted table or a file, sent as it is. */

import { previewWorkflowBatch, startWorkflowBatch } from "../../api/sdk";
import type { BatchPreview, BatchRead } from "../../generated/api";

export interface BatchSource {
  name: string;
  content: Blob;
}

/** The input of each column that was chosen by hand; null: the column is left out. */
export type Mapping = Readonly<Record<string, string | null>>;

export function pastedTable(text: string): BatchSource {
  return { name: "Pasted table", content: new Blob([text]) };
}

export function previewBatch(
  workflowId: number,
  source: BatchSource,
  mapping: Mapping,
  signal: AbortSignal,
): Promise<BatchPreview> {
  return previewWorkflowBatch({ ...request(workflowId, source, mapping), signal });
}

/** Starts a batch; sent again with the same key, it is the same one. */
export function startBatch(
  workflowId: number,
  source: BatchSource,
  mapping: Mapping,
  key: string,
): Promise<BatchRead> {
  const { headers, ...rest } = request(workflowId, source, mapping);
  return startWorkflowBatch({ ...rest, headers: { ...headers, "Idempotency-Key": key } });
}

function request(workflowId: number, { name, content }: BatchSource, mapping: Mapping) {
  const chosen = Object.keys(mapping).length > 0 ? { mapping: JSON.stringify(mapping) } : {};
  return {
    path: { workflowId },
    query: { name: name.slice(0, 200), ...chosen },
    headers: { "Content-Type": "application/octet-stream" },
    body: content as never, // as it is: what it holds, the server sees
    bodySerializer: (body: unknown) => body,
  };
}
