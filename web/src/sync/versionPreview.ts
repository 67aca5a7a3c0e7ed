/** The canvas as it was: in a run, or in a version of the history. Looked at, and restored. */

import { ApiError } from "../api/client";
import { type HistoricalGraph, readRunGraph } from "../api/runs";
import { readVersion, type VersionRead } from "../api/versions";
import { readWorkflow, restoreVersion } from "../api/workflows";
import type { Viewport } from "../graph/document";
import { restoreStash, isReadOnly, stashAndShow, useDocument } from "../stores/document";
import { resetView, type VersionPreview, useView } from "../stores/view";
import { type RunsState, showRun, useRuns } from "../stores/runs";
import { useServer } from "../stores/server";
import { select, useSession } from "../stores/session";
import { openRun } from "./runs";
import { offerRestored, pauseSaving, flush, adoptRestored } from "./save";

type Shown = Pick<RunsState, "shownId" | "fallbackRunIds">;

/** How to come back from the past. */
interface ReturnState {
  resumeSaving: () => void;
  shown: Shown;
  viewport: Viewport;
}

let returnState: ReturnState | null = null;

/** Shows the graph of a run with what it did. Raises ApiError. */
export async function previewRunGraph(runId: string): Promise<void> {
  const shown = useRuns.getState();
  const [run, was] = await Promise.all([openRun(runId), readRunGraph(runId)]);
  const past = { version: versionRef(was), savedAt: run.createdAt, runId, label: null };
  await showPreview(run.workflowId, was, past, shown);
}

/** Shows a version, without any run. Raises ApiError. */
export async function previewVersion(workflowId: number, version: VersionRead): Promise<void> {
  const shown = useRuns.getState();
  const was = await readVersion(workflowId, String(version.revision));
  const past = {
    version: versionRef(was),
    savedAt: version.createdAt,
    runId: null,
    label: version.label,
  };
  await showPreview(workflowId, was, past, shown);
  showRun(null);
}

function versionRef({ id, revision }: HistoricalGraph): string {
  return revision === null ? id : String(revision);
}

async function showPreview(
  workflowId: number,
  was: HistoricalGraph,
  versionPreview: VersionPreview,
  shown: Shown,
): Promise<void> {
  if (!isReadOnly()) await flush();
  if (useDocument.getState().workflowId !== workflowId) return;
  const { viewport } = useSession.getState();
  if (!isReadOnly()) returnState = { resumeSaving: pauseSaving(), shown, viewport };
  select([]);
  useServer.setState({ problems: [] });
  stashAndShow(was.graph);
  useView.setState({ versionPreview });
}

/** Puts the document back on the canvas. */
export function closeVersionPreview(): void {
  if (!isReadOnly()) return;
  const { openRunId } = useView.getState();
  select([]);
  if (returnState) useSession.setState({ viewport: returnState.viewport });
  restoreStash();
  useView.setState({ versionPreview: null });
  returnState?.resumeSaving();
  if (returnState && openRunId === null)
    showRun(returnState.shown.shownId, returnState.shown.fallbackRunIds);
  returnState = null;
}

/** Forgets everything that is looked at: another workflow is opened. */
export function discardVersionPreview(): void {
  returnState = null;
  resetView();
}

const UNSAVED_CHANGES =
  "Your newest changes are not on the server yet, so nothing was restored. Try again once they are saved.";

/**
 * Makes an old version the current one, which can be undone; false where somebody else saved in the
 * meantime, so that people are asked which of the two they want. Raises ApiError or Error.
 */
export async function restore(version: string): Promise<boolean> {
  closeVersionPreview();
  await flush();
  const { workflowId } = useDocument.getState();
  const { save, revision } = useServer.getState();
  if (workflowId === null) return false;
  if (save.kind !== "saved") throw new Error(UNSAVED_CHANGES);
  try {
    const restored = await restoreVersion(workflowId, version, revision);
    if (useDocument.getState().workflowId === workflowId) {
      adoptRestored(restored.graph, restored.revision);
    }
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    const [wanted, theirs] = await Promise.all([
      readVersion(workflowId, version),
      readWorkflow(workflowId),
    ]);
    if (useDocument.getState().workflowId === workflowId) {
      offerRestored(wanted.graph, theirs.graph, theirs.revision);
    }
    return false;
  }
}
