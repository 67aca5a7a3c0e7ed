/** The list of workflows as the server has it: searched, sorted, by the page, and kept fresh. */

import { useCallback, useEffect, useRef, useState } from "react";
import { errorMessage } from "../../api/client";
import { isTerminal } from "../../api/events";
import { listWorkflows, type WorkflowFilter } from "../../api/workflows";
import type { WorkflowSummary } from "../../generated/api";

const PAGE = 24;
/** What the server gives at once at most. */
const MOST = 100;
/** While somebody types; in milliseconds. */
const TYPING_MS = 200;
/** While runs go on. */
const FRESH_MS = 3_000;

export interface Listed {
  /** Null until the first answer. */
  items: readonly WorkflowSummary[] | null;
  next: string | null;
  failure: string | null;
  /** What the items were asked for. */
  text: string;
}

const NOTHING_YET: Listed = { items: null, next: null, failure: null, text: "" };

export function useWorkflows({ text = "", sort = "updated", deleted = false }: WorkflowFilter) {
  const [listed, setListed] = useState<Listed>(NOTHING_YET);
  const [round, setRound] = useState(0);
  const count = useRef(0);
  const asked = useRef("");
  useEffect(() => {
    const stop = new AbortController();
    const filter = { text, sort, deleted };
    const limit = Math.min(MOST, Math.max(PAGE, count.current));
    const ask = () =>
      listWorkflows(limit, filter, null, stop.signal).then(
        ({ items, nextCursor }) => {
          count.current = items.length;
          setListed({ items, next: nextCursor, failure: null, text });
        },
        (error: unknown) => {
          if (stop.signal.aborted) return;
          setListed((now) => ({ ...now, failure: errorMessage(error) }));
        },
      );
    const timer = setTimeout(() => void ask(), text === asked.current ? 0 : TYPING_MS);
    asked.current = text;
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, sort, deleted, round]);

  const reload = useCallback(() => setRound((now) => now + 1), []);
  const more = useCallback(async () => {
    const page = await listWorkflows(PAGE, { text, sort, deleted }, listed.next);
    count.current += page.items.length;
    setListed((now) => ({
      ...now,
      items: [...(now.items ?? []), ...page.items],
      next: page.nextCursor,
    }));
  }, [text, sort, deleted, listed.next]);
  useFreshness(listed.items, reload);
  return { listed, reload, more };
}

/** Asks again while runs go on, and when the page is looked at again. */
function useFreshness(items: Listed["items"], reload: () => void): void {
  const going = items?.some(({ lastRun }) => lastRun && !isTerminal(lastRun.status)) ?? false;
  useEffect(() => {
    const look = () => document.hidden || reload();
    document.addEventListener("visibilitychange", look);
    const timer = going ? setInterval(look, FRESH_MS) : undefined;
    return () => {
      document.removeEventListener("visibilitychange", look);
      clearInterval(timer);
    };
  }, [going, reload]);
}
