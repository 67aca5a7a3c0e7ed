/** The list of workflows as the server has it: searched, sorted, by the page, and kept fresh. */

import { isActive } from "../../api/status";
import { listWorkflows } from "../../api/sdk";
import type { WorkflowSummary } from "../../generated/api";
import { useDebounced } from "../../ui/lists/useDebounced";
import { usePagedList } from "../../ui/lists/usePagedList";
import type { WorkflowListFilter } from "./useWorkflowListFilter";

const PAGE_SIZE = 24;
const TYPING_MS = 200;
/** While runs go on. */
const POLL_MS = 3_000;

export function useWorkflows({ text, sort, deleted }: WorkflowListFilter) {
  const filter = { q: useDebounced(text, TYPING_MS), sort, deleted };
  return usePagedList(
    ["workflows", filter],
    (page) => listWorkflows({ query: { ...page, ...filter, limit: PAGE_SIZE } }),
    { refetchInterval: (items) => items.some(isRunning) && POLL_MS, keepPrevious: true },
  );
}

function isRunning({ lastRun }: WorkflowSummary): boolean {
  return lastRun !== null && isActive(lastRun.status);
}
