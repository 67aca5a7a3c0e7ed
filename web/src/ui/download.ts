/** Files for people: given out through the browser's own downloads. */

import { errorMessage } from "../api/client";
import { exportWorkflow } from "../api/transfer";
import { notify } from "../stores/session";

export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Downloads a workflow as it is on the server; what goes wrong is told. */
export async function downloadWorkflow(id: number, withAssets: boolean): Promise<void> {
  try {
    const { name, content } = await exportWorkflow(id, withAssets);
    download(name, content);
  } catch (error) {
    notify(errorMessage(error), "error");
  }
}
