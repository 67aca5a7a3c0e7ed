/** The list of runs, which renews itself: by events, by looking gently, and when one comes back. */

import { useCallback, useEffect, useRef } from "react";
import { isTerminal } from "../../api/events";
import { listRuns, type RunStatus, type RunSummary } from "../../api/runs";
import { type RunView, useRuns } from "../../stores/runs";
import { type PagedList, usePagedList } from "../usePagedList";
import { countNodes } from "./format";
import { editor } from "../../sync/editor";

/** How often is looked whether a run is to be asked for; in milliseconds. */
const ACTIVE_POLL_MS = 3_000;
/** Runs that were started elsewhere appear after this long at most. */
const IDLE_POLL_MS = 15_000;
const PAGE = 30;

export const RUN_FILTERS = {
  all: { title: "All runs", statuses: [] },
  going: { title: "Going on", statuses: ["PENDING", "RUNNING"] },
  done: { title: "Done", statuses: ["COMPLETED"] },
  failed: { title: "Failed", statuses: ["FAILED"] },
  stopped: { title: "Stopped", statuses: ["CANCELLED"] },
} as const satisfies Record<string, { title: string; statuses: readonly RunStatus[] }>;

export type RunFilter = keyof typeof RUN_FILTERS;

const idOf = ({ id }: RunSummary) => id;

export function useRunList(workflowId: number, filter: RunFilter): PagedList<RunSummary> {
  const read = useCallback(
    (cursor: string | null) =>
      listRuns(workflowId, { limit: PAGE, cursor, statuses: RUN_FILTERS[filter].statuses }),
    [workflowId, filter],
  );
  const pages = usePagedList(read, idOf);
  const { refresh } = pages;
  const statusMark = useRuns(({ runs }) =>
    Object.values(runs)
      .map(({ summary }) => summary.id + summary.status)
      .join(),
  );
  const lastMark = useRef(statusMark);
  useEffect(() => {
    if (lastMark.current === statusMark) return;
    lastMark.current = statusMark;
    void refresh();
  }, [statusMark, refresh]);
  const hasUnfollowed = (pages.items ?? []).some(
    (run) => !isTerminal(run.status) && !editor.runs.isFollowed(run.id),
  );
  useEffect(() => pollGently(refresh, hasUnfollowed), [refresh, hasUnfollowed]);
  return pages;
}

/** Looks now and then, sooner while something goes on that is not heard of; gives how to end. */
function pollGently(refresh: () => Promise<void>, hasUnfollowed: boolean): () => void {
  let last = Date.now();
  const poll = () => {
    last = Date.now();
    void refresh();
  };
  const timer = setInterval(() => {
    if (!document.hidden && Date.now() - last >= (hasUnfollowed ? ACTIVE_POLL_MS : IDLE_POLL_MS))
      poll();
  }, ACTIVE_POLL_MS);
  const onVisible = () => {
    if (!document.hidden) poll();
  };
  addEventListener("focus", onVisible);
  document.addEventListener("visibilitychange", onVisible);
  return () => {
    clearInterval(timer);
    removeEventListener("focus", onVisible);
    document.removeEventListener("visibilitychange", onVisible);
  };
}

/** A run of the list as far as it has come by what was heard of it. */
export function withLiveState(listed: RunSummary, view: RunView | undefined): RunSummary {
  if (!view || isTerminal(listed.status)) return listed;
  const counts = Object.keys(view.nodes).length ? countNodes(view.nodes) : listed.counts;
  return { ...view.summary, counts };
}
