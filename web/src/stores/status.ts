/** How states of runs and nodes are drawn. */

import type { NodeRun, RunBase } from "./runs";

/** The state of a run, or of a node in it. */
export type State =
  | (Pick<RunBase, "status"> & Partial<Pick<RunBase, "pauseRequestedAt">>)
  | Pick<NodeRun, "status" | "reused" | "skipReason">;

/**
 * How a state is drawn: results that were taken over, branches not taken, and runs that end what is
 * at work before they are paused, have one of their own.
 */
export function displayStatus(state: State): string {
  if (!("reused" in state)) {
    return state.status === "RUNNING" && state.pauseRequestedAt ? "PAUSING" : state.status;
  }
  if (state.reused && state.status === "COMPLETED") return "REUSED";
  return state.skipReason === "not_taken" ? "NOT_TAKEN" : state.status;
}
