/** Lists that come in pages and are read again from time to time, without losing one's place. */

import { useCallback, useEffect, useRef, useState } from "react";
import { errorMessage } from "../api/client";

export interface Page<T> {
  items: readonly T[];
  nextCursor: string | null;
}

export type ItemKey = string | number;

/** What is known after the first page was read again: it replaces what it covers. */
export function mergeFirstPage<T>(
  known: Page<T>,
  first: Page<T>,
  keyOf: (item: T) => ItemKey,
): Page<T> {
  const last = first.items.at(-1);
  const covered = last ? known.items.findIndex((item) => keyOf(item) === keyOf(last)) : -1;
  const older = covered < 0 ? [] : known.items.slice(covered + 1);
  if (older.length === 0) return first;
  return { items: [...first.items, ...older], nextCursor: known.nextCursor };
}

/** `known` with its next page. */
export function appendPage<T>(known: Page<T>, next: Page<T>, keyOf: (item: T) => ItemKey): Page<T> {
  const have = new Set(known.items.map(keyOf));
  const items = [...known.items, ...next.items.filter((item) => !have.has(keyOf(item)))];
  return { items, nextCursor: next.nextCursor };
}

export type FetchPage<T> = (cursor: string | null) => Promise<Page<T>>;

export interface PagedList<T> {
  /** Null: nothing was read yet. */
  items: readonly T[] | null;
  hasMore: boolean;
  failure: string | null;
  refresh: () => Promise<void>;
  loadMore: () => Promise<void>;
}

interface Known<T> {
  read: FetchPage<T>;
  page: Page<T> | null;
  failure: string | null;
}

/** Reads a list page by page; begins anew whenever `read` is another function. */
export function usePagedList<T>(read: FetchPage<T>, keyOf: (item: T) => ItemKey): PagedList<T> {
  const [known, setKnown] = useState<Known<T>>({ read, page: null, failure: null });
  const wanted = useRef(read);
  const take = useCallback(
    (cursor: string | null, join: typeof appendPage<T>): Promise<void> =>
      read(cursor).then(
        (page) => {
          if (wanted.current !== read) return;
          setKnown(({ read: from, page: had }) => {
            const joined = from === read && had ? join(had, page, keyOf) : page;
            return { read, page: joined, failure: null };
          });
        },
        (error: unknown) => {
          const failure = errorMessage(error);
          setKnown((had) => ({ read, page: had.read === read ? had.page : null, failure }));
        },
      ),
    [read, keyOf],
  );
  const refresh = useCallback(() => take(null, mergeFirstPage), [take]);
  useEffect(() => {
    wanted.current = read;
    void refresh();
  }, [read, refresh]);
  const { page, failure } = known.read === read ? known : { page: null, failure: null };
  const cursor = page?.nextCursor ?? null;
  return {
    items: page?.items ?? null,
    hasMore: cursor !== null,
    failure,
    refresh,
    loadMore: () => (cursor === null ? Promise.resolve() : take(cursor, appendPage)),
  };
}
