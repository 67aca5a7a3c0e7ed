/** Runs as the server gives them, for tests. */

import type { NodeExecutionRead, NodeStatus, RunRead, RunStatus, Value } from "../generated/api";

const AT = "2026-01-01T00:00:00Z";

export function anExecution(
  nodeId: string,
  status: NodeStatus = "PENDING",
  output: Value | null = null,
): NodeExecutionRead {
  return {
    ...{ id: "00000000-0000-4000-8000-00000000000e", nodeId, nodeType: "text", label: nodeId },
    ...{ status, attempt: status === "PENDING" ? 0 : 1, reused: false, input: {}, output },
    ...{ outputs: {}, error: null },
    ...{ skipReason: null, usage: null },
    ...{ reason: null, reusedFrom: null, startedAt: null, finishedAt: null, durationMs: null },
  };
}

export function aRun(id: string, nodeIds: string[], status: RunStatus = "RUNNING"): RunRead {
  const counts = { ...{ total: nodeIds.length, pending: 0, running: 0, completed: 0, failed: 0 } };
  return {
    ...{ id, workflowId: 1, revision: 1, status, scope: { kind: "all" }, trigger: "api" },
    ...{ startedBy: null, inputs: {}, outputs: {} },
    ...{ createdAt: AT, startedAt: AT, finishedAt: null, durationMs: null, error: null },
    ...{ prefectUrl: null, usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 } },
    ...{ reuse: "auto", scheduleId: null, dueAt: null, late: false },
    ...{ pauseRequestedAt: null },
    counts: { ...counts, cancelled: 0, skipped: 0, reused: 0 },
    nodeExecutions: nodeIds.map((nodeId) => anExecution(nodeId)),
  };
}

/** An answer with events; it stays open as long as nothing says that the run has ended. */
export function eventStream(text: string): Response {
  const headers = { "Content-Type": "text/event-stream" };
  return new Response(text, { headers });
}
