/** Files for people: given out through the browser's own downloads. */

import { client, errorMessage } from "../api/client";
import { notify } from "../stores/session";

export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Downloads a result under a name that people gave: its own address would call it by its id. */
export async function downloadResult(url: string, name: string): Promise<void> {
  try {
    const { data } = await client.get<{ 200: Blob }, unknown, true>({ url, parseAs: "blob" });
    download(name, data);
  } catch (error) {
    notify(errorMessage(error), "error");
  }
}

/** Downloads a workflow as it is on the server; what goes wrong is told. */
export async function downloadWorkflow(workflowId: number, assets: boolean): Promise<void> {
  try {
    const { data, response } = await client.get<{ 200: Blob }, unknown, true>({
      url: "/api/workflows/{workflowId}/export",
      path: { workflowId },
      query: { assets },
      parseAs: "blob",
    });
    download(fileNameOf(response) ?? "workflow.json", data);
  } catch (error) {
    notify(errorMessage(error), "error");
  }
}

function fileNameOf({ headers }: Response): string | null {
  const header = headers.get("Content-Disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  return encoded ? decodeURIComponent(encoded) : null;
}
