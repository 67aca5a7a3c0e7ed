/** A run on a line of time: what ran side by side lies in lanes one above the other. */

import { isTerminal } from "../../api/status";
import type { NodeRun } from "../../stores/runs";

export interface Bar {
  nodeId: string;
  node: NodeRun;
  lane: number;
  /** Of the whole time, from 0 to 1. */
  start: number;
  length: number;
}

export interface Timeline {
  bars: Bar[];
  /** How many nodes ran at the same time at most. */
  lanes: number;
  totalMs: number;
}

interface Span {
  nodeId: string;
  node: NodeRun;
  from: number;
  to: number;
}

/** Lays out the nodes that have begun; `now` ends those that still run. In milliseconds. */
export function timelineOf(nodes: readonly [string, NodeRun][], now: number): Timeline {
  const spans = nodes.flatMap(([nodeId, node]) => spanOf(nodeId, node, now) ?? []);
  spans.sort((a, b) => a.from - b.from || a.to - b.to);
  const begin = spans[0]?.from ?? 0;
  const totalMs = Math.max(1, ...spans.map((span) => span.to - begin));
  const free: number[] = [];
  const bars = spans.map((span) => ({
    nodeId: span.nodeId,
    node: span.node,
    lane: laneFor(span, free),
    start: (span.from - begin) / totalMs,
    length: (span.to - span.from) / totalMs,
  }));
  return { bars, lanes: free.length, totalMs };
}

function spanOf(nodeId: string, node: NodeRun, now: number): Span | null {
  if (node.startedAt === null || node.reused) return null;
  const from = Date.parse(node.startedAt);
  if (node.finishedAt !== null) return { nodeId, node, from, to: Date.parse(node.finishedAt) };
  return isTerminal(node.status) ? null : { nodeId, node, from, to: Math.max(now, from) };
}

/** The first lane that is free when the span begins; `free` says since when each is. */
function laneFor(span: Span, free: number[]): number {
  const found = free.findIndex((since) => since <= span.from);
  const lane = found < 0 ? free.length : found;
  free[lane] = span.to;
  return lane;
}
