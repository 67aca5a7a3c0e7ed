/** Buttons of the panels: each tells what went wrong. */

import { errorMessage } from "../../api/client";
import { readRunGraph } from "../../api/graphs";
import type { VersionRead } from "../../generated/api";
import { undoStep } from "../../editing/actions";
import { isReadOnly, useDocument } from "../../stores/document";
import { openRunInPanel } from "../../stores/view";
import { notify } from "../../stores/session";
import { versionRef } from "../../sync/versionPreview";
import { editor } from "../../sync/editor";

export function notifyError(error: unknown): void {
  notify(errorMessage(error), "error");
}

/** Shows what a run did: on the canvas as it is, or as it was if something old is there anyway. */
export async function showRunOnCanvas(runId: string): Promise<void> {
  await (isReadOnly() ? editor.preview.showRun(runId) : editor.runs.openRun(runId)).catch(
    notifyError,
  );
}

export async function showRunGraph(runId: string): Promise<void> {
  await editor.preview.showRun(runId).catch(notifyError);
}

export async function showVersion(version: VersionRead): Promise<void> {
  const { workflowId } = useDocument.getState();
  if (workflowId !== null) await editor.preview.showVersion(workflowId, version).catch(notifyError);
}

/** Closes the run that is open in the panel; the canvas shows the newest one again. */
export function closeRun(): void {
  openRunInPanel(null);
  const { workflowId } = useDocument.getState();
  if (workflowId !== null && !isReadOnly()) void editor.runs.showLatest(workflowId);
}

export async function restoreWithNotice(version: string): Promise<void> {
  try {
    if (!(await editor.preview.restore(version))) return; // the dialog asks
    notify("Restored. What was here before stays in the history.", "success", {
      label: "Undo",
      run: undoStep,
    });
  } catch (error) {
    notifyError(error);
  }
}

/** Restores the workflow that a run ran. */
export async function restoreRunGraph(runId: string): Promise<void> {
  const was = await readRunGraph(runId).catch(notifyError);
  if (was) await restoreWithNotice(versionRef(was));
}

/** Puts the document back on the canvas. */
export function closePreview(): void {
  editor.preview.close();
}
