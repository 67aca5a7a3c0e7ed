// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import type { RunRead } from "../generated/api";
import { openDocument } from "../stores/document";
import { type Scope, useView } from "../stores/view";
import { applyEvent, mergeRun, showRun, displayedNode, useRuns } from "../stores/runs";
import { useSession } from "../stores/session";
import { graph, node } from "../test/graphs";
import { runScope, defaultReuse } from "./startRun";

const ID = "00000000-0000-4000-8000-000000000001";
const EARLIER = "00000000-0000-4000-8000-000000000002";
const AT = "2026-01-01T00:00:00Z";

function run(id: string, scope: Scope, nodeIds: string[], reused = false): RunRead {
  const counts = { ...{ total: 1, pending: 1, running: 0, completed: 0, failed: 0 } };
  const nodeExecutions = nodeIds.map((nodeId) => ({
    ...{ id, nodeId, nodeType: "text", label: nodeId, attempt: 1, reused, input: {} },
    ...{ status: reused ? ("COMPLETED" as const) : ("PENDING" as const), output: null },
    ...{ error: null, usage: null, reason: null, reusedFrom: null, startedAt: null },
    ...{ finishedAt: null, durationMs: null },
  }));
  return {
    ...{ id, workflowId: 1, revision: 1, status: "RUNNING", scope, trigger: "api" },
    ...{ createdAt: AT, startedAt: AT, finishedAt: null, durationMs: null, error: null },
    ...{ prefectUrl: null, usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 } },
    ...{ reuse: "auto", scheduleId: null, dueAt: null, late: false },
    counts: { ...counts, cancelled: 0, skipped: 0, reused: 0 },
    nodeExecutions,
  };
}

let answer: () => Response;
let sent: unknown[] = [];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => {
    if (path.endsWith("/events")) return new Promise(() => undefined);
    if (init.method === "POST") sent.push(JSON.parse(init.body as string));
    return Promise.resolve(answer());
  });
  openDocument(1, graph([node("a"), node("b")]));
  useSession.setState({ notices: [], dialog: null });
  useRuns.setState({ runs: {}, shownId: null, fallbackRunIds: [] });
});

test("results are reused, unless somebody points at nodes", () => {
  const scopes: Scope[] = [
    { kind: "all" },
    { kind: "until", nodeId: "a" },
    { kind: "failed", runId: ID },
    { kind: "nodes", nodeIds: ["a"] },
    { kind: "from", nodeId: "a" },
  ];
  expect(scopes.map(defaultReuse)).toEqual(["always", "always", "always", "never", "never"]);
});

test("a run that had nothing to do says so, and offers to make new results", async () => {
  answer = () => Response.json(run(ID, { kind: "all" }, ["a"], true), { status: 202 });
  await runScope({ kind: "all" });
  expect(sent).toEqual([{ scope: { kind: "all" }, reuse: "always" }]);
  expect(useSession.getState().notices).toEqual([]);
  const ended = { kind: "run", runId: ID, status: "COMPLETED", error: null, at: AT } as const;
  applyEvent(ID, { type: "run", data: ended });
  const [notice] = useSession.getState().notices;
  expect(notice?.text).toContain("Nothing had changed");
  notice?.action?.run();
  await vi.waitFor(() => expect(sent.at(-1)).toEqual({ scope: { kind: "all" }, reuse: "never" }));
});

test("a run of a part lies over the results of the one before it", async () => {
  mergeRun(run(EARLIER, { kind: "all" }, ["a", "b"], true));
  showRun(EARLIER);
  const scope: Scope = { kind: "nodes", nodeIds: ["a"] };
  answer = () => Response.json(run(ID, scope, ["a"]), { status: 202 });
  await runScope(scope);
  const state = useRuns.getState();
  expect(displayedNode(state, "a")?.status).toBe("PENDING");
  expect(displayedNode(state, "b")?.status).toBe("COMPLETED");
  answer = () => Response.json(run(EARLIER, { kind: "all" }, ["a"]), { status: 202 });
  await runScope({ kind: "all" });
  expect(useRuns.getState().fallbackRunIds).toEqual([]);
});

test("problems are shown where they can be put right", async () => {
  const problem = { code: "missing_input", message: "It needs a picture.", nodeId: "b" };
  const problems = [{ ...problem, edgeId: null, port: "image", param: null }];
  answer = () => Response.json({ detail: "No.", code: "invalid_graph", problems }, { status: 422 });
  await runScope({ kind: "all" });
  expect(useSession.getState().dialog).toBe("run");
  expect(useView.getState().runPreview?.problems).toEqual(problems);
  expect([...useSession.getState().selectedNodes]).toEqual(["b"]);
});
