/**
 * Saving: at once on this machine, soon after on the server. Moves go through the fast path;
 * content goes with the revision it is based on, so nobody is overwritten unseen.
 */

import { ApiError } from "../api/client";
import { checkWorkflow, readWorkflow, savePositions, saveWorkflow } from "../api/workflows";
import { difference, sharing } from "../graph/difference";
import type { Graph } from "../graph/document";
import { merge, type Side } from "../graph/merge";
import { adopt, commit, graphNow, useDocument } from "../stores/document";
import { type SaveState, useServer } from "../stores/server";
import { useSession } from "../stores/session";
import { dropDraft, keepDraft } from "./drafts";
import { tell } from "./windows";

const LOCAL_MS = 60;
const SERVER_MS = 700;
const RETRY_MS = 3_000;

/** The open workflow: what the server has of it, and what is under way. */
interface Open {
  workflowId: number;
  windowId: string;
  /** What the server has, at `revision`. */
  base: Graph;
  revision: number;
  localTimer: ReturnType<typeof setTimeout> | undefined;
  serverTimer: ReturnType<typeof setTimeout> | undefined;
  pushing: Promise<void> | null;
}

let open: Open | null = null;
let unsubscribe: (() => void) | null = null;

function setSave(save: SaveState): void {
  useServer.setState({ save });
}

/** Begins to save a workflow; `base` is what the server has. */
export function beginSaving(
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
    if (state.graph !== before.graph && state.workflowId === workflowId) changed();
  });
  if (difference(base, graphNow()).kind !== "none") changed();
}

export function stopSaving(): void {
  if (open && difference(open.base, graphNow()).kind !== "none") void keepNow(open);
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
    beginSaving(mine.workflowId, mine.windowId, mine.base, mine.revision);
    if (save.kind === "conflict") setSave(save);
    void judge(mine.workflowId).then(lookForNews);
  };
}

/** Takes over what the server made of a restored version; it is a step of undo. */
export function takeRestored(graph: Graph, revision: number): void {
  const mine = open;
  if (!mine) return;
  const restored = sharing(graph, graphNow());
  takeOver(mine, restored, revision);
  commit(() => restored);
  tell({ kind: "saved", workflowId: mine.workflowId, revision, windowId: mine.windowId });
  void settled(mine);
}

/** Puts a version on the canvas beside what somebody else saved: people choose between the two. */
export function chooseRestored(wanted: Graph, theirs: Graph, revision: number): void {
  const mine = graphNow();
  conflict(mine, theirs, revision); // from now on nothing is sent
  commit(() => sharing(wanted, mine));
}

function changed(): void {
  if (!open) return;
  const mine = open;
  clearTimeout(mine.localTimer);
  mine.localTimer = setTimeout(() => void keepNow(mine), LOCAL_MS);
  if (useServer.getState().save.kind === "conflict") return;
  if (useServer.getState().save.kind !== "offline") setSave({ kind: "waiting" });
  pushSoon(SERVER_MS);
}

function pushSoon(milliseconds: number): void {
  if (!open) return;
  clearTimeout(open.serverTimer);
  open.serverTimer = setTimeout(() => void push(), milliseconds);
}

async function keepNow({ workflowId, windowId, base, revision }: Open): Promise<void> {
  const { viewport } = useSession.getState();
  const graph = graphNow();
  if (useDocument.getState().workflowId !== workflowId) return;
  await keepDraft({
    ...{ workflowId, windowId, base, revision, graph, viewport },
    at: Date.now(),
  }).catch(() => undefined); // without local storage, the server's copy has to do
}

/** Sends what is not saved yet, now; gives when that is done, whatever the outcome. */
export async function push(): Promise<void> {
  const mine = open;
  if (!mine) return;
  clearTimeout(mine.serverTimer);
  if (mine.pushing) {
    await mine.pushing;
    return push();
  }
  mine.pushing = pushOnce(mine).finally(() => {
    mine.pushing = null;
  });
  await mine.pushing;
}

async function pushOnce(mine: Open): Promise<void> {
  if (useServer.getState().save.kind === "conflict") return;
  const graph = graphNow();
  const change = difference(mine.base, graph);
  try {
    if (change.kind === "positions") {
      setSave({ kind: "saving" });
      await savePositions(mine.workflowId, change.positions);
      mine.base = graph;
    } else if (change.kind === "content") {
      setSave({ kind: "saving" });
      await pushContent(mine, graph);
    }
    if (open === mine) await settled(mine);
  } catch (error) {
    if (open === mine) await failed(mine, error);
  }
}

