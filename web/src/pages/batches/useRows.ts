/** Rows of a batch as they are needed: pages of them, those that have not ended asked for again. */

import { useQueries } from "@tanstack/react-query";
import { listBatchRows } from "../../api/sdk";
import { queryClient } from "../../ui/lists/usePagedList";
import type { BatchRead, BatchRowRead } from "../../generated/api";

const PAGE_ROWS = 50;
const POLL_MS = 1_500;

/** Gives the rows between two places that are known, by their number. */
export function useRows(
  batch: BatchRead,
  first: number,
  last: number,
): ReadonlyMap<number, BatchRowRead> {
  const { id: batchId, counts, status } = batch;
  // A page is asked for again until all of its rows have ended in the batch as it is now.
  const ended = counts.completed + counts.failed + counts.cancelled;
  const from = Math.floor(first / PAGE_ROWS);
  const to = Math.max(from, Math.ceil(Math.max(last, 1) / PAGE_ROWS) - 1);
  const pages = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return useQueries(
    {
      queries: pages.map((page) => ({
        queryKey: ["batch-rows", batchId, page, status === "RUNNING" ? "open" : ended],
        queryFn: () =>
          listBatchRows({
            path: { batchId },
            query: { limit: PAGE_ROWS, cursor: String(page * PAGE_ROWS) },
          }),
        placeholderData: (before: Awaited<ReturnType<typeof listBatchRows>> | undefined) => before,
        refetchInterval: (query: { state: { data?: { items: BatchRowRead[] } | undefined } }) =>
          query.state.data?.items.some(isOpen) ? POLL_MS : (false as const),
      })),
      combine: (results) =>
        new Map(results.flatMap(({ data }) => data?.items ?? []).map((row) => [row.number, row])),
    },
    queryClient,
  );
}

function isOpen({ status }: BatchRowRead): boolean {
  return status === "PENDING" || status === "RUNNING";
}
