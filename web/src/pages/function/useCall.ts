/** The calls of a page: one at a time; a page that is loaded again finds the one that goes on. */

import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, errorMessage } from "../../api/client";
import type { FunctionResult, Problem } from "../../generated/api";
import type { Json } from "../../graph/document";
import { hasInputs, type CallProgress, type FunctionCall, newCall } from "./call";
import type { FormSource } from "./source";

export type CallState =
  | { kind: "idle" }
  | { kind: "active"; progress: CallProgress | null; cancelling: boolean }
  | { kind: "ended"; result: FunctionResult; failures: readonly string[] }
  | { kind: "refused"; message: string; code: string; problems: readonly Problem[] };

const IDLE: CallState = { kind: "idle" };
const STARTING: CallState = { kind: "active", progress: null, cancelling: false };

export interface Calls {
  state: CallState;
  start: (inputs: Record<string, Json>) => void;
  cancel: () => void;
  /** Runs that were started here since the page was loaded. */
  startCount: number;
}

export function useCall(source: FormSource): Calls {
  const name = source.id;
  const [startCount, setStartCount] = useState(0);
  const [state, setState] = useState<CallState>(() => (storedCall(name) ? STARTING : IDLE));
  /** The call of which no answer came: the same request once more starts nothing new. */
  const open = useRef<FunctionCall | null>(null);
  const stop = useRef<AbortController | null>(null);

  const follow = useCallback(
    async (call: FunctionCall, isNew = false) => {
      stop.current?.abort();
      const { signal } = (stop.current = new AbortController());
      open.current = call;
      storeCall(call);
      let failures: readonly string[] = [];
      let uncounted = isNew;
      const onProgress = (progress: CallProgress) => {
        ({ failures } = progress);
        if (uncounted) setStartCount((now) => now + 1);
        uncounted = false;
        setState((now) => (now.kind === "active" && !signal.aborted ? { ...now, progress } : now));
      };
      try {
        const result = await source.follow(call, onProgress, signal);
        setState({ kind: "ended", result, failures });
      } catch (error) {
        if (signal.aborted) return;
        setState(refusal(error));
        if (error instanceof ApiError && error.retryable) return;
      }
      open.current = null;
      forgetCall(call.name);
    },
    [source],
  );

  useEffect(() => {
    const stored = storedCall(name);
    if (stored) void follow(stored);
    return () => stop.current?.abort();
  }, [name, follow]);

  const start = (inputs: Record<string, Json>) => {
    setState(STARTING);
    const again = open.current && hasInputs(open.current, inputs) ? open.current : null;
    void follow(again ?? newCall(name, inputs), true);
  };
  const cancel = () => {
    if (state.kind !== "active" || !state.progress || state.cancelling) return;
    setState({ ...state, cancelling: true });
    source
      .cancel(state.progress.runId)
      .catch(() =>
        setState((now) => (now.kind === "active" ? { ...now, cancelling: false } : now)),
      );
  };
  return { state, start, cancel, startCount };
}

function refusal(error: unknown): CallState {
  if (!(error instanceof ApiError)) {
    return { kind: "refused", message: errorMessage(error), code: "unknown", problems: [] };
  }
  const { message, code, problems } = error;
  return { kind: "refused", message, code, problems };
}

const keyOf = (name: string) => `nodeloom.call.${name}`;

/** The call of this window that had not ended when the page was left. */
export function storedCall(name: string): FunctionCall | null {
  const text = sessionStorage.getItem(keyOf(name));
  return text ? (JSON.parse(text) as FunctionCall) : null;
}

/** Without room for it, a page that is loaded again forgets it; its run goes on. */
function storeCall(call: FunctionCall): void {
  try {
    sessionStorage.setItem(keyOf(call.name), JSON.stringify(call));
  } catch {
    forgetCall(call.name);
  }
}

function forgetCall(name: string): void {
  sessionStorage.removeItem(keyOf(name));
}
