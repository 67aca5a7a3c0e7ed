/** Undo survives a reload: the steps are kept in the storage of this very tab. */

import { difference } from "../../graph/difference";
import { type Graph, persistentGraph } from "../../graph/document";
import type { DocumentState, DocumentStore } from "../../stores/document";

const keyOf = (workflowId: number) => `nodeloom.undo.${workflowId}`;
/** Browsers give a tab five million characters; older steps are left out before that. */
const MAX_CHARACTERS = 2_000_000;

type StoredHistory = Pick<DocumentState, "undoStack" | "redoStack"> & { graph: Graph };

/** Keeps the steps of the open workflow, whatever is shown; called when the page is left. */
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
    if (text.length <= MAX_CHARACTERS) sessionStorage.setItem(keyOf(workflowId), text);
  } catch {
    sessionStorage.removeItem(keyOf(workflowId)); // there is no room: undo begins anew
  }
}

/** Restores the steps if the workflow is as it was left; they count only once. */
export function loadHistory(document: DocumentStore, workflowId: number): void {
  const text = sessionStorage.getItem(keyOf(workflowId));
  sessionStorage.removeItem(keyOf(workflowId));
  if (text === null) return;
  const { graph, undoStack, redoStack } = JSON.parse(text) as StoredHistory;
  if (difference(graph, document.state.graph).kind === "none") {
    document.set({ undoStack, redoStack });
  }
}
