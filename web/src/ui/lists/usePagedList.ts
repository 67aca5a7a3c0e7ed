/** Lists that come in pages and are read again from time to time, without losing one's place. */

import {
  keepPreviousData,
  QueryClient,
  type QueryKey,
  useInfiniteQuery,
} from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { errorMessage } from "../../api/client";

/** Forgets what nothing shows any more: the next user of this page must not see it. */
export const queryClient = new QueryClient({
  defaultOptions: { queries: { gcTime: 0, networkMode: "always", retry: false } },
});

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

interface PageQuery {
  cursor?: string;
}

interface PagedListOptions<T> {
  /** How soon it is read again, in milliseconds; false: not by itself. */
  refetchInterval?: (items: readonly T[]) => number | false;
  /** It is read again whenever this changes. */
  refreshOn?: string | number;
  /** Whether what another key brought is shown until there is an answer. */
  keepPrevious?: boolean;
}

export interface PagedList<T> {
  /** Null: nothing was read yet. */
  items: readonly T[] | null;
  hasMore: boolean;
  /** Whether what is shown was brought by another key. */
  isPrevious: boolean;
  loadingMore: boolean;
  failure: string | null;
  refresh: () => Promise<unknown>;
  loadMore: () => Promise<unknown>;
}

/** Reads a list page by page; begins anew whenever the key is another. */
export function usePagedList<T>(
  queryKey: QueryKey,
  readPage: (query: PageQuery) => Promise<Page<T>>,
  { refetchInterval, refreshOn, keepPrevious = false }: PagedListOptions<T> = {},
): PagedList<T> {
  const itemsOf = (data: { pages: Page<T>[] }) => data.pages.flatMap((page) => page.items);
  const list = useInfiniteQuery(
    {
      queryKey,
      queryFn: ({ pageParam }) => readPage(pageParam),
      initialPageParam: {},
      getNextPageParam: ({ nextCursor }: Page<T>): PageQuery | null =>
        nextCursor ? { cursor: nextCursor } : null,
      refetchInterval: ({ state: { data } }) => refetchInterval?.(data ? itemsOf(data) : []),
      ...(keepPrevious && { placeholderData: keepPreviousData }),
    },
    queryClient,
  );
  const { data, refetch } = list;
  const lastRefresh = useRef(refreshOn);
  useEffect(() => {
    if (lastRefresh.current === refreshOn) return;
    lastRefresh.current = refreshOn;
    void refetch();
  }, [refreshOn, refetch]);
  return {
    items: data ? itemsOf(data) : null,
    hasMore: list.hasNextPage,
    isPrevious: list.isPlaceholderData,
    loadingMore: list.isFetchingNextPage,
    failure: list.error && errorMessage(list.error),
    refresh: useCallback(() => refetch(), [refetch]),
    loadMore: () => list.fetchNextPage(),
  };
}
