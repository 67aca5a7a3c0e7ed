/**
 * The document store: the graph being edited, and how to undo. Nothing of runs, nothing of what
 * the screen looks like. Changes go through `commit`; undo keeps differences, not copies.
 */

import { byId, EMPTY_GRAPH, type Graph, type GraphNode } from "../graph/document";
import { apply, diff, invert, isEmpty, combine, type Patch } from "../graph/patch";
import { Store } from "./store";

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

const CLOSED: DocumentState = {
  workflowId: null,
  graph: EMPTY_GRAPH,
  undoStack: [],
  redoStack: [],
  stashed: null,
};

export class DocumentStore extends Store<DocumentState> {
  constructor() {
    super(CLOSED);
  }

  /** Opens a workflow: another document, with nothing to undo. */
  readonly open = (workflowId: number, graph: Graph): void => {
    this.set({ ...CLOSED, workflowId, graph });
  };

  readonly close = (): void => this.set(CLOSED);

  /** Shows a graph in place of the document, read-only; `restoreStash` ends that. */
  readonly stashAndShow = (shown: Graph): void => {
    const { graph, undoStack, redoStack, stashed } = this.state;
    const document = stashed ?? { graph, undoStack, redoStack };
    this.set({ graph: shown, undoStack: [], redoStack: [], stashed: document });
  };

  readonly restoreStash = (): void => {
    const { stashed } = this.state;
    if (stashed) this.set({ ...stashed, stashed: null });
  };

  /** Whether an older graph is shown, so that nothing can be changed. */
  readonly isReadOnly = (): boolean => this.state.stashed !== null;

  readonly currentGraph = (): Graph => this.state.graph;

  /**
   * Changes the document. `name`: what is being done ("text of node 7"); consecutive changes of
   * the same name become one step of undo. Does nothing while an older graph is shown.
   */
  readonly commit = (change: (graph: Graph) => Graph, name: string | null = null): void => {
    const { graph, undoStack, stashed } = this.state;
    if (stashed) return;
    const after = change(graph);
    const patch = diff(graph, after);
    if (isEmpty(patch)) return;
    this.set({ graph: after, undoStack: withStep(undoStack, patch, name), redoStack: [] });
  };

  /** Applies a change that was made elsewhere; it is no step of undo here. */
  readonly adoptGraph = (graph: Graph): void => this.set({ graph });

  readonly undo = (): Patch | null => {
    const { graph, undoStack, redoStack } = this.state;
    const step = undoStack.at(-1);
    if (!step) return null;
    const back = invert(step.patch);
    this.set({
      graph: apply(graph, back),
      undoStack: undoStack.slice(0, -1),
      redoStack: [...redoStack, step.patch],
    });
    return back;
  };

  readonly redo = (): Patch | null => {
    const { graph, undoStack, redoStack } = this.state;
    const patch = redoStack.at(-1);
    if (!patch) return null;
    const step = { patch, name: null, at: 0 };
    this.set({
      graph: apply(graph, patch),
      undoStack: [...undoStack, step],
      redoStack: redoStack.slice(0, -1),
    });
    return patch;
  };
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

/** The document of this page. */
export const documentStore = new DocumentStore();
export const { use: useDocument, commit, currentGraph, isReadOnly, redo, undo } = documentStore;

export function useReadOnly(): boolean {
  return useDocument((state) => state.stashed !== null);
}
