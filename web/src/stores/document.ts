/**
 * The document store: the graph being edited, and how to undo. Nothing of runs, nothing of what
 * the screen looks like. Changes go through `commit`; undo keeps differences, not copies.
 */

import { create } from "zustand";
import { byId, EMPTY, type Graph, type GraphNode } from "../graph/document";
import { apply, diff, inverse, isEmpty, joined, type Patch } from "../graph/patch";

export interface Step {
  patch: Patch;
  /** Consecutive changes of the same name are one step of undo. */
  name: string | null;
  at: number;
}

export interface DocumentState {
  workflowId: number | null;
  graph: Graph;
  past: readonly Step[];
  future: readonly Patch[];
  /** The document itself, while something older is looked at in its place; it cannot be changed. */
  aside: Pick<DocumentState, "graph" | "past" | "future"> | null;
}

const MOST_STEPS = 500;
/** A pause this long begins a new step, even in the same field; in milliseconds. */
const PAUSE_MS = 1500;

export const useDocument = create<DocumentState>(() => ({
  workflowId: null,
  graph: EMPTY,
  past: [],
  future: [],
  aside: null,
}));

const { getState, setState } = useDocument;

/** Opens a workflow: another document, with nothing to undo. */
export function openDocument(workflowId: number, graph: Graph): void {
  setState({ workflowId, graph, past: [], future: [], aside: null });
}

/** Takes up the steps that led to the open document before the page was loaded anew. */
export function recallHistory(past: readonly Step[], future: readonly Patch[]): void {
  setState({ past, future });
}

export function closeDocument(): void {
  setState({ workflowId: null, graph: EMPTY, past: [], future: [], aside: null });
}

/** Puts a graph where the document is, to be looked at only; `bringBack` ends that. */
export function setAside(shown: Graph): void {
  const { graph, past, future, aside } = getState();
  setState({ graph: shown, past: [], future: [], aside: aside ?? { graph, past, future } });
}

export function bringBack(): void {
  const { aside } = getState();
  if (aside) setState({ ...aside, aside: null });
}

/** Whether something older is looked at, so that nothing can be changed. */
export function isReadOnly(): boolean {
  return getState().aside !== null;
}

export function useReadOnly(): boolean {
  return useDocument((state) => state.aside !== null);
}

export function graphNow(): Graph {
  return getState().graph;
}

/**
 * Changes the document. `name`: what is being done ("text of node 7"); consecutive changes of
 * the same name become one step of undo. Does nothing while something older is looked at.
 */
export function commit(change: (graph: Graph) => Graph, name: string | null = null): void {
  const { graph, past, aside } = getState();
  if (aside) return;
  const after = change(graph);
  const patch = diff(graph, after);
  if (isEmpty(patch)) return;
  setState({ graph: after, past: remembered(past, patch, name), future: [] });
}

function remembered(past: readonly Step[], patch: Patch, name: string | null): readonly Step[] {
  const at = Date.now();
  const last = past.at(-1);
  if (last && name !== null && last.name === name && at - last.at < PAUSE_MS) {
    return [...past.slice(0, -1), { patch: joined(last.patch, patch), name, at }];
  }
  return [...past.slice(-MOST_STEPS + 1), { patch, name, at }];
}

/** Takes a change over that was made elsewhere; it is no step of undo here. */
export function adopt(graph: Graph): void {
  setState({ graph });
}

export function undo(): Patch | null {
  const { graph, past, future } = getState();
  const step = past.at(-1);
  if (!step) return null;
  const back = inverse(step.patch);
  setState({ graph: apply(graph, back), past: past.slice(0, -1), future: [...future, step.patch] });
  return back;
}

export function redo(): Patch | null {
  const { graph, past, future } = getState();
  const patch = future.at(-1);
  if (!patch) return null;
  const step = { patch, name: null, at: 0 };
  setState({ graph: apply(graph, patch), past: [...past, step], future: future.slice(0, -1) });
  return patch;
}

const indexes = new WeakMap<readonly GraphNode[], Map<string, GraphNode>>();

/** The nodes by id; made once for each list of nodes. */
export function nodesById(graph: Graph): ReadonlyMap<string, GraphNode> {
  let index = indexes.get(graph.nodes);
  if (!index) {
    index = byId(graph.nodes);
    indexes.set(graph.nodes, index);
  }
  return index;
}
