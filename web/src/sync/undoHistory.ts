/** Undo survives a reload: the steps are kept in the storage of this very tab. */

import { difference } from "../graph/difference";
import { type Graph, persistentGraph } from "../graph/document";
import { setHistory, useDocument } from "../stores/document";

const keyOf = (workflowId: number) => `nodeloom.history.${workflowId}`;
/** Browsers give a tab five million characters; older steps are left out before that. */
const MAX_CHARACTERS = 2_000_000;

type StoredHistory = Pick<ReturnType<typeof useDocument.getState>, "undoStack" | "redoStack"> & {
  graph: Graph;
};

/** Keeps the steps of the open workflow, whatever is looked at; called when the page is left. */
export function storeHistory(): void {
  const { workflowId, stashed, ...shown } = useDocument.getState();
  const { graph, undoStack, redoStack } = stashed ?? shown;
  if (workflowId === null || undoStack.length + redoStack.length === 0) return;
  const kept: StoredHistory = { graph: persistentGraph(graph), undoStack, redoStack };
  let text = JSON.stringify(kept);
  for (let steps = undoStack.length; text.length > MAX_CHARACTERS && steps > 0;) {
    steps = Math.floor(steps / 2);
    text = JSON.stringify({ ...kept, past: undoStack.slice(undoStack.length - steps) });
  }
  try {
    if (text.length <= MAX_CHARACTERS) sessionStorage.setItem(keyOf(workflowId), text);
  } catch {
    sessionStorage.removeItem(keyOf(workflowId)); // there is no room: undo begins anew
  }
}

/** Takes the steps up again if the workflow is as it was left; they count only once. */
export function loadHistory(workflowId: number): void {
  const text = sessionStorage.getItem(keyOf(workflowId));
  sessionStorage.removeItem(keyOf(workflowId));
  if (text === null) return;
  const { graph, undoStack, redoStack } = JSON.parse(text) as StoredHistory;
  if (difference(graph, useDocument.getState().graph).kind === "none")
    setHistory(undoStack, redoStack);
}
