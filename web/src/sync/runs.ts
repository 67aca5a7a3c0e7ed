/** Runs of the open workflow: started, followed live, stopped, shown. */

import { followRun, isTerminal } from "../api/events";
import { cancelRun, listRuns, readRun, startRun } from "../api/runs";
import type { RunCreate, RunRead } from "../generated/api";
import { useDocument } from "../stores/document";
import { applyEvent, mergeRun, setConnected, showRun, useRuns } from "../stores/runs";
import { flush } from "./save";

/** Results are fetched at most this often while a run goes on; in milliseconds. */
const FETCH_MS = 250;

/** Runs that are followed at once: browsers allow six connections to one server. */
const MAX_FOLLOWED = 3;

/** Runs of parts, one after the other, whose results are still shown together. */
const MAX_FALLBACK_RUNS = 5;

/** The runs whose events are heard, the one that was shown last at the end. */
const followed = new Map<string, AbortController>();

export function stopFollowing(): void {
  for (const stop of followed.values()) stop.abort();
  followed.clear();
}

/** Whether news of a run arrive by themselves. */
export function isFollowed(id: string): boolean {
  return followed.has(id);
}

/** Saves, starts a run, and shows it on the canvas. Raises ApiError. */
export async function runAndFollow(wanted: RunCreate): Promise<RunRead | null> {
  const { workflowId } = useDocument.getState();
  if (workflowId === null) return null;
  await flush();
  const started = await startRun(workflowId, wanted);
  const { shownId, fallbackRunIds } = useRuns.getState();
  mergeRun(started);
  const earlier = started.scope.kind === "all" || !shownId ? [] : [shownId, ...fallbackRunIds];
  follow(started, earlier.slice(0, MAX_FALLBACK_RUNS));
  return started;
}

/** Shows a run on the canvas, live if it still goes on. Raises ApiError. */
export async function openRun(id: string): Promise<RunRead> {
  const read = await readRun(id);
  mergeRun(read);
  const { shownId, fallbackRunIds } = useRuns.getState();
  follow(read, shownId === id ? fallbackRunIds : []);
  return read;
}

/**
 * Shows the newest run, so that results are there when a workflow is opened; if that was about a
 * part, with what earlier ones gave beneath.
 */
export async function showLatestRun(workflowId: number): Promise<void> {
  const page = await listRuns(workflowId, { limit: 1 + MAX_FALLBACK_RUNS }).catch(() => null);
  const runs = page?.items ?? [];
  const whole = runs.findIndex((each) => each.scope.kind === "all");
  const ids = runs.slice(0, whole < 0 ? runs.length : whole + 1).map((each) => each.id);
  const read = await Promise.all(ids.map((id) => readRun(id).catch(() => null)));
  const [newest, ...earlier] = read.filter((each) => each !== null);
  if (!newest || useDocument.getState().workflowId !== workflowId) return;
  for (const each of [newest, ...earlier]) mergeRun(each);
  follow(
    newest,
    earlier.map((each) => each.id),
  );
}

export async function stop(id: string): Promise<void> {
  await cancelRun(id);
}

function follow({ id, status }: RunRead, beneath: readonly string[] = []): void {
  showRun(id, beneath);
  if (isTerminal(status)) return;
  const known = followed.get(id);
  followed.delete(id);
  const stop = known ?? new AbortController();
  followed.set(id, stop);
  if (known) return;
  stopFollowingOldest();
  const fetcher = new Fetcher(id, stop.signal);
  const listener = {
    onEvent: (event: Parameters<typeof applyEvent>[1]) => {
      applyEvent(id, event);
      if (event.type !== "token") fetcher.soon();
    },
    onConnection: (stands: boolean) => setConnected(id, stands),
    onEnd: () => {
      followed.delete(id);
      void fetcher.now();
    },
  };
  void followRun(id, listener, stop.signal);
}

function stopFollowingOldest(): void {
  const [oldest] = followed;
  if (!oldest || followed.size <= MAX_FOLLOWED) return;
  oldest[1].abort();
  followed.delete(oldest[0]);
}

/** Takes over what the server has of a run that is known here; where it does not answer, nothing. */
export async function refreshRun(id: string, signal: AbortSignal): Promise<void> {
  const read = await readRun(id, signal).catch(() => null);
  if (read && !signal.aborted && useRuns.getState().runs[id]) mergeRun(read);
}

/** Reads the results of a run: events say that there is one, not what it is. */
class Fetcher {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private took = 0;

  constructor(
    private readonly id: string,
    private readonly signal: AbortSignal,
  ) {}

  soon(): void {
    this.timer ??= setTimeout(() => void this.now(), Math.max(FETCH_MS, 2 * this.took));
  }

  async now(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const began = performance.now();
    await refreshRun(this.id, this.signal);
    this.took = performance.now() - began;
  }
}