async function pushContent(mine: Open, graph: Graph): Promise<void> {
  const { workflowId, windowId, revision } = mine;
  const { viewport } = useSession.getState();
  const saved = await saveWorkflow(workflowId, revision, graph, viewport);
  const answered = sharing(saved.graph, graph);
  mine.revision = saved.revision;
  mine.base = answered;
  if (open !== mine) return;
  useServer.setState({ revision: saved.revision });
  if (answered !== graph && graphNow() === graph) adopt(answered); // pictures became assets
  tell({ kind: "saved", workflowId, revision: saved.revision, windowId });
}

async function settled(mine: Open): Promise<void> {
  if (difference(mine.base, graphNow()).kind !== "none") {
    changed();
    return;
  }
  clearTimeout(mine.localTimer);
  setSave({ kind: "saved" });
  await dropDraft(mine.workflowId, mine.windowId).catch(() => undefined);
  await judge(mine.workflowId);
}

/** Asks what is wrong with the stored graph, for the marks on the nodes. */
export async function judge(workflowId: number): Promise<void> {
  const result = await checkWorkflow(workflowId).catch(() => null);
  if (result && open?.workflowId === workflowId) {
    useServer.setState({ problems: result.problems });
  }
}

async function failed(mine: Open, error: unknown): Promise<void> {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 409) return conflicting(mine);
  if (error.passing) {
    setSave({ kind: "offline", reason: error.message });
    pushSoon(RETRY_MS);
    return;
  }
  const reasons = error.problems.map((problem) => problem.message);
  setSave({ kind: "refused", reason: [error.message, ...reasons].join(" ") });
}

async function conflicting(mine: Open): Promise<void> {
  const theirs = await readWorkflow(mine.workflowId).catch(() => null);
  if (open !== mine) return;
  if (!theirs) {
    pushSoon(RETRY_MS);
    return;
  }
  if (difference(mine.base, theirs.graph).kind !== "content") {
    mine.revision = theirs.revision; // saved again without a change of content
    pushSoon(0);
    return;
  }
  if (difference(graphNow(), theirs.graph).kind === "none") {
    takeOver(mine, theirs.graph, theirs.revision); // both did the same
    return settled(mine);
  }
  conflict(mine.base, theirs.graph, theirs.revision);
}

function takeOver(mine: Open, base: Graph, revision: number): void {
  mine.base = base;
  mine.revision = revision;
  useServer.setState({ revision });
}

/** Says that the open document and the server's went apart after `base`. */
export function conflict(base: Graph, theirs: Graph, revision: number): void {
  setSave({ kind: "conflict", base, theirs, revision });
}

/** How a conflict is solved: one of the two, or both, where one side wins what collides. */
export type Choice = Side | { merged: Side };

/** Solves the conflict; what results is a step of undo, and is saved. */
export function resolveConflict(choice: Choice): void {
  const { save } = useServer.getState();
  if (save.kind !== "conflict" || !open) return;
  const { base, theirs, revision } = save;
  const mine = graphNow();
  takeOver(open, theirs, revision);
  setSave({ kind: "waiting" });
  if (choice === "theirs") commit(() => sharing(theirs, mine));
  if (typeof choice === "object") {
    commit(() => sharing(merge(base, mine, theirs, choice.merged).graph, mine));
  }
  changed();
}

/** Another window saved: takes that over if there is nothing unsaved here. */
export async function heardOfSave(workflowId: number, revision: number): Promise<void> {
  const mine = open;
  if (mine?.workflowId !== workflowId || revision <= mine.revision || mine.pushing) return;
  if (difference(mine.base, graphNow()).kind === "content") return; // the save will tell
  await refresh(mine);
}

async function refresh(mine: Open): Promise<void> {
  const before = graphNow();
  const stored = await readWorkflow(mine.workflowId).catch(() => null);
  if (!stored || open !== mine || graphNow() !== before) return;
  const graph = sharing(stored.graph, before);
  takeOver(mine, graph, stored.revision);
  adopt(graph);
  await judge(mine.workflowId);
}

/** Looks whether the server has something newer: after sleep, or when the window is seen again. */
export async function lookForNews(): Promise<void> {
  const mine = open;
  if (!mine || mine.pushing || difference(mine.base, graphNow()).kind !== "none") return push();
  const stored = await readWorkflow(mine.workflowId).catch(() => null);
  if (stored && open === mine && stored.revision > mine.revision) await refresh(mine);
}
