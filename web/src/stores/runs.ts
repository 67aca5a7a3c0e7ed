/**
 * The run store: what every node of a run is doing. Never saved, never undone, never part of the
 * document. Written by `sync/runs`, read by nodes and panels.
 */

import type { RunEvent } from "../api/events";
import { isTerminal } from "../api/status";
import type {
  NodeEventRead,
  NodeExecutionRead,
  RunEventRead,
  RunRead,
  TokenEventRead,
  Value,
} from "../generated/api";
import { Store } from "./store";

/** What is said of a run wherever it is shown. */
export type RunBase = Omit<RunRead, "nodeExecutions" | "inputs" | "outputs">;

export type NodeRun = Pick<
  NodeExecutionRead,
  | ("label" | "nodeType" | "status" | "attempt" | "error" | "input" | "output" | "usage")
  | ("outputs" | "skipReason")
  | ("reused" | "reusedFrom" | "startedAt" | "finishedAt" | "durationMs")
> & { executionId: string };

/** What came out of a node so far, in this attempt. */
export interface LiveOutput {
  attempt: number;
  /** What a model has said; `end` is the offset of the next piece. */
  text: string;
  end: number;
  /** What the output may become. */
  preview: Value | null;
}

export interface RunView {
  summary: RunBase;
  /** What it was given, and what the workflow declares as results, by name. */
  inputs: RunRead["inputs"];
  outputs: RunRead["outputs"];
  nodes: Readonly<Record<string, NodeRun>>;
  live: Readonly<Record<string, LiveOutput>>;
  /** Whether its events arrive; false while the connection is being made again. */
  connected: boolean;
}

export interface RunsState {
  runs: Readonly<Record<string, RunView>>;
  /** The run whose states are on the canvas. */
  shownId: string | null;
  /** Earlier runs, the newest first, whose results show where the shown run is only about a part. */
  fallbackRunIds: readonly string[];
}

const NO_RUNS: RunsState = { runs: {}, shownId: null, fallbackRunIds: [] };

export class RunsStore extends Store<RunsState> {
  constructor() {
    super(NO_RUNS);
  }

  readonly show = (shownId: string | null, fallbackRunIds: readonly string[] = []): void => {
    this.set({ shownId, fallbackRunIds });
  };

  readonly clear = (): void => this.set(NO_RUNS);

  private update(id: string, change: (view: RunView) => RunView): void {
    const view = this.state.runs[id];
    if (view) this.set({ runs: { ...this.state.runs, [id]: change(view) } });
  }

  /** Takes over what the server has of a run; states that are further on here stay. */
  merge(run: RunRead): void {
    const { nodeExecutions, inputs, outputs, ...summary } = run;
    const known = this.state.runs[run.id];
    const nodes = nodeExecutions.map((read) => [read.nodeId, merged(known, read)] as const);
    const ended = known && isTerminal(known.summary.status);
    const view: RunView = {
      summary: ended ? { ...summary, status: known.summary.status } : summary,
      inputs,
      outputs,
      nodes: Object.fromEntries(nodes),
      live: known?.live ?? {},
      connected: known?.connected ?? true,
    };
    this.set({ runs: { ...this.state.runs, [run.id]: view } });
  }

  /** Takes over what the server has of one node of a known run. */
  mergeNode(runId: string, read: NodeExecutionRead): void {
    this.update(runId, (view) => ({
      ...view,
      nodes: { ...view.nodes, [read.nodeId]: merged(view, read) },
    }));
  }

  applyEvent(runId: string, event: RunEvent): void {
    if (event.type === "run") {
      this.update(runId, (view) => ({ ...view, summary: withRunEvent(view.summary, event.data) }));
    } else if (event.type === "node") {
      this.update(runId, (view) => withNodeEvent(view, event.data));
    } else {
      const { nodeId } = event.data;
      this.update(runId, (view) => {
        // What has ended shows its output; what it sent last may come after that.
        if (isTerminal(view.nodes[nodeId]?.status ?? "PENDING")) return view;
        const known = view.live[nodeId];
        const next =
          event.type === "token"
            ? appendLiveText(known, event.data)
            : { ...ofAttempt(known, event.data.attempt), preview: event.data.value };
        return { ...view, live: { ...view.live, [nodeId]: next } };
      });
    }
  }

  /** Notes that a run is to be paused, or not any more; its state comes with an event. */
  setPauseRequestedAt(runId: string, pauseRequestedAt: string | null): void {
    this.update(runId, (view) => ({ ...view, summary: { ...view.summary, pauseRequestedAt } }));
  }

  setConnected(runId: string, connected: boolean): void {
    this.update(runId, (view) => (view.connected === connected ? view : { ...view, connected }));
  }
}

