/** Runs in plain words. */

import type { Scope } from "../../stores/view";
import type { NodeRun, RunBase } from "../../stores/runs";

const MAX_NAMED = 2;

/** What a run was about; `nameOf` says what people call a node. */
export function formatScope(scope: Scope, nameOf: (nodeId: string) => string): string {
  if (scope.kind === "all") return "Everything";
  if (scope.kind === "from") return `From ${quoted(nameOf(scope.nodeId))} on`;
  if (scope.kind === "until") return `Up to ${quoted(nameOf(scope.nodeId))}`;
  if (scope.kind === "failed") return "What had not completed";
  const { nodeIds } = scope;
  if (nodeIds.length > MAX_NAMED) return `${nodeIds.length} nodes`;
  return nodeIds.map((id) => quoted(nameOf(id))).join(" and ");
}

function quoted(name: string): string {
  return `“${name}”`;
}

const TRIGGERS: Record<RunBase["trigger"], string | null> = {
  api: null,
  link: "with a share link",
  schedule: "by a schedule",
  prefect: "from Prefect",
  batch: "in a batch",
};

const STARTERS = {
  api_key: "with the API key",
  link: "with the share link",
  schedule: "by the schedule",
} as const;

/** Who or what started a run; null: whoever is at this machine. */
export function formatStarter({
  trigger,
  startedBy,
}: Pick<RunBase, "trigger" | "startedBy">): string | null {
  if (!startedBy) return TRIGGERS[trigger];
  const { kind, name } = startedBy;
  if (kind === "user") return `by ${name}`;
  return `${STARTERS[kind]} ${quoted(name)}`;
}

/** The beginning of a text in one line, without the signs of Markdown. */
export function firstWords(text: string | null): string {
  return (text ?? "")
    .replace(/[#*_`>~|]+|^\s*-+/gm, " ")
    .replace(/\s+/g, " ")
    .trim();
}

const REUSES: Record<RunBase["reuse"], string | null> = {
  auto: null,
  always: "reusing all it can",
  never: "all anew",
};

/** Whether earlier results stood for running again, where that was not left to the server. */
export function formatReuse(reuse: RunBase["reuse"]): string | null {
  return REUSES[reuse];
}

export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : `${noun}s`}`;
}

export type NodeCounts = RunBase["counts"] & {
  /** How many of the skipped ones are in branches not taken, where the nodes are known. */
  notTaken?: number;
};

/** "7 nodes done, 3 of them reused, 1 failed, 2 skipped" */
export function formatOutcome({ notTaken = 0, ...counts }: NodeCounts): string {
  const done = counts.reused
    ? `${counts.completed} done, ${counts.reused} of them reused`
    : `${counts.completed} done`;
  const others: [number, string][] = [
    [counts.running, "running"],
    [counts.pending, "waiting"],
    [counts.failed, "failed"],
    [counts.skipped - notTaken, "skipped"],
    [notTaken, "not taken"],
    [counts.cancelled, "stopped"],
  ];
  const parts = others.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return [done, ...parts].join(", ");
}

/** How many nodes are where, as the nodes themselves say. */
export function countNodes(nodes: Readonly<Record<string, NodeRun>>): NodeCounts {
  const all = Object.values(nodes);
  const count = (status: NodeRun["status"]) => all.filter((node) => node.status === status).length;
  return {
    total: all.length,
    pending: count("PENDING"),
    running: count("RUNNING"),
    completed: count("COMPLETED"),
    failed: count("FAILED"),
    cancelled: count("CANCELLED"),
    skipped: count("SKIPPED"),
    notTaken: all.filter((node) => node.skipReason === "not_taken").length,
    reused: all.filter((node) => node.reused).length,
  };
}

/** The nodes of a run as they were executed; those that did not begin come last. */
export function inExecutionOrder(nodes: Readonly<Record<string, NodeRun>>): [string, NodeRun][] {
  const at = ([, node]: [string, NodeRun]) => {
    const time = node.startedAt ?? node.finishedAt;
    return time === null ? Number.POSITIVE_INFINITY : Date.parse(time);
  };
  return Object.entries(nodes).sort((a, b) => {
    const [one, other] = [at(a), at(b)];
    return one === other ? 0 : one - other;
  });
}

/** "14:02:11", or with its day if that is not today. */
export function formatTime(time: string, now = new Date()): string {
  const date = new Date(time);
  const hours = date.toLocaleTimeString("en-GB");
  if (date.toDateString() === now.toDateString()) return hours;
  return `${date.toLocaleDateString("en", { dateStyle: "medium" })}, ${hours}`;
}
