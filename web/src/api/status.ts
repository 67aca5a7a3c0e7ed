/** What the states of runs and nodes mean. */

import type { NodeStatus, RunStatus } from "../generated/api";

/** Whether a run or a node in this state never changes again. */
export function isTerminal(status: RunStatus | NodeStatus): boolean {
  return ["COMPLETED", "FAILED", "CANCELLED", "SKIPPED"].includes(status);
}

/** Whether something happens by itself to what is in this state. */
export function isActive(status: RunStatus | NodeStatus): boolean {
  return status === "PENDING" || status === "RUNNING";
}
