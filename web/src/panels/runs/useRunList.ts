/** The list of runs, which renews itself: by events, by looking gently, and when one comes back. */

import { isActive, isTerminal } from "../../api/status";
import { listWorkflowRuns } from "../../api/sdk";
import type { RunSummary, RunStatus } from "../../generated/api";
import { type RunBase, type RunView, useRuns } from "../../stores/runs";
import { displayStatus } from "../../stores/status";
import { type PagedList, usePagedList } from "../../ui/lists/usePagedList";
import { countNodes } from "./format";
import { editor } from "../../sync/editor";

/** While a run goes on whose events are not read; in milliseconds. */
const ACTIVE_POLL_MS = 3_000;
/** Runs that were started elsewhere appear after this long at most. */
const IDLE_POLL_MS = 15_000;
const PAGE_SIZE = 30;

export const RUN_FILTERS = {
  all: { title: "All runs", statuses: [] },
  going: { title: "Going on", statuses: ["PENDING", "RUNNING"] },
  paused: { title: "Paused", statuses: ["WAITING"] },
  done: { title: "Done", statuses: ["COMPLETED"] },
  failed: { title: "Failed", statuses: ["FAILED"] },
  stopped: { title: "Stopped", statuses: ["CANCELLED"] },
} satisfies Record<string, { title: string; statuses: RunStatus[] }>;

export type RunFilter = keyof typeof RUN_FILTERS;

export function useRunList(workflowId: number, filter: RunFilter): PagedList<RunSummary> {
  const { statuses: status } = RUN_FILTERS[filter];
  return usePagedList(
    ["runs", workflowId, filter],
    (page) =>
      listWorkflowRuns({ path: { workflowId }, query: { ...page, limit: PAGE_SIZE, status } }),
    {
      refetchInterval: (runs) => (runs.some(isUnfollowed) ? ACTIVE_POLL_MS : IDLE_POLL_MS),
      refreshOn: useRuns(({ runs }) =>
        Object.values(runs)
          .map(({ summary }) => summary.id + displayStatus(summary))
          .join(),
      ),
    },
  );
}

function isUnfollowed({ id, status }: RunBase): boolean {
  return isActive(status) && !editor.runs.isFollowed(id);
}

/** A run of the list as far as it has come by what was heard of it. */
export function withLiveState(
  listed: RunSummary,
  view: RunView | undefined,
  followed = editor.runs.isFollowed(listed.id),
): RunSummary {
  if (!view || isTerminal(listed.status)) return listed;
  if (!followed && !isTerminal(view.summary.status)) return listed;
  const counts = Object.keys(view.nodes).length ? countNodes(view.nodes) : listed.counts;
  return { ...listed, ...view.summary, counts };
}
