/** Runs of the open workflow: started, followed live, stopped, shown. */

import { followRun, isTerminal } from "../api/events";
import { cancelRun, listRuns, readRun, startRun } from "../api/runs";
import type { RunCreate, RunRead } from "../generated/api";
import { useDocument } from "../stores/document";
import { hear, putRun, setConnected, showRun, useRuns } from "../stores/runs";
import { push } from "./save";

/** Results are fetched at most this often while a run goes on; in milliseconds. */
const FETCH_MS = 250;

/** Runs that are followed at once: browsers allow six connections to one server. */
const MOST_FOLLOWED = 3;

/** Runs of parts, one after the other, whose results are still shown together. */
const MOST_BENEATH = 5;

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
export async function run(wanted: RunCreate): Promise<RunRead | null> {
  const { workflowId } = useDocument.getState();
  if (workflowId === null) return null;
  await push();
  const started = await startRun(workflowId, wanted);
  const { shownId, beneath } = useRuns.getState();
  putRun(started);
  const earlier = started.scope.kind === "all" || !shownId ? [] : [shownId, ...beneath];
  follow(started, earlier.slice(0, MOST_BENEATH));
  return started;
}

/** Shows a run on the canvas, live if it still goes on. Raises ApiError. */
export async function openRun(id: string): Promise<RunRead> {
  const read = await readRun(id);
  putRun(read);
  const { shownId, beneath } = useRuns.getState();
  follow(read, shownId === id ? beneath : []);
  return read;
}

/**
 * Shows the newest run, so that results are there when a workflow is opened; if that was about a
 * part, with what earlier ones gave beneath.
 */
export async function showNewestRun(workflowId: number): Promise<void> {
  const page = await listRuns(workflowId, { limit: 1 + MOST_BENEATH }).catch(() => null);
  const runs = page?.items ?? [];
  const whole = runs.findIndex((each) => each.scope.kind === "all");
  const ids = runs.slice(0, whole < 0 ? runs.length : whole + 1).map((each) => each.id);
  const read = await Promise.all(ids.map((id) => readRun(id).catch(() => null)));
  const [newest, ...earlier] = read.filter((each) => each !== null);
  if (!newest || useDocument.getState().workflowId !== workflowId) return;
  for (const each of [newest, ...earlier]) putRun(each);
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
  stopOldest();
  const fetcher = new Fetcher(id, stop.signal);
  const listener = {
    hear: (event: Parameters<typeof hear>[1]) => {
      hear(id, event);
      if (event.type !== "token") fetcher.soon();
    },
    connected: (stands: boolean) => setConnected(id, stands),
    ended: () => {
      followed.delete(id);
      void fetcher.now();
    },
  };
  void followRun(id, listener, stop.signal);
}

function stopOldest(): void {
  const [oldest] = followed;
  if (!oldest || followed.size <= MOST_FOLLOWED) return;
  oldest[1].abort();
  followed.delete(oldest[0]);
}

/** Takes over what the server has of a run that is known here; where it does not answer, nothing. */
export async function readAgain(id: string, signal: AbortSignal): Promise<void> {
  const read = await readRun(id, signal).catch(() => null);
  if (read && !signal.aborted && useRuns.getState().runs[id]) putRun(read);
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
    await readAgain(this.id, this.signal);
    this.took = performance.now() - began;
  }
}
