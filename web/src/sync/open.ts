/** Opening a workflow: from the server, with the edits of this machine that it does not have yet. */

import { ApiError } from "../api/client";
import { readWorkflow, type StoredWorkflow } from "../api/workflows";
import { difference } from "../graph/difference";
import type { Viewport } from "../graph/document";
import { closeDocument, openDocument } from "../stores/document";
import { clearRuns } from "../stores/runs";
import { useServer } from "../stores/server";
import { notify, resetCanvas } from "../stores/session";
import { storeHistory, loadHistory } from "./undoHistory";
import { type Draft, listDrafts, deleteDraft } from "./drafts";
import {
  startSaving,
  reportConflict,
  onSavedElsewhere,
  refreshProblems,
  refreshIfStale,
  flush,
  stopSaving,
} from "./save";
import { showLatestRun, stopFollowing } from "./runs";
import { discardVersionPreview } from "./versionPreview";
import { claimWindowId, onBroadcast, listOpenWindows } from "./windows";

let windowId: Promise<string> | null = null;

/** Opens a workflow in this window. Raises ApiError. */
export async function openWorkflow(id: number, signal: AbortSignal): Promise<void> {
  windowId ??= claimWindowId();
  const mine = await windowId;
  const draft = await findDraft(id, mine);
  const stored = await readWorkflow(id, signal).catch((error: unknown) =>
    openFromDraft(error, draft),
  );
  if (signal.aborted) return;
  closeWorkflow();
  const graph = draft?.graph ?? stored.graph;
  openDocument(id, graph);
  loadHistory(id);
  resetCanvas(loadViewport(id) ?? stored.viewport);
  useServer.setState({ problems: [] });
  if (draft && draft.revision !== stored.revision && haveDiverged(draft, stored)) {
    startSaving(id, mine, draft.base, draft.revision);
    reportConflict(draft.base, stored.graph, stored.revision);
  } else {
    startSaving(id, mine, stored.graph, stored.revision);
  }
  await Promise.all([refreshProblems(id), showLatestRun(id)]);
}

/** Leaves the workflow that is open; what is not saved stays on this machine. */
export function closeWorkflow(): void {
  void flush();
  stopSaving();
  stopFollowing();
  discardVersionPreview();
  clearRuns();
  closeDocument();
}

/** Unsaved edits of this window, or of one that is closed by now. */
async function findDraft(id: number, mine: string): Promise<Draft | undefined> {
  const drafts = await listDrafts(id).catch(() => []);
  const own = drafts.find((draft) => draft.windowId === mine);
  if (own) return own;
  const others = await listOpenWindows();
  const left = drafts.filter((draft) => !others.has(draft.windowId)).sort((a, b) => b.at - a.at)[0];
  if (left) await deleteDraft(id, left.windowId);
  return left;
}

/** Without the server, the copy on this machine is what there is. */
function openFromDraft(error: unknown, draft: Draft | undefined): StoredWorkflow {
  if (!draft || !(error instanceof ApiError) || !error.retryable) throw error;
  notify("The server cannot be reached; this is the copy on this machine.");
  const { workflowId, revision, base, viewport } = draft;
  return { id: workflowId, revision, graph: base, viewport, updatedAt: "" };
}

function haveDiverged(draft: Draft, stored: StoredWorkflow): boolean {
  return (
    difference(draft.base, stored.graph).kind === "content" &&
    difference(draft.graph, stored.graph).kind === "content"
  );
}

const VIEWPORT_KEY = "nodeloom.viewport.";

export function storeViewport(id: number, viewport: Viewport): void {
  localStorage.setItem(`${VIEWPORT_KEY}${id}`, JSON.stringify(viewport));
}

function loadViewport(id: number): Viewport | null {
  const { x, y, zoom } = JSON.parse(
    localStorage.getItem(`${VIEWPORT_KEY}${id}`) ?? "{}",
  ) as Partial<Viewport>;
  return x !== undefined && y !== undefined && zoom ? { x, y, zoom } : null;
}

/** Hears of other windows, of the network and of this page being hidden; gives how to stop. */
export function listenToBrowser(): () => void {
  const stop = onBroadcast((told) => void onSavedElsewhere(told.workflowId, told.revision));
  const online = () => void flush();
  const visibility = () => void (document.hidden ? flush() : refreshIfStale());
  const leaving = () => {
    storeHistory();
    void flush();
  };
  addEventListener("online", online);
  addEventListener("pagehide", leaving);
  document.addEventListener("visibilitychange", visibility);
  return () => {
    stop();
    removeEventListener("online", online);
    removeEventListener("pagehide", leaving);
    document.removeEventListener("visibilitychange", visibility);
  };
}