function merged(known: RunView | undefined, execution: NodeExecutionRead): NodeRun {
  const { id, nodeId, reason, ...rest } = execution;
  const local = known?.nodes[nodeId];
  // A long output does not come with a run of many: what is known of it stays.
  const earlier = local?.status === rest.status ? local.output : null;
  const read: NodeRun = { executionId: id, ...rest, output: rest.output ?? earlier };
  if (!local || progressOf(read) >= progressOf(local)) return keepIfEqual(local, read);
  return { ...read, ...local };
}

/** The object that is there if nothing changed, so that nobody draws again. */
function keepIfEqual(local: NodeRun | undefined, read: NodeRun): NodeRun {
  return local && JSON.stringify(local) === JSON.stringify(read) ? local : read;
}

/** How far a node has come: never goes down within a run. After a pause it waits for its next attempt. */
function progressOf({ attempt, status }: Pick<NodeRun, "attempt" | "status">): number {
  return isTerminal(status)
    ? Number.POSITIVE_INFINITY
    : attempt * 2 + (status === "RUNNING" ? 0 : 1);
}

/** Events come once more after a reconnection: one from before the request is not its end. */
function withRunEvent(summary: RunBase, { status, error, at, pausing }: RunEventRead): RunBase {
  const before = summary.pauseRequestedAt;
  const resumed = !pausing && before !== null && at > before;
  const pauseRequestedAt = resumed ? null : (before ?? (pausing ? at : null));
  return { ...summary, status, error, pauseRequestedAt };
}

/** What no event says; the whole run says it, which is read at its end. */
const UNKNOWN = { nodeType: "", input: {}, usage: null, reusedFrom: null };

/** Live text with one more piece; "…" stands where pieces are missing. */
export function appendLiveText(
  known: LiveOutput | undefined,
  { attempt, offset, text }: Pick<TokenEventRead, "attempt" | "offset" | "text">,
): LiveOutput {
  const before = ofAttempt(known, attempt);
  const gap = offset > before.end ? "…" : "";
  const said = offset > 0 ? before.text + gap : "";
  return { ...before, text: said + text, end: offset + Array.from(text).length };
}

/** What is known of an attempt; nothing, if that was another one. */
function ofAttempt(known: LiveOutput | undefined, attempt: number): LiveOutput {
  return known?.attempt === attempt ? known : { attempt, text: "", end: 0, preview: null };
}

function withNodeEvent(view: RunView, event: NodeEventRead): RunView {
  const known = view.nodes[event.nodeId];
  const { at, kind, runId, nodeId, ...state } = event;
  const { status } = state;
  // What has ended stays as it is: after a reconnection its events come once more.
  if (known && (isTerminal(known.status) || progressOf(event) < progressOf(known))) return view;
  const begunAt = status === "RUNNING" ? at : null;
  const startedAt = isTerminal(status) ? (known?.startedAt ?? null) : begunAt;
  const finishedAt = isTerminal(status) ? at : null;
  const durationMs = startedAt && finishedAt ? Date.parse(at) - Date.parse(startedAt) : null;
  const node: NodeRun = {
    ...(known ?? { ...UNKNOWN, label: nodeId }),
    ...state,
    ...{ startedAt, finishedAt, durationMs },
  };
  return { ...view, nodes: { ...view.nodes, [nodeId]: node } };
}

/** What a node does in the run that is on the canvas, else what it did in those beneath. */
export function displayedNode(state: RunsState, nodeId: string): NodeRun | undefined {
  if (state.shownId === null) return undefined;
  for (const id of [state.shownId, ...state.fallbackRunIds]) {
    const node = state.runs[id]?.nodes[nodeId];
    if (node) return node;
  }
  return undefined;
}

/** Which results are shown, as a key; null while the shown run goes on, or if there is none. */
export function endedResults({ runs, shownId, fallbackRunIds }: RunsState): string | null {
  const shown = shownId ? runs[shownId] : undefined;
  return shown && isTerminal(shown.summary.status) ? [shownId, ...fallbackRunIds].join() : null;
}

/** The runs of this page. */
export const runsStore = new RunsStore();
export const useRuns = runsStore.use;

/** Subscribes to one node as the canvas shows it. */
export function useNodeRun(nodeId: string): NodeRun | undefined {
  return useRuns((state) => displayedNode(state, nodeId));
}

export function useLiveOutput(nodeId: string): LiveOutput | undefined {
  return useRuns((state) => (state.shownId ? state.runs[state.shownId]?.live[nodeId] : undefined));
}

export function useShownRun(): RunView | undefined {
  return useRuns((state) => (state.shownId ? state.runs[state.shownId] : undefined));
}
