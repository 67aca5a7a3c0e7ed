/**
 * Saving: at once on this machine, soon after on the server. Moves go through the fast path;
 * content goes with the revision it is based on, so nobody is overwritten unseen.
 */

import { ApiError } from "../api/client";
import { checkWorkflow, readWorkflow, savePositions, saveWorkflow } from "../api/workflows";
import { difference, shareRecords } from "../graph/difference";
import type { Graph } from "../graph/document";
import { merge, type Side } from "../graph/merge";
import { adoptGraph, commit, currentGraph, useDocument } from "../stores/document";
import { type SaveState, useServer } from "../stores/server";
import { useSession } from "../stores/session";
import { deleteDraft, saveDraft } from "./drafts";
import { broadcast } from "./windows";

const DRAFT_DELAY_MS = 60;
const SAVE_DELAY_MS = 700;
const RETRY_MS = 3_000;

/** The open workflow: what the server has of it, and what is under way. */
interface OpenWorkflow {
  workflowId: number;
  windowId: string;
  /** What the server has, at `revision`. */
  base: Graph;
  revision: number;
  localTimer: ReturnType<typeof setTimeout> | undefined;
  serverTimer: ReturnType<typeof setTimeout> | undefined;
  pushing: Promise<void> | null;
}

let open: OpenWorkflow | null = null;
let unsubscribe: (() => void) | null = null;

function setSave(save: SaveState): void {
  useServer.setState({ save });
}

/** Begins to save a workflow; `base` is what the server has. */
export function startSaving(
  workflowId: number,
  windowId: string,
  base: Graph,
  revision: number,
): void {
  stopSaving();
  open = {
    ...{ workflowId, windowId, base, revision, pushing: null },
    localTimer: undefined,
    serverTimer: undefined,
  };
  useServer.setState({ revision, save: { kind: "saved" } });
  unsubscribe = useDocument.subscribe((state, before) => {
    if (state.graph !== before.graph && state.workflowId === workflowId) onChange();
  });
  if (difference(base, currentGraph()).kind !== "none") onChange();
}

export function stopSaving(): void {
  if (open && difference(open.base, currentGraph()).kind !== "none") void storeDraft(open);
  clearTimeout(open?.localTimer);
  clearTimeout(open?.serverTimer);
  unsubscribe?.();
  unsubscribe = null;
  open = null;
}

/** Stops saving while something older stands in place of the document; gives how to go on. */
export function pauseSaving(): () => void {
  const mine = open;
  stopSaving();
  return () => {
    if (!mine) return;
    const { save } = useServer.getState();
    startSaving(mine.workflowId, mine.windowId, mine.base, mine.revision);
    if (save.kind === "conflict") setSave(save);
    void refreshProblems(mine.workflowId).then(refreshIfStale);
  };
}

/** Takes over what the server made of a restored version; it is a step of undo. */
export function adoptRestored(graph: Graph, revision: number): void {
  const mine = open;
  if (!mine) return;
  const restored = shareRecords(graph, currentGraph());
  setBase(mine, restored, revision);
  commit(() => restored);
  broadcast({ kind: "saved", workflowId: mine.workflowId, revision, windowId: mine.windowId });
  void onSaved(mine);
}

/** Puts a version on the canvas beside what somebody else saved: people choose between the two. */
export function offerRestored(wanted: Graph, theirs: Graph, revision: number): void {
  const mine = currentGraph();
  reportConflict(mine, theirs, revision); // from now on nothing is sent
  commit(() => shareRecords(wanted, mine));
}

function onChange(): void {
  if (!open) return;
  const mine = open;
  clearTimeout(mine.localTimer);
  mine.localTimer = setTimeout(() => void storeDraft(mine), DRAFT_DELAY_MS);
  if (useServer.getState().save.kind === "conflict") return;
  if (useServer.getState().save.kind !== "offline") setSave({ kind: "waiting" });
  scheduleSave(SAVE_DELAY_MS);
}

function scheduleSave(milliseconds: number): void {
  if (!open) return;
  clearTimeout(open.serverTimer);
  open.serverTimer = setTimeout(() => void flush(), milliseconds);
}

async function storeDraft({ workflowId, windowId, base, revision }: OpenWorkflow): Promise<void> {
  const { viewport } = useSession.getState();
  const graph = currentGraph();
  if (useDocument.getState().workflowId !== workflowId) return;
  await saveDraft({
    ...{ workflowId, windowId, base, revision, graph, viewport },
    at: Date.now(),
  }).catch(() => undefined); // without local storage, the server's copy has to do
}

/** Sends what is not saved yet, now; gives when that is done, whatever the outcome. */
export async function flush(): Promise<void> {
  const mine = open;
  if (!mine) return;
  clearTimeout(mine.serverTimer);
  if (mine.pushing) {
    await mine.pushing;
    return flush();
  }
  mine.pushing = saveOnce(mine).finally(() => {
    mine.pushing = null;
  });
  await mine.pushing;
}

