/**
 * The run store: what every node of a run is doing. Never saved, never undone, never part of the
 * document. Written by `sync/runs`, read by nodes and panels.
 */

import { create } from "zustand";
import { isTerminal, type RunEvent } from "../api/events";
import type { NodeEventRead, NodeExecutionRead, RunRead, RunSummary } from "../generated/api";

export type NodeRun = Pick<
  NodeExecutionRead,
  | ("label" | "nodeType" | "status" | "attempt" | "error" | "input" | "output" | "usage")
  | ("reused" | "reusedFrom" | "startedAt" | "finishedAt" | "durationMs")
> & { executionId: string };

/** What a model has said so far in this attempt; `end` is the offset of the next piece. */
export interface LiveText {
  attempt: number;
  text: string;
  end: number;
}

export interface RunView {
  summary: RunSummary;
  nodes: Readonly<Record<string, NodeRun>>;
  live: Readonly<Record<string, LiveText>>;
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

export const useRuns = create<RunsState>(() => ({ runs: {}, shownId: null, fallbackRunIds: [] }));

const { getState, setState } = useRuns;

export function showRun(id: string | null, fallbackRunIds: readonly string[] = []): void {
  setState({ shownId: id, fallbackRunIds });
}

export function clearRuns(): void {
  setState({ runs: {}, shownId: null, fallbackRunIds: [] });
}

function updateRun(id: string, make: (view: RunView) => RunView): void {
  const view = getState().runs[id];
  if (view) setState({ runs: { ...getState().runs, [id]: make(view) } });
}

/** Takes over what the server has of a run; states that are further on here stay. */
export function mergeRun(run: RunRead): void {
  const { nodeExecutions, ...summary } = run;
  const known = getState().runs[run.id];
  const nodes = Object.fromEntries(
    nodeExecutions.map((execution) => {
      const local = known?.nodes[execution.nodeId];
      const read = nodeRun(execution);
      if (!local || progressOf(read) >= progressOf(local)) {
        return [execution.nodeId, keepIfEqual(local, read)];
      }
      return [execution.nodeId, { ...read, ...local }];
    }),
  );
  const view: RunView = {
    summary:
      known && isTerminal(known.summary.status)
        ? { ...summary, status: known.summary.status }
        : summary,
    nodes,
    live: known?.live ?? {},
    connected: known?.connected ?? true,
  };
  setState({ runs: { ...getState().runs, [run.id]: view } });
}

function nodeRun({ id, nodeId, reason, ...rest }: NodeExecutionRead): NodeRun {
  return { executionId: id, ...rest };
}

/** The object that is there if nothing changed, so that nobody draws again. */
function keepIfEqual(local: NodeRun | undefined, read: NodeRun): NodeRun {
  return local && JSON.stringify(local) === JSON.stringify(read) ? local : read;
}

/** How far a node has come: never goes down within a run. */
function progressOf({ attempt, status }: Pick<NodeRun, "attempt" | "status">): number {
  return isTerminal(status)
    ? Number.POSITIVE_INFINITY
    : attempt * 2 + (status === "RUNNING" ? 1 : 0);
}

/** Takes over one event of a run. */
export function applyEvent(runId: string, event: RunEvent): void {
  if (event.type === "run") {
    const { status, error } = event.data;
    updateRun(runId, (view) => ({ ...view, summary: { ...view.summary, status, error } }));
  } else if (event.type === "node") {
    applyNodeEvent(runId, event.data);
  } else {
    const { nodeId, attempt, offset, text } = event.data;
    updateRun(runId, (view) => ({
      ...view,
      live: { ...view.live, [nodeId]: appendLiveText(view.live[nodeId], attempt, offset, text) },
    }));
  }
}

/** What an event does not say; the run that is read soon after does. */
const UNKNOWN = {
  nodeType: "",
  input: {},
  ...{ output: null, usage: null, reusedFrom: null, finishedAt: null, durationMs: null },
};

function applyNodeEvent(runId: string, event: NodeEventRead): void {
  updateRun(runId, (view) => {
    const known = view.nodes[event.nodeId];
    const { executionId, status, attempt, reused, error } = event;
    if (known && progressOf(event) < progressOf(known)) return view;
    const startedAt = status === "RUNNING" ? event.at : (known?.startedAt ?? null);
    const node: NodeRun = {
      ...(known ?? { ...UNKNOWN, label: event.nodeId }),
      ...{ executionId, status, attempt, reused, error, startedAt },
    };
    return { ...view, nodes: { ...view.nodes, [event.nodeId]: node } };
  });
}

/** Live text with one more piece; "…" stands where pieces are missing. */
export function appendLiveText(
  known: LiveText | undefined,
  attempt: number,
  offset: number,
  text: string,
): LiveText {
  const before = known?.attempt === attempt && offset > 0 ? known : { text: "", end: 0 };
  const gap = offset > before.end ? "…" : "";
  return { attempt, text: before.text + gap + text, end: offset + Array.from(text).length };
}

export function setConnected(runId: string, connected: boolean): void {
  updateRun(runId, (view) => (view.connected === connected ? view : { ...view, connected }));
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

/** A status as it is drawn: a result that was taken over has one of its own. */
export function displayStatus(status: string, reused: boolean): string {
  return reused && status === "COMPLETED" ? "REUSED" : status;
}

/** Subscribes to one node as the canvas shows it. */
export function useNodeRun(nodeId: string): NodeRun | undefined {
  return useRuns((state) => displayedNode(state, nodeId));
}

export function useLiveText(nodeId: string): LiveText | undefined {
  return useRuns((state) => (state.shownId ? state.runs[state.shownId]?.live[nodeId] : undefined));
}

export function useShownRun(): RunView | undefined {
  return useRuns((state) => (state.shownId ? state.runs[state.shownId] : undefined));
}
