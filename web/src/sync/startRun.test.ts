// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import type { RunRead } from "../generated/api";
import { createStores } from "../stores/editorStores";
import type { Scope } from "../stores/view";
import { displayedNode } from "../stores/runs";
import { graph, node } from "../test/graphs";
import { anExecution, aRun } from "../test/runs";
import { stubFetch } from "../test/server";
import { EditorSession } from "./session";
import { defaultReuse } from "./startRun";

const ID = "00000000-0000-4000-8000-000000000001";
const EARLIER = "00000000-0000-4000-8000-000000000002";
const AT = "2026-01-01T00:00:00Z";

function run(id: string, scope: Scope, nodeIds: string[], reused = false): RunRead {
  const nodes = nodeIds.map((nodeId) => ({
    ...anExecution(nodeId, reused ? "COMPLETED" : "PENDING"),
    reused,
  }));
  return { ...aRun(id, []), scope, nodeExecutions: nodes };
}

let answer: () => Response;
let sent: unknown[] = [];
let paths: string[] = [];

beforeEach(() => {
  sent = [];
  paths = [];
  stubFetch(({ method, path, json }) => {
    if (path.endsWith("/events")) return new Promise<Response>(() => undefined);
    if (method === "POST") sent.push(json);
    paths.push(path);
    return answer();
  });
});

function opened(): EditorSession {
  const editor = new EditorSession(createStores());
  editor.stores.document.open(1, graph([node("a"), node("b")]));
  return editor;
}

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
  const { starter, stores } = opened();
  answer = () => Response.json(run(ID, { kind: "all" }, ["a"], true), { status: 202 });
  await starter.start({ kind: "all" });
  expect(sent).toEqual([{ scope: { kind: "all" }, reuse: "always" }]);
  expect(stores.session.state.notices).toEqual([]);
  const ended = {
    kind: "run",
    runId: ID,
    status: "COMPLETED",
    error: null,
    pausing: false,
    at: AT,
  } as const;
  stores.runs.applyEvent(ID, { type: "run", data: ended });
  const [notice] = stores.session.state.notices;
  expect(notice?.text).toContain("Nothing had changed");
  notice?.action?.run();
  await vi.waitFor(() => expect(sent.at(-1)).toEqual({ scope: { kind: "all" }, reuse: "never" }));
});

test("a run of a part lies over the results of the one before it", async () => {
  const { starter, stores } = opened();
  stores.runs.merge(run(EARLIER, { kind: "all" }, ["a", "b"], true));
  stores.runs.show(EARLIER);
  const scope: Scope = { kind: "nodes", nodeIds: ["a"] };
  answer = () => Response.json(run(ID, scope, ["a"]), { status: 202 });
  await starter.start(scope);
  const state = stores.runs.state;
  expect(displayedNode(state, "a")?.status).toBe("PENDING");
  expect(displayedNode(state, "b")?.status).toBe("COMPLETED");
  answer = () => Response.json(run(EARLIER, { kind: "all" }, ["a"]), { status: 202 });
  await starter.start({ kind: "all" });
  expect(stores.runs.state.fallbackRunIds).toEqual([]);
});

test("problems are shown where they can be put right", async () => {
  const { starter, stores } = opened();
  const problem = { code: "missing_input", message: "It needs a picture.", nodeId: "b" };
  const problems = [{ ...problem, edgeId: null, port: "image", param: null, input: null }];
  answer = () => Response.json({ detail: "No.", code: "invalid_graph", problems }, { status: 422 });
  await starter.start({ kind: "all" });
  expect(stores.session.state.dialog).toBe("run");
  expect(stores.view.state.runPreview?.problems).toEqual(problems);
  expect([...stores.session.state.selectedNodes]).toEqual(["b"]);
});

test("an input without its value is asked for where inputs are", async () => {
  const { starter, stores } = opened();
  const input = { name: "topic", nodeId: "b", param: "text", title: "Topic" };
  stores.document.commit((now) => ({
    ...now,
    declarations: { inputs: [input], outputs: [] },
  }));
  const problem = { code: "missing_source", message: "Choose a file.", nodeId: "b" };
  const problems = [{ ...problem, edgeId: null, port: null, param: "text", input: null }];
  answer = () => Response.json({ detail: "No.", code: "invalid_graph", problems }, { status: 422 });
  await starter.start({ kind: "all" });
  expect(stores.session.state.dialog).toBeNull();
  expect(stores.session.state.rightPanel).toBe("function");
  expect(stores.session.state.wantedInput).toBe("topic");
  expect(stores.session.state.notices[0]?.text).toContain("Topic");
});

test("a run is paused and resumed, and shows it before its state has changed", async () => {
  const { starter, stores } = opened();
  stores.runs.merge(aRun(ID, ["a"]));
  const shown = () => stores.runs.state.runs[ID]?.summary.pauseRequestedAt;
  answer = () => Response.json({ ...aRun(ID, ["a"]), pauseRequestedAt: AT }, { status: 202 });
  await starter.setPaused(ID, true);
  expect([paths.at(-1), shown()]).toEqual([`/api/runs/${ID}/pause`, AT]);
  answer = () => Response.json(aRun(ID, ["a"]), { status: 202 });
  await starter.setPaused(ID, false);
  expect([paths.at(-1), shown()]).toEqual([`/api/runs/${ID}/resume`, null]);
  answer = () => Response.json({ title: "Run ended", detail: "It has ended." }, { status: 409 });
  await starter.setPaused(ID, true);
  expect(shown()).toBeNull();
  expect(stores.session.state.notices).toHaveLength(1);
});
