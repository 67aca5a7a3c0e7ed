/** Buttons of the panels: each tells what went wrong. */

import { sentenceOf } from "../../api/client";
import { readRunGraph } from "../../api/runs";
import type { VersionRead } from "../../api/versions";
import { undoOnce } from "../../editing/actions";
import { isReadOnly, useDocument } from "../../stores/document";
import { openInPanel } from "../../stores/view";
import { notify } from "../../stores/session";
import { backToNow, lookAtRun, lookAtVersion, restore } from "../../sync/versionPreview";
import { openRun, showNewestRun } from "../../sync/runs";

export function tellError(error: unknown): void {
  notify(sentenceOf(error), "error");
}

/** Shows what a run did: on the canvas as it is, or as it was if something old is there anyway. */
export async function showRunOnCanvas(runId: string): Promise<void> {
  await (isReadOnly() ? lookAtRun(runId) : openRun(runId)).catch(tellError);
}

export async function showRunAsItWas(runId: string): Promise<void> {
  await lookAtRun(runId).catch(tellError);
}

export async function showVersion(version: VersionRead): Promise<void> {
  const { workflowId } = useDocument.getState();
  if (workflowId !== null) await lookAtVersion(workflowId, version).catch(tellError);
}

/** Closes the run that is open in the panel; the canvas shows the newest one again. */
export function closeRun(): void {
  openInPanel(null);
  const { workflowId } = useDocument.getState();
  if (workflowId !== null && !isReadOnly()) void showNewestRun(workflowId);
}

export async function restoreNow(version: string): Promise<void> {
  try {
    if (!(await restore(version))) return; // the dialog asks
    notify("Restored. What was here before stays in the history.", "success", {
      label: "Undo",
      run: undoOnce,
    });
  } catch (error) {
    tellError(error);
  }
}

/** Restores the workflow that a run ran. */
export async function restoreRun(runId: string): Promise<void> {
  const was = await readRunGraph(runId).catch(tellError);
  if (was) await restoreNow(was.revision === null ? was.id : String(was.revision));
}

export { backToNow };
