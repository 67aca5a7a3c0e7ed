// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import type { NodeExecutionRead, RunRead } from "../generated/api";
import { createStores } from "../stores/editorStores";
import { anExecution, aRun, eventStream } from "../test/runs";
import { graph, node } from "../test/graphs";
import { stubFetch } from "../test/server";
import { EditorSession } from "./session";

const ID = "00000000-0000-4000-8000-000000000001";
const AT = "2026-01-01T00:00:00Z";
const text = (words: string) => ({ kind: "text" as const, text: words });

/** What the page asked of the server, and what that says. */
let asked: string[] = [];
let stream: string;
let read: RunRead;
let execution: NodeExecutionRead;

beforeEach(() => {
  asked = [];
  stubFetch(({ method, path }) => {
    asked.push(`${method} ${path}`);
    if (path.endsWith("/events")) return eventStream(stream);
    if (path.includes("/nodes/")) return Response.json(execution);
    return Response.json(method === "POST" ? aRun(ID, ["a", "b"]) : read);
  });
});

function opened(): EditorSession {
  const editor = new EditorSession(createStores());
  editor.stores.document.open(1, graph([node("a"), node("b")]));
  return editor;
}

const event = (kind: string, data: object) =>
  `event: ${kind}\ndata: ${JSON.stringify({ kind, runId: ID, error: null, at: AT, ...data })}\n\n`;
const completed = (nodeId: string, output: object | null) =>
  event("node", {
    ...{ nodeId, executionId: ID, status: "COMPLETED", attempt: 1, reused: false, output },
    ...{ outputs: {}, skipReason: null },
  });
const ended = event("run", { status: "COMPLETED", pausing: false });

test("a run is started, followed, and read once, at its end", async () => {
  stream = completed("a", text("tea")) + completed("b", text("pot")) + ended;
  const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 };
  read = { ...aRun(ID, [], "COMPLETED"), usage };
  const { runs, stores } = opened();
  await runs.start({ scope: { kind: "all" }, reuse: "always" });
  await vi.waitFor(() => expect(stores.runs.state.runs[ID]?.summary.usage).toEqual(usage));
  expect(asked).toEqual([
    "POST /api/workflows/1/runs",
    `GET /api/runs/${ID}/events`,
    `GET /api/runs/${ID}`,
  ]);
  expect(runs.isFollowed(ID)).toBe(false);
});

test("an output that is too long for an event is read by itself, once", async () => {
  stream = completed("a", null) + completed("b", text("pot"));
  execution = anExecution("a", "COMPLETED", text("long"));
  const { runs, stores } = opened();
  await runs.start({ scope: { kind: "all" }, reuse: "always" });
  const nodes = () => stores.runs.state.runs[ID]?.nodes;
  await vi.waitFor(() => expect(nodes()?.["a"]?.output).toEqual(text("long")));
  expect(nodes()?.["b"]?.output).toEqual(text("pot"));
  expect(asked.slice(2)).toEqual([`GET /api/runs/${ID}/nodes/a`]);
  runs.stopAll();
});

test("only so many runs are followed at once, the ones that were shown last", async () => {
  stream = "";
  const { runs } = opened();
  const ids = [1, 2, 3, 4].map((digit) => ID.slice(0, -1) + String(digit));
  for (const id of ids) {
    read = aRun(id, ["a"]);
    await runs.openRun(id);
  }
  expect(ids.map((id) => runs.isFollowed(id))).toEqual([false, true, true, true]);
  runs.stopAll();
  expect(ids.some((id) => runs.isFollowed(id))).toBe(false);
});

test("where the newest run is about a part, earlier ones show beneath it", async () => {
  const part = ID.slice(0, -1) + "2";
  const list = [
    { ...aRun(part, ["a"], "COMPLETED"), scope: { kind: "nodes", nodeIds: ["a"] } },
    aRun(ID, ["a", "b"], "COMPLETED"),
  ];
  stubFetch(({ path }) => {
    if (path.includes("/workflows/1/runs")) {
      const items = list.map(({ nodeExecutions, ...core }) => ({
        ...core,
        ...{ lastImage: null, lastText: null },
      }));
      return Response.json({ items, nextCursor: null });
    }
    return Response.json(list.find((run) => path.endsWith(run.id)));
  });
  const { runs, stores } = opened();
  await runs.showLatest(1);
  expect(stores.runs.state).toMatchObject({ shownId: part, fallbackRunIds: [ID] });
});

test("outputs that are too long to come with a run are read one by one, and stay", async () => {
  const nodes = [anExecution("a", "COMPLETED", null), anExecution("b", "COMPLETED", text("pot"))];
  read = { ...aRun(ID, [], "COMPLETED"), nodeExecutions: nodes };
  execution = anExecution("a", "COMPLETED", text("long"));
  const { runs, stores } = opened();
  await runs.openRun(ID);
  const output = () => stores.runs.state.runs[ID]?.nodes["a"]?.output;
  await vi.waitFor(() => expect(output()).toEqual(text("long")));
  await runs.openRun(ID);
  expect(output()).toEqual(text("long"));
  expect(asked.filter((each) => each.includes("/nodes/"))).toHaveLength(1);
});
