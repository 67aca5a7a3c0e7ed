/**
 * The document store: the graph being edited, and how to undo. Nothing of runs, nothing of what
 * the screen looks like. Changes go through `commit`; undo keeps differences, not copies.
 */

import { create } from "zustand";
import { byId, EMPTY_GRAPH, type Graph, type GraphNode } from "../graph/document";
import { apply, diff, invert, isEmpty, combine, type Patch } from "../graph/patch";

export interface UndoStep {
  patch: Patch;
  /** Consecutive changes of the same name are one step of undo. */
  name: string | null;
  at: number;
}

export interface DocumentState {
  workflowId: number | null;
  graph: Graph;
  undoStack: readonly UndoStep[];
  redoStack: readonly Patch[];
  /** The document itself, while an older graph is shown, read-only, in its place. */
  stashed: Pick<DocumentState, "graph" | "undoStack" | "redoStack"> | null;
}

const MAX_STEPS = 500;
/** A pause this long begins a new step, even in the same field; in milliseconds. */
const COALESCE_MS = 1500;

export const useDocument = create<DocumentState>(() => ({
  workflowId: null,
  graph: EMPTY_GRAPH,
  undoStack: [],
  redoStack: [],
  stashed: null,
}));

const { getState, setState } = useDocument;

/** Opens a workflow: another document, with nothing to undo. */
export function openDocument(workflowId: number, graph: Graph): void {
  setState({ workflowId, graph, undoStack: [], redoStack: [], stashed: null });
}

/** Restores the steps that led to the open document before the page was reloaded. */
export function setHistory(undoStack: readonly UndoStep[], redoStack: readonly Patch[]): void {
  setState({ undoStack, redoStack });
}

export function closeDocument(): void {
  setState({ workflowId: null, graph: EMPTY_GRAPH, undoStack: [], redoStack: [], stashed: null });
}

/** Shows a graph in place of the document, read-only; `restoreStash` ends that. */
export function stashAndShow(shown: Graph): void {
  const { graph, undoStack, redoStack, stashed } = getState();
  setState({
    graph: shown,
    undoStack: [],
    redoStack: [],
    stashed: stashed ?? { graph, undoStack, redoStack },
  });
}

export function restoreStash(): void {
  const { stashed } = getState();
  if (stashed) setState({ ...stashed, stashed: null });
}

/** Whether an older graph is shown, so that nothing can be changed. */
export function isReadOnly(): boolean {
  return getState().stashed !== null;
}

export function useReadOnly(): boolean {
  return useDocument((state) => state.stashed !== null);
}

export function currentGraph(): Graph {
  return getState().graph;
}

/**
 * Changes the document. `name`: what is being done ("text of node 7"); consecutive changes of
 * the same name become one step of undo. Does nothing while an older graph is shown.
 */
export function commit(change: (graph: Graph) => Graph, name: string | null = null): void {
  const { graph, undoStack, stashed } = getState();
  if (stashed) return;
  const after = change(graph);
  const patch = diff(graph, after);
  if (isEmpty(patch)) return;
  setState({ graph: after, undoStack: withStep(undoStack, patch, name), redoStack: [] });
}

function withStep(
  steps: readonly UndoStep[],
  patch: Patch,
  name: string | null,
): readonly UndoStep[] {
  const at = Date.now();
  const last = steps.at(-1);
  if (last && name !== null && last.name === name && at - last.at < COALESCE_MS) {
    return [...steps.slice(0, -1), { patch: combine(last.patch, patch), name, at }];
  }
  return [...steps.slice(-MAX_STEPS + 1), { patch, name, at }];
}

/** Applies a change that was made elsewhere; it is no step of undo here. */
export function adoptGraph(graph: Graph): void {
  setState({ graph });
}

export function undo(): Patch | null {
  const { graph, undoStack, redoStack } = getState();
  const step = undoStack.at(-1);
  if (!step) return null;
  const back = invert(step.patch);
  setState({
    graph: apply(graph, back),
    undoStack: undoStack.slice(0, -1),
    redoStack: [...redoStack, step.patch],
  });
  return back;
}

export function redo(): Patch | null {
  const { graph, undoStack, redoStack } = getState();
  const patch = redoStack.at(-1);
  if (!patch) return null;
  const step = { patch, name: null, at: 0 };
  setState({
    graph: apply(graph, patch),
    undoStack: [...undoStack, step],
    redoStack: redoStack.slice(0, -1),
  });
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
