/** The canvas as it was: in a run, or in a version of the history. Looked at, and restored. */

import { ApiError } from "../api/client";
import { type GraphAsItWas, readRunGraph } from "../api/runs";
import { readVersion, type VersionRead } from "../api/versions";
import { readWorkflow, restoreVersion } from "../api/workflows";
import type { Viewport } from "../graph/document";
import { bringBack, isReadOnly, setAside, useDocument } from "../stores/document";
import { lookAtNothing, type Past, useLook } from "../stores/view";
import { type RunsState, showRun, useRuns } from "../stores/runs";
import { useServer } from "../stores/server";
import { select, useSession } from "../stores/session";
import { openRun } from "./runs";
import { chooseRestored, pauseSaving, push, takeRestored } from "./save";

type Shown = Pick<RunsState, "shownId" | "beneath">;

/** How to come back from the past. */
interface Way {
  goOnSaving: () => void;
  shown: Shown;
  viewport: Viewport;
}

let way: Way | null = null;

/** Shows the graph of a run with what it did. Raises ApiError. */
export async function lookAtRun(runId: string): Promise<void> {
  const shown = useRuns.getState();
  const [run, was] = await Promise.all([openRun(runId), readRunGraph(runId)]);
  const past = { version: nameOf(was), at: run.createdAt, runId, label: null };
  await look(run.workflowId, was, past, shown);
}

/** Shows a version, without any run. Raises ApiError. */
export async function lookAtVersion(workflowId: number, version: VersionRead): Promise<void> {
  const shown = useRuns.getState();
  const was = await readVersion(workflowId, String(version.revision));
  const past = { version: nameOf(was), at: version.createdAt, runId: null, label: version.label };
  await look(workflowId, was, past, shown);
  showRun(null);
}

function nameOf({ id, revision }: GraphAsItWas): string {
  return revision === null ? id : String(revision);
}

async function look(
  workflowId: number,
  was: GraphAsItWas,
  past: Past,
  shown: Shown,
): Promise<void> {
  if (!isReadOnly()) await push();
  if (useDocument.getState().workflowId !== workflowId) return;
  const { viewport } = useSession.getState();
  if (!isReadOnly()) way = { goOnSaving: pauseSaving(), shown, viewport };
  select([]);
  useServer.setState({ problems: [] });
  setAside(was.graph);
  useLook.setState({ past });
}

/** Puts the document back on the canvas. */
export function backToNow(): void {
  if (!isReadOnly()) return;
  const { openRunId } = useLook.getState();
  select([]);
  if (way) useSession.setState({ viewport: way.viewport });
  bringBack();
  useLook.setState({ past: null });
  way?.goOnSaving();
  if (way && openRunId === null) showRun(way.shown.shownId, way.shown.beneath);
  way = null;
}

/** Forgets everything that is looked at: another workflow is opened. */
export function forgetPast(): void {
  way = null;
  lookAtNothing();
}

const UNSAVED =
  "Your newest changes are not on the server yet, so nothing was restored. Try again once they are saved.";

/**
 * Makes an old version the current one, which can be undone; false where somebody else saved in the
 * meantime, so that people are asked which of the two they want. Raises ApiError or Error.
 */
export async function restore(version: string): Promise<boolean> {
  backToNow();
  await push();
  const { workflowId } = useDocument.getState();
  const { save, revision } = useServer.getState();
  if (workflowId === null) return false;
  if (save.kind !== "saved") throw new Error(UNSAVED);
  try {
    const restored = await restoreVersion(workflowId, version, revision);
    if (useDocument.getState().workflowId === workflowId) {
      takeRestored(restored.graph, restored.revision);
    }
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    const [wanted, theirs] = await Promise.all([
      readVersion(workflowId, version),
      readWorkflow(workflowId),
    ]);
    if (useDocument.getState().workflowId === workflowId) {
      chooseRestored(wanted.graph, theirs.graph, theirs.revision);
    }
    return false;
  }
}
