/** Undo survives a reload: the steps are kept in the storage of this very tab. */

import { difference } from "../graph/difference";
import { type Graph, lastingGraph } from "../graph/document";
import { recallHistory, useDocument } from "../stores/document";

const keyOf = (workflowId: number) => `nodeloom.history.${workflowId}`;
/** Browsers give a tab five million characters; older steps are left out before that. */
const MOST_CHARACTERS = 2_000_000;

type Kept = Pick<ReturnType<typeof useDocument.getState>, "past" | "future"> & { graph: Graph };

/** Keeps the steps of the open workflow, whatever is looked at; called when the page is left. */
export function keepHistory(): void {
  const { workflowId, aside, ...shown } = useDocument.getState();
  const { graph, past, future } = aside ?? shown;
  if (workflowId === null || past.length + future.length === 0) return;
  const kept: Kept = { graph: lastingGraph(graph), past, future };
  let text = JSON.stringify(kept);
  for (let steps = past.length; text.length > MOST_CHARACTERS && steps > 0;) {
    steps = Math.floor(steps / 2);
    text = JSON.stringify({ ...kept, past: past.slice(past.length - steps) });
  }
  try {
    if (text.length <= MOST_CHARACTERS) sessionStorage.setItem(keyOf(workflowId), text);
  } catch {
    sessionStorage.removeItem(keyOf(workflowId)); // there is no room: undo begins anew
  }
}

/** Takes the steps up again if the workflow is as it was left; they count only once. */
export function takeUpHistory(workflowId: number): void {
  const text = sessionStorage.getItem(keyOf(workflowId));
  sessionStorage.removeItem(keyOf(workflowId));
  if (text === null) return;
  const { graph, past, future } = JSON.parse(text) as Kept;
  if (difference(graph, useDocument.getState().graph).kind === "none") recallHistory(past, future);
}
