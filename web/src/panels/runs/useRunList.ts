/** The list of runs, which renews itself: by events, by looking gently, and when one comes back. */

import { useCallback, useEffect, useRef } from "react";
import { isTerminal } from "../../api/events";
import { listRuns, type RunStatus, type RunSummary } from "../../api/runs";
import { type RunView, useRuns } from "../../stores/runs";
import { isFollowed } from "../../sync/runs";
import { type Pages, usePages } from "../usePagedList";
import { countsOf } from "./format";

/** How often is looked whether a run is to be asked for; in milliseconds. */
const TICK_MS = 3_000;
/** Runs that were started elsewhere appear after this long at most. */
const QUIET_MS = 15_000;
const PAGE = 30;

export const FILTERS = {
  all: { title: "All runs", statuses: [] },
  going: { title: "Going on", statuses: ["PENDING", "RUNNING"] },
  done: { title: "Done", statuses: ["COMPLETED"] },
  failed: { title: "Failed", statuses: ["FAILED"] },
  stopped: { title: "Stopped", statuses: ["CANCELLED"] },
} as const satisfies Record<string, { title: string; statuses: readonly RunStatus[] }>;

export type Filter = keyof typeof FILTERS;

const idOf = ({ id }: RunSummary) => id;

export function useRunList(workflowId: number, filter: Filter): Pages<RunSummary> {
  const read = useCallback(
    (cursor: string | null) =>
      listRuns(workflowId, { limit: PAGE, cursor, statuses: FILTERS[filter].statuses }),
    [workflowId, filter],
  );
  const pages = usePages(read, idOf);
  const { refresh } = pages;
  const mark = useRuns(({ runs }) =>
    Object.values(runs)
      .map(({ summary }) => summary.id + summary.status)
      .join(),
  );
  const heard = useRef(mark);
  useEffect(() => {
    if (heard.current === mark) return;
    heard.current = mark;
    void refresh();
  }, [mark, refresh]);
  const unheard = (pages.items ?? []).some((run) => !isTerminal(run.status) && !isFollowed(run.id));
  useEffect(() => lookGently(refresh, unheard), [refresh, unheard]);
  return pages;
}

/** Looks now and then, sooner while something goes on that is not heard of; gives how to end. */
function lookGently(refresh: () => Promise<void>, unheard: boolean): () => void {
  let last = Date.now();
  const look = () => {
    last = Date.now();
    void refresh();
  };
  const timer = setInterval(() => {
    if (!document.hidden && Date.now() - last >= (unheard ? TICK_MS : QUIET_MS)) look();
  }, TICK_MS);
  const seen = () => {
    if (!document.hidden) look();
  };
  addEventListener("focus", seen);
  document.addEventListener("visibilitychange", seen);
  return () => {
    clearInterval(timer);
    removeEventListener("focus", seen);
    document.removeEventListener("visibilitychange", seen);
  };
}

/** A run of the list as far as it has come by what was heard of it. */
export function live(listed: RunSummary, view: RunView | undefined): RunSummary {
  if (!view || isTerminal(listed.status)) return listed;
  const counts = Object.keys(view.nodes).length ? countsOf(view.nodes) : listed.counts;
  return { ...view.summary, counts };
}
