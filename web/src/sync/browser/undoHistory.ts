/** Undo survives every way of leaving: the steps of the workflows left last stay in this browser. */

import { difference } from "../../graph/difference";
import { type Graph, persistentGraph } from "../../graph/document";
import type { DocumentState, DocumentStore } from "../../stores/document";

const LEFT_KEY = "nodeloom.undo";
const keyOf = (workflowId: number) => `${LEFT_KEY}.${workflowId}`;
/** Browsers give a site five million characters; older steps are left out before that. */
const MAX_CHARACTERS = 700_000;
const MAX_WORKFLOWS = 4;

type StoredHistory = Pick<DocumentState, "undoStack" | "redoStack"> & { graph: Graph };

/** Keeps the steps of the open workflow, whatever is shown; called when it or the page is left. */
export function storeHistory(document: DocumentStore): void {
  const { workflowId, stashed, ...shown } = document.state;
  const { graph, undoStack, redoStack } = stashed ?? shown;
  if (workflowId === null || undoStack.length + redoStack.length === 0) return;
  const stored: StoredHistory = { graph: persistentGraph(graph), undoStack, redoStack };
  let text = JSON.stringify(stored);
  for (let steps = undoStack.length; text.length > MAX_CHARACTERS && steps > 0;) {
    steps = Math.floor(steps / 2);
    text = JSON.stringify({ ...stored, undoStack: undoStack.slice(undoStack.length - steps) });
  }
  try {
    if (text.length > MAX_CHARACTERS) return;
    forgetOldest(workflowId);
    localStorage.setItem(keyOf(workflowId), text);
  } catch {
    localStorage.removeItem(keyOf(workflowId)); // there is no room: undo begins anew
  }
}

/** Makes room for the steps of a workflow. */
function forgetOldest(workflowId: number): void {
  const known = JSON.parse(localStorage.getItem(LEFT_KEY) ?? "[]") as number[];
  const left = [workflowId, ...known.filter((id) => id !== workflowId)];
  for (const id of left.slice(MAX_WORKFLOWS)) localStorage.removeItem(keyOf(id));
  localStorage.setItem(LEFT_KEY, JSON.stringify(left.slice(0, MAX_WORKFLOWS)));
}

/** Restores the steps if the workflow is as it was left; they count only once. */
export function loadHistory(document: DocumentStore, workflowId: number): void {
  const text = localStorage.getItem(keyOf(workflowId));
  localStorage.removeItem(keyOf(workflowId));
  if (text === null) return;
  const { graph, undoStack, redoStack } = JSON.parse(text) as StoredHistory;
  if (difference(graph, document.state.graph).kind === "none") {
    document.set({ undoStack, redoStack });
  }
}
