/** Opening a workflow: from the server, with the edits of this machine that it does not have yet. */

import { ApiError } from "../api/client";
import { readWorkflow, type StoredWorkflow } from "../api/workflows";
import { difference } from "../graph/difference";
import type { Viewport } from "../graph/document";
import { closeDocument, openDocument } from "../stores/document";
import { forgetRuns } from "../stores/runs";
import { useServer } from "../stores/server";
import { notify, resetCanvas } from "../stores/session";
import { keepHistory, takeUpHistory } from "./undoHistory";
import { type Draft, draftsOf, dropDraft } from "./drafts";
import { beginSaving, conflict, heardOfSave, judge, lookForNews, push, stopSaving } from "./save";
import { showNewestRun, stopFollowing } from "./runs";
import { forgetPast } from "./versionPreview";
import { claimWindow, listen, openWindows } from "./windows";

let windowId: Promise<string> | null = null;

/** Opens a workflow in this window. Raises ApiError. */
export async function openWorkflow(id: number, signal: AbortSignal): Promise<void> {
  windowId ??= claimWindow();
  const mine = await windowId;
  const draft = await findDraft(id, mine);
  const stored = await readWorkflow(id, signal).catch((error: unknown) => fromDraft(error, draft));
  if (signal.aborted) return;
  leaveWorkflow();
  const graph = draft?.graph ?? stored.graph;
  openDocument(id, graph);
  takeUpHistory(id);
  resetCanvas(rememberedViewport(id) ?? stored.viewport);
  useServer.setState({ problems: [] });
  if (draft && draft.revision !== stored.revision && apart(draft, stored)) {
    beginSaving(id, mine, draft.base, draft.revision);
    conflict(draft.base, stored.graph, stored.revision);
  } else {
    beginSaving(id, mine, stored.graph, stored.revision);
  }
  await Promise.all([judge(id), showNewestRun(id)]);
}

/** Leaves the workflow that is open; what is not saved stays on this machine. */
export function leaveWorkflow(): void {
  void push();
  stopSaving();
  stopFollowing();
  forgetPast();
  forgetRuns();
  closeDocument();
}

/** Unsaved edits of this window, or of one that is closed by now. */
async function findDraft(id: number, mine: string): Promise<Draft | undefined> {
  const drafts = await draftsOf(id).catch(() => []);
  const own = drafts.find((draft) => draft.windowId === mine);
  if (own) return own;
  const others = await openWindows();
  const left = drafts.filter((draft) => !others.has(draft.windowId)).sort((a, b) => b.at - a.at)[0];
  if (left) await dropDraft(id, left.windowId);
  return left;
}

/** Without the server, the copy on this machine is what there is. */
function fromDraft(error: unknown, draft: Draft | undefined): StoredWorkflow {
  if (!draft || !(error instanceof ApiError) || !error.passing) throw error;
  notify("The server cannot be reached; this is the copy on this machine.");
  const { workflowId, revision, base, viewport } = draft;
  return { id: workflowId, revision, graph: base, viewport, updatedAt: "" };
}

function apart(draft: Draft, stored: StoredWorkflow): boolean {
  return (
    difference(draft.base, stored.graph).kind === "content" &&
    difference(draft.graph, stored.graph).kind === "content"
  );
}

const VIEWPORT = "nodeloom.viewport.";

export function rememberViewport(id: number, viewport: Viewport): void {
  localStorage.setItem(`${VIEWPORT}${id}`, JSON.stringify(viewport));
}

function rememberedViewport(id: number): Viewport | null {
  const { x, y, zoom } = JSON.parse(
    localStorage.getItem(`${VIEWPORT}${id}`) ?? "{}",
  ) as Partial<Viewport>;
  return x !== undefined && y !== undefined && zoom ? { x, y, zoom } : null;
}

/** Hears of other windows, of the network and of this page being hidden; gives how to stop. */
export function watchWorld(): () => void {
  const stop = listen((told) => void heardOfSave(told.workflowId, told.revision));
  const online = () => void push();
  const visibility = () => void (document.hidden ? push() : lookForNews());
  const leaving = () => {
    keepHistory();
    void push();
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