async function saveOnce(mine: OpenWorkflow): Promise<void> {
  if (useServer.getState().save.kind === "conflict") return;
  const graph = currentGraph();
  const change = difference(mine.base, graph);
  try {
    if (change.kind === "positions") {
      setSave({ kind: "saving" });
      await savePositions(mine.workflowId, change.positions);
      mine.base = graph;
    } else if (change.kind === "content") {
      setSave({ kind: "saving" });
      await saveContent(mine, graph);
    }
    if (open === mine) await onSaved(mine);
  } catch (error) {
    if (open === mine) await onSaveError(mine, error);
  }
}

async function saveContent(mine: OpenWorkflow, graph: Graph): Promise<void> {
  const { workflowId, windowId, revision } = mine;
  const { viewport } = useSession.getState();
  const saved = await saveWorkflow(workflowId, revision, graph, viewport);
  const answered = shareRecords(saved.graph, graph);
  mine.revision = saved.revision;
  mine.base = answered;
  if (open !== mine) return;
  useServer.setState({ revision: saved.revision });
  if (answered !== graph && currentGraph() === graph) adoptGraph(answered); // images became assets
  broadcast({ kind: "saved", workflowId, revision: saved.revision, windowId });
}

async function onSaved(mine: OpenWorkflow): Promise<void> {
  if (difference(mine.base, currentGraph()).kind !== "none") {
    onChange();
    return;
  }
  clearTimeout(mine.localTimer);
  setSave({ kind: "saved" });
  await deleteDraft(mine.workflowId, mine.windowId).catch(() => undefined);
  await refreshProblems(mine.workflowId);
}

/** Asks what is wrong with the stored graph, for the marks on the nodes. */
export async function refreshProblems(workflowId: number): Promise<void> {
  const result = await checkWorkflow(workflowId).catch(() => null);
  if (result && open?.workflowId === workflowId) {
    useServer.setState({ problems: result.problems });
  }
}

async function onSaveError(mine: OpenWorkflow, error: unknown): Promise<void> {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 409) return onConflict(mine);
  if (error.retryable) {
    setSave({ kind: "offline", reason: error.message });
    scheduleSave(RETRY_MS);
    return;
  }
  const reasons = error.problems.map((problem) => problem.message);
  setSave({ kind: "refused", reason: [error.message, ...reasons].join(" ") });
}

async function onConflict(mine: OpenWorkflow): Promise<void> {
  const theirs = await readWorkflow(mine.workflowId).catch(() => null);
  if (open !== mine) return;
  if (!theirs) {
    scheduleSave(RETRY_MS);
    return;
  }
  if (difference(mine.base, theirs.graph).kind !== "content") {
    mine.revision = theirs.revision; // saved again without a change of content
    scheduleSave(0);
    return;
  }
  if (difference(currentGraph(), theirs.graph).kind === "none") {
    setBase(mine, theirs.graph, theirs.revision); // both did the same
    return onSaved(mine);
  }
  reportConflict(mine.base, theirs.graph, theirs.revision);
}

function setBase(mine: OpenWorkflow, base: Graph, revision: number): void {
  mine.base = base;
  mine.revision = revision;
  useServer.setState({ revision });
}

/** Says that the open document and the server's went apart after `base`. */
export function reportConflict(base: Graph, theirs: Graph, revision: number): void {
  setSave({ kind: "conflict", base, theirs, revision });
}

/** How a conflict is solved: one of the two, or both, where one side wins what collides. */
export type ConflictChoice = Side | { merged: Side };

/** Solves the conflict; what results is a step of undo, and is saved. */
export function resolveConflict(choice: ConflictChoice): void {
  const { save } = useServer.getState();
  if (save.kind !== "conflict" || !open) return;
  const { base, theirs, revision } = save;
  const mine = currentGraph();
  setBase(open, theirs, revision);
  setSave({ kind: "waiting" });
  if (choice === "theirs") commit(() => shareRecords(theirs, mine));
  if (typeof choice === "object") {
    commit(() => shareRecords(merge(base, mine, theirs, choice.merged).graph, mine));
  }
  onChange();
}

/** Another window saved: takes that over if there is nothing unsaved here. */
export async function onSavedElsewhere(workflowId: number, revision: number): Promise<void> {
  const mine = open;
  if (mine?.workflowId !== workflowId || revision <= mine.revision || mine.pushing) return;
  if (difference(mine.base, currentGraph()).kind === "content") return; // the save will tell
  await reload(mine);
}

async function reload(mine: OpenWorkflow): Promise<void> {
  const before = currentGraph();
  const stored = await readWorkflow(mine.workflowId).catch(() => null);
  if (!stored || open !== mine || currentGraph() !== before) return;
  const graph = shareRecords(stored.graph, before);
  setBase(mine, graph, stored.revision);
  adoptGraph(graph);
  await refreshProblems(mine.workflowId);
}

/** Looks whether the server has something newer: after sleep, or when the window is seen again. */
export async function refreshIfStale(): Promise<void> {
  const mine = open;
  if (!mine || mine.pushing || difference(mine.base, currentGraph()).kind !== "none")
    return flush();
  const stored = await readWorkflow(mine.workflowId).catch(() => null);
  if (stored && open === mine && stored.revision > mine.revision) await reload(mine);
}
