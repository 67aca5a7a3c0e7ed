/** Which of the results on the canvas no longer fit what is drawn, as the server found them. */

import { displayedNode, type NodeRun, type RunsState, useRuns } from "./runs";
import { type ServerState, useServer } from "./server";

/** Why what a node shows is out of date; null: it is not, as far as is known. */
export function useOutOfDate(nodeId: string, run: NodeRun | undefined): string | null {
  return useServer(({ outOfDate }) => {
    const found = outOfDate.get(nodeId);
    return found && found.executionId === run?.executionId ? found.reason : null;
  });
}

/** How many of the results on the canvas are out of date. */
export function countOutOfDate(
  { outOfDate }: Pick<ServerState, "outOfDate">,
  runs: RunsState,
): number {
  const shown = [...outOfDate.values()].filter(
    ({ nodeId, executionId }) => displayedNode(runs, nodeId)?.executionId === executionId,
  );
  return shown.length;
}

export function useOutOfDateCount(): number {
  const outOfDate = useServer((state) => state.outOfDate);
  return useRuns((runs) => countOutOfDate({ outOfDate }, runs));
}
